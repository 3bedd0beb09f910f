import { expect, test } from '@jest/globals';
import { planReplicas, podFromTemplate } from '../../../../src/controllers/replicaset/plan.ts';
import { buildPod } from '../../../support/builders.ts';
import { storedReplicaSet } from '../../../support/workloads.ts';

const podsOf = (count: number) => Array.from({ length: count }, () => buildPod());

function plan(replicas: number, present: number): { create: number; remove: number } {
  const { create, remove } = planReplicas({
    replicaSet: storedReplicaSet({ replicas }),
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
    replicaSet: storedReplicaSet({ replicas: 1 }),
    activePods,
    podsOnNode: () => 1,
    nowMs: 0,
  });
  expect(new Set(remove).size).toBe(3);
  expect(remove.every((pod) => activePods.includes(pod))).toBe(true);
});

test('a Pod takes metadata and spec from the template, shares nothing with it, and is owned', () => {
  const replicaSet = storedReplicaSet({ name: 'web-abc' });
  const pod = podFromTemplate(replicaSet);
  expect(pod.metadata).toMatchObject({
    generateName: 'web-abc-',
    namespace: 'default',
    labels: { app: 'web' },
    ownerReferences: [{ kind: 'ReplicaSet', name: 'web-abc', controller: true }],
  });
  expect(pod.spec).toEqual(replicaSet.spec?.template?.spec);
  expect(pod.spec).not.toBe(replicaSet.spec?.template?.spec);
});
