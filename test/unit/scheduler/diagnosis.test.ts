import { expect, test } from '@jest/globals';
import { countOnce, diagnose } from '../../../src/scheduler/diagnosis.ts';

const rejection = (plugin: string, ...reasons: string[]) => ({ plugin, reasons });

test('each node counts under its reasons, and reasons are sorted', () => {
  const { message, rejectedBy } = diagnose(
    3,
    countOnce([
      rejection('NodeResourcesFit', 'Insufficient cpu'),
      rejection('NodeResourcesFit', 'Insufficient cpu', 'Insufficient memory'),
      rejection('NodeUnschedulable', 'node(s) were unschedulable'),
    ]),
  );
  expect(message).toBe(
    '0/3 nodes are available: 1 Insufficient memory, 1 node(s) were unschedulable, 2 Insufficient cpu.',
  );
  expect(rejectedBy).toEqual(new Set(['NodeResourcesFit', 'NodeUnschedulable']));
});

test('a cluster without nodes says so', () => {
  expect(diagnose(0, []).message).toBe('no nodes available to schedule pods');
});
