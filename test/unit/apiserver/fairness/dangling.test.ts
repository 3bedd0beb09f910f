import { expect, test } from '@jest/globals';
import { withDanglingCondition } from '../../../../src/apiserver/fairness/dangling.ts';
import type { FlowSchema } from '../../../../src/scheme/generated/types/flowcontrol-v1.ts';

const THEN = '2026-01-01T00:00:00Z';
const NOW = '2026-01-02T00:00:00Z';

const schema = (fields: Partial<FlowSchema> = {}): FlowSchema => ({
  apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
  kind: 'FlowSchema',
  metadata: { name: 'mine' },
  spec: { priorityLevelConfiguration: { name: 'gold' } },
  ...fields,
});

const FOUND = {
  type: 'Dangling',
  status: 'False',
  reason: 'Found',
  message:
    'This FlowSchema references the PriorityLevelConfiguration object named "gold" and it exists',
  lastTransitionTime: NOW,
};
const MISSING = {
  type: 'Dangling',
  status: 'True',
  reason: 'NotFound',
  message:
    'This FlowSchema references the PriorityLevelConfiguration object named "gold" but there is no such object',
  lastTransitionTime: NOW,
};

test.each([
  ['is there', true, FOUND],
  ['is missing', false, MISSING],
])('a new FlowSchema whose level %s says so', (_, exists, expected) => {
  expect(withDanglingCondition(schema(), exists, NOW).status?.conditions).toEqual([expected]);
});

test('a level that comes changes the condition, and one that stays changes nothing', () => {
  const other = { type: 'Other', status: 'True', lastTransitionTime: THEN };
  const missing = withDanglingCondition(schema({ status: { conditions: [other] } }), false, THEN);
  expect(withDanglingCondition(missing, false, NOW)).toBe(missing);
  expect(withDanglingCondition(missing, true, NOW).status?.conditions).toEqual([other, FOUND]);
});

test('another missing level is named, and has been missing since the first was', () => {
  const missing = withDanglingCondition(schema(), false, THEN);
  const renamed = { ...missing, spec: { priorityLevelConfiguration: { name: 'silver' } } };
  expect(withDanglingCondition(renamed, false, NOW).status?.conditions).toEqual([
    { ...MISSING, message: MISSING.message.replace('gold', 'silver'), lastTransitionTime: THEN },
  ]);
});
