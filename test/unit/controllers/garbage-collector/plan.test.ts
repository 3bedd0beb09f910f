import { describe, expect, test } from '@jest/globals';
import {
  type GarbagePlan,
  isBlocking,
  isDeletingDependents,
  isOrphaning,
  type OwnerState,
  planGarbage,
} from '../../../../src/controllers/garbage-collector/plan.ts';
import type { ApiObject, ObjectMeta } from '../../../../src/scheme/object.ts';

const object = (metadata: ObjectMeta = {}): ApiObject => ({
  apiVersion: 'v1',
  kind: 'Any',
  metadata,
});

const owners = (...states: OwnerState[]) =>
  states.map((state, index) => ({
    reference: { apiVersion: 'v1', kind: 'Any', name: `owner-${index}`, uid: `uid-${index}` },
    state,
  }));

const background: GarbagePlan = {
  type: 'delete',
  propagationPolicy: 'Background',
  unblockOwners: false,
};

interface Case {
  readonly states: OwnerState[];
  readonly finalizers?: string[];
  readonly dependents?: 'none' | 'some' | 'waiting';
  readonly expected: GarbagePlan;
}

describe('an object', () => {
  test.each<[string, Case]>([
    ['without owners stays', { states: [], expected: { type: 'keep' } }],
    ['whose owner exists stays', { states: ['solid'], expected: { type: 'keep' } }],
    [
      'whose owner cannot be judged stays',
      { states: ['absent', 'unknown'], expected: { type: 'keep' } },
    ],
    ['whose owners are all gone goes', { states: ['absent', 'absent'], expected: background }],
    [
      'with one owner left loses the others',
      {
        states: ['absent', 'solid', 'waiting'],
        expected: { type: 'strike-owners', uids: ['uid-0', 'uid-2'] },
      },
    ],
    ['that its owner waits for goes', { states: ['waiting'], expected: background }],
    [
      'that its owner waits for goes after its own dependents',
      {
        states: ['waiting'],
        dependents: 'some',
        expected: { type: 'delete', propagationPolicy: 'Foreground', unblockOwners: false },
      },
    ],
    [
      'in a circle of waiting lets its owners go first',
      {
        states: ['waiting'],
        dependents: 'waiting',
        expected: { type: 'delete', propagationPolicy: 'Foreground', unblockOwners: true },
      },
    ],
    [
      'that asks to orphan its dependents is obeyed',
      {
        states: ['absent'],
        finalizers: ['orphan'],
        expected: { type: 'delete', propagationPolicy: 'Orphan', unblockOwners: false },
      },
    ],
    [
      'that asks to wait for its dependents is obeyed',
      {
        states: ['absent'],
        finalizers: ['foregroundDeletion'],
        expected: { type: 'delete', propagationPolicy: 'Foreground', unblockOwners: false },
      },
    ],
  ])('%s', (_, { states, finalizers, dependents = 'none', expected }) => {
    const plan = planGarbage({
      object: object(finalizers ? { finalizers } : {}),
      owners: owners(...states),
      hasDependents: dependents !== 'none',
      hasWaitingDependents: dependents === 'waiting',
    });
    expect(plan).toEqual(expected);
  });
});

test('finalizers mean something only once the object is being deleted', () => {
  const deletionTimestamp = '2026-01-01T00:00:00Z';
  const waiting = object({ finalizers: ['foregroundDeletion'], deletionTimestamp });
  const orphaning = object({ finalizers: ['orphan'], deletionTimestamp });
  expect([isDeletingDependents(waiting), isOrphaning(waiting)]).toEqual([true, false]);
  expect([isDeletingDependents(orphaning), isOrphaning(orphaning)]).toEqual([false, true]);
  expect(isDeletingDependents(object({ finalizers: ['foregroundDeletion'] }))).toBe(false);
});

test('a dependent blocks the owner that its reference says it blocks', () => {
  const reference = { apiVersion: 'v1', kind: 'Any', name: 'a' };
  const dependent = object({
    ownerReferences: [
      { ...reference, uid: 'a', blockOwnerDeletion: true },
      { ...reference, uid: 'b' },
    ],
  });
  expect(['a', 'b', 'c'].map((uid) => isBlocking(dependent, uid))).toEqual([true, false, false]);
});
