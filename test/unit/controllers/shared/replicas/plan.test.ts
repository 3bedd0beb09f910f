import { expect, test } from '@jest/globals';
import { planReplicas } from '../../../../../src/controllers/shared/replicas/plan.ts';
import { buildPod } from '../../../../support/builders.ts';
import { storedReplicaSet } from '../../../../support/workloads.ts';

const podsOf = (count: number) => Array.from({ length: count }, () => buildPod());

function plan(replicas: number, present: number): { create: number; remove: number } {
  const { create, remove } = planReplicas({
    owner: storedReplicaSet({ replicas }),
    activePods: podsOf(present),
    podsOnNode: () => 1,
    nowMs: 0,
  });
  return { create, remove: remove.length };
}

test.each([
  [3, 0, { create: 3, remove: 0 }],
  [3, 3, { create: 0, remove: 0 }],
  [0, 2, { create: 0, remove: 2 }],
  [2, 5, { create: 0, remove: 3 }],
  [10_000, 0, { create: 500, remove: 0 }],
  [10_000, 9_800, { create: 200, remove: 0 }],
  [0, 700, { create: 0, remove: 500 }],
])('for %i replicas and %i Pods it plans %j', (replicas, present, expected) => {
  expect(plan(replicas, present)).toEqual(expected);
});

test('the Pods to remove are of those that are there', () => {
  const activePods = podsOf(4);
  const { remove } = planReplicas({
    owner: storedReplicaSet({ replicas: 1 }),
    activePods,
    podsOnNode: () => 1,
    nowMs: 0,
  });
  expect(new Set(remove).size).toBe(3);
  expect(remove.every((pod) => activePods.includes(pod))).toBe(true);
});
