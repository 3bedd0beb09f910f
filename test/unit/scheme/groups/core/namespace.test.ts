import { describe, expect, test } from '@jest/globals';
import type { Namespace } from '../../../../../src/scheme/generated/types/core-v1.ts';
import { namespaceStrategy } from '../../../../../src/scheme/groups/core/namespace.ts';
import {
  CREATED,
  created,
  errorsOnCreate,
  errorsOnStatusUpdate,
  rowOf,
  withMembers,
} from '../harness.ts';

const TEAM: Namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } };

test('a namespace carries its name as a label, is active and held by a finalizer', () => {
  expect(created(namespaceStrategy, TEAM)).toEqual({
    ...TEAM,
    metadata: { name: 'team', labels: { 'kubernetes.io/metadata.name': 'team' } },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  });
  expect(
    created(namespaceStrategy, created(namespaceStrategy, TEAM)).spec?.finalizers,
  ).toHaveLength(1);
});

test('a finalizer of a namespace that is none is refused', () => {
  const errors = errorsOnCreate(
    namespaceStrategy,
    withMembers(TEAM, { 'spec.finalizers': ['hold'] }),
  );
  expect(errors.join()).toContain('neither a standard finalizer name nor is it fully qualified');
});

test('an update keeps finalizers and phase', () => {
  const current = created(namespaceStrategy, TEAM);
  const next = withMembers(current, { spec: {}, status: { phase: 'Terminating' } });
  namespaceStrategy.prepareForUpdate?.(next, current);
  expect(next).toEqual(current);
});

describe('the phase of a namespace', () => {
  const current = created(namespaceStrategy, TEAM);
  const deleting = withMembers(current, { 'metadata.deletionTimestamp': CREATED });

  test('is Active while nobody deletes it', () => {
    expect(errorsOnStatusUpdate(namespaceStrategy, current, current)).toEqual([]);
    const next = withMembers(current, { 'status.phase': 'Terminating' });
    expect(errorsOnStatusUpdate(namespaceStrategy, next, current)).toEqual([
      'status.Phase: Invalid value: "Terminating": may only be \'Active\' if `deletionTimestamp` is empty',
    ]);
  });

  test('is Terminating from then on', () => {
    const next = withMembers(deleting, { 'status.phase': 'Terminating' });
    expect(errorsOnStatusUpdate(namespaceStrategy, next, deleting)).toEqual([]);
    expect(errorsOnStatusUpdate(namespaceStrategy, deleting, deleting)).toHaveLength(1);
  });
});

test('a namespace is shown as kubectl shows it', () => {
  const object = withMembers(created(namespaceStrategy, TEAM), {
    'metadata.creationTimestamp': CREATED,
  });
  expect(rowOf(namespaceStrategy, object)).toEqual({ Name: 'team', Status: 'Active', Age: '10m' });
  expect(namespaceStrategy.selectableFields?.['status.phase']?.(object)).toBe('Active');
});
