import { describe, expect, test } from '@jest/globals';
import {
  computeBudgetStatus,
  failedBudgetStatus,
} from '../../../../src/controllers/disruption/status.ts';
import { toRfc3339 } from '../../../../src/lib/clock.ts';
import type { Pod } from '../../../../src/scheme/generated/types/core-v1.ts';
import type {
  PodDisruptionBudget,
  PodDisruptionBudgetStatus,
} from '../../../../src/scheme/generated/types/policy-v1.ts';
import { buildPod } from '../../../support/builders.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const secondsAgo = (seconds: number): string => toRfc3339(NOW_MS - seconds * 1000);

const budgetWith = (status?: PodDisruptionBudgetStatus): PodDisruptionBudget => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'budget', namespace: 'default', generation: 3 },
  ...(status ? { status } : {}),
});

type State = 'ready' | 'unready' | 'leaving';

const podIn = (state: State, i: number): Pod => {
  const status = state === 'unready' ? 'False' : 'True';
  const pod = buildPod({ name: `pod-${i}`, status: { conditions: [{ type: 'Ready', status }] } });
  if (state !== 'leaving') return pod;
  return { ...pod, metadata: { ...pod.metadata, deletionTimestamp: secondsAgo(1) } };
};

interface Given {
  readonly states: readonly State[];
  readonly desired?: number;
  readonly expected?: number;
  readonly status?: PodDisruptionBudgetStatus;
}

const compute = ({ states, desired = 0, expected = states.length, status }: Given) =>
  computeBudgetStatus({
    budget: budgetWith(status),
    pods: states.map(podIn),
    expectation: { expectedPods: expected, desiredHealthy: desired, unmanaged: [] },
    nowMs: NOW_MS,
  });

describe('what a budget allows', () => {
  test.each<[State[], number, number, number, number]>([
    [['ready', 'ready', 'ready'], 2, 3, 3, 1],
    [['ready', 'ready', 'ready'], 3, 3, 3, 0],
    [['ready', 'ready', 'ready'], 5, 3, 3, 0],
    [['ready', 'ready', 'unready'], 1, 3, 2, 1],
    [['ready', 'leaving', 'unready'], 1, 3, 1, 0],
    [['ready', 'leaving', 'leaving'], 0, 3, 1, 1],
    [['unready'], 0, 1, 0, 0],
    [['ready'], 0, 0, 1, 0],
    [[], 0, 0, 0, 0],
    [[], 1, 0, 0, 0],
  ])(
    'with Pods %j and %i desired of %i expected: %i healthy, %i allowed',
    (states, desired, expected, currentHealthy, disruptionsAllowed) => {
      const { status } = compute({ states, desired, expected });
      expect(status).toMatchObject({
        currentHealthy,
        disruptionsAllowed,
        desiredHealthy: desired,
        expectedPods: expected,
        observedGeneration: 3,
        conditions: [
          {
            type: 'DisruptionAllowed',
            status: disruptionsAllowed > 0 ? 'True' : 'False',
            reason: disruptionsAllowed > 0 ? 'SufficientPods' : 'InsufficientPods',
            message: '',
            observedGeneration: 3,
            lastTransitionTime: secondsAgo(0),
          },
        ],
      });
    },
  );
});

describe('an eviction that was granted', () => {
  test('is not counted twice while the Pod has not begun to go', () => {
    const disruptedPods = { 'pod-0': secondsAgo(30), 'pod-1': secondsAgo(90) };
    const { nextInMs, notDeleted, status } = compute({
      states: ['ready', 'ready', 'ready'],
      status: { disruptedPods },
    });
    expect(status).toMatchObject({ disruptedPods, currentHealthy: 1, disruptionsAllowed: 1 });
    expect(nextInMs).toBe(30_000);
    expect(notDeleted).toEqual([]);
  });

  test.each<[string, State[], Record<string, string>]>([
    ['its Pod is being deleted', ['leaving', 'ready'], { 'pod-0': secondsAgo(1) }],
    ['its Pod is gone', ['ready', 'ready'], { 'pod-9': secondsAgo(1) }],
  ])('is forgotten when %s', (_, states, disruptedPods) => {
    const { nextInMs, notDeleted, status } = compute({ states, status: { disruptedPods } });
    expect(status.disruptedPods).toBeUndefined();
    expect({ nextInMs, notDeleted }).toEqual({ nextInMs: undefined, notDeleted: [] });
  });

  test.each([120, 121, 5_000])('is given up %i seconds later, and the Pod counts again', (age) => {
    const status = { disruptedPods: { 'pod-0': secondsAgo(age) } };
    const next = compute({ states: ['ready'], status });
    expect(next.status).toMatchObject({ currentHealthy: 1, disruptionsAllowed: 1 });
    expect(next.status.disruptedPods).toBeUndefined();
    expect(next.notDeleted.map(({ metadata }) => metadata.name)).toEqual(['pod-0']);
  });

  test('is awaited until then', () => {
    const status = { disruptedPods: { 'pod-0': secondsAgo(119) } };
    const next = compute({ states: ['ready'], status });
    expect(next.status).toMatchObject({ ...status, currentHealthy: 0 });
    expect(next.nextInMs).toBe(1_000);
  });
});

test('a condition keeps the time of its last change for as long as its status stays', () => {
  const before = compute({ states: ['ready'], desired: 1 }).status;
  const [condition] = before.conditions ?? [];
  const status = {
    ...before,
    conditions: condition ? [{ ...condition, lastTransitionTime: secondsAgo(500) }] : [],
  };
  const later = compute({ states: ['unready'], desired: 1, status }).status;
  expect(later.conditions?.[0]?.lastTransitionTime).toBe(secondsAgo(500));
});

test('a budget that cannot be worked out allows nothing, and says why', () => {
  const status = {
    disruptionsAllowed: 4,
    currentHealthy: 6,
    desiredHealthy: 2,
    expectedPods: 6,
    observedGeneration: 2,
    disruptedPods: { 'pod-0': secondsAgo(1) },
  };
  expect(failedBudgetStatus(budgetWith(status), 'no way', NOW_MS)).toEqual({
    ...status,
    disruptionsAllowed: 0,
    conditions: [
      {
        type: 'DisruptionAllowed',
        status: 'False',
        reason: 'SyncFailed',
        message: 'no way',
        observedGeneration: 2,
        lastTransitionTime: secondsAgo(0),
      },
    ],
  });
});
