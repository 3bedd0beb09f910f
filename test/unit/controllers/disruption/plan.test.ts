import { describe, expect, test } from '@jest/globals';
import { type OwnerScale, planExpectation } from '../../../../src/controllers/disruption/plan.ts';
import type { Pod } from '../../../../src/scheme/generated/types/core-v1.ts';
import type {
  PodDisruptionBudget,
  PodDisruptionBudgetSpec,
} from '../../../../src/scheme/generated/types/policy-v1.ts';
import { buildPod } from '../../../support/builders.ts';

const budgetOf = (spec: PodDisruptionBudgetSpec): PodDisruptionBudget => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'budget', namespace: 'default' },
  spec,
});

function owned(uid: string, count: number): Pod[] {
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: uid, uid, controller: true };
  return Array.from({ length: count }, (_, i) => {
    const pod = buildPod({ name: `${uid}-${i}` });
    return { ...pod, metadata: { ...pod.metadata, ownerReferences: [owner] } };
  });
}

const scales =
  (replicas: Readonly<Record<string, OwnerScale>>) =>
  ({ uid }: { readonly uid: string }): OwnerScale | undefined =>
    replicas[uid];

const ten = scales({ web: { uid: 'web', replicas: 10 } });

describe('a budget', () => {
  test.each<[PodDisruptionBudgetSpec, number, number, number]>([
    [{}, 4, 0, 0],
    [{ minAvailable: 2 }, 4, 4, 2],
    [{ minAvailable: 7 }, 4, 4, 7],
    [{ minAvailable: 0 }, 4, 4, 0],
    [{ minAvailable: '0%' }, 4, 10, 0],
    [{ minAvailable: '25%' }, 4, 10, 3],
    [{ minAvailable: '50%' }, 4, 10, 5],
    [{ minAvailable: '91%' }, 4, 10, 10],
    [{ minAvailable: '100%' }, 4, 10, 10],
    [{ maxUnavailable: 0 }, 4, 10, 10],
    [{ maxUnavailable: 3 }, 4, 10, 7],
    [{ maxUnavailable: 11 }, 4, 10, 0],
    [{ maxUnavailable: '0%' }, 4, 10, 10],
    [{ maxUnavailable: '25%' }, 4, 10, 7],
    [{ maxUnavailable: '30%' }, 4, 10, 7],
    [{ maxUnavailable: '100%' }, 4, 10, 0],
    [{ maxUnavailable: '25%' }, 0, 0, 0],
    [{ minAvailable: '25%' }, 0, 0, 0],
    [{ minAvailable: 3 }, 0, 0, 3],
  ])('%j of %i Pods of 10 expects %i, and %i of them healthy', (spec, count, expected, desired) => {
    expect(planExpectation(budgetOf(spec), owned('web', count), ten)).toMatchObject({
      expectedPods: expected,
      desiredHealthy: desired,
      unmanaged: [],
    });
  });

  test('counts each of several owners once', () => {
    const pods = [...owned('web', 3), ...owned('db', 2)];
    const find = scales({ web: { uid: 'web', replicas: 10 }, db: { uid: 'db', replicas: 3 } });
    const { expectedPods } = planExpectation(budgetOf({ maxUnavailable: 1 }), pods, find);
    expect(expectedPods).toBe(13);
  });

  test('counts a Deployment once, however many ReplicaSets its Pods are of', () => {
    const pods = [...owned('old', 3), ...owned('new', 2)];
    const deployment = { uid: 'deployment', replicas: 4 };
    const find = scales({ old: deployment, new: deployment });
    const { expectedPods } = planExpectation(budgetOf({ maxUnavailable: 1 }), pods, find);
    expect(expectedPods).toBe(4);
  });

  test('leaves out Pods that nobody answers for, and names them', () => {
    const lonely = buildPod({ name: 'lonely' });
    const pods = [...owned('web', 3), lonely];
    const plan = planExpectation(budgetOf({ minAvailable: '50%' }), pods, ten);
    expect(plan).toEqual({ expectedPods: 10, desiredHealthy: 5, unmanaged: [lonely] });
  });

  test('of a whole number of available Pods minds no owners', () => {
    const pods = [...owned('nobody', 3), buildPod({ name: 'lonely' })];
    const plan = planExpectation(budgetOf({ minAvailable: 2 }), pods, () => undefined);
    expect(plan).toEqual({ expectedPods: 4, desiredHealthy: 2, unmanaged: [] });
  });

  test('that speaks of owners cannot be worked out when one of them is gone', () => {
    const plan = () =>
      planExpectation(budgetOf({ maxUnavailable: 1 }), owned('web', 1), () => undefined);
    expect(plan).toThrow('found no controllers for pod "web-0"');
  });
});
