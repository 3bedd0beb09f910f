import { describe, expect, test } from '@jest/globals';
import {
  type DeploymentStep,
  planDeployment,
} from '../../../../src/controllers/deployment/plan.ts';
import { sortReplicaSets } from '../../../../src/controllers/deployment/replica-sets.ts';
import type { Deployment, ReplicaSet } from '../../../../src/scheme/generated/types/apps-v1.ts';
import {
  type StoredReplicaSetFields,
  storedDeployment,
  storedReplicaSet,
} from '../../../support/workloads.ts';

const OLD = 'nginx:old';

/** An old ReplicaSet, sized for `desired` replicas. */
function old(name: string, fields: StoredReplicaSetFields & { desired?: number } = {}): ReplicaSet {
  return sized({ name, image: OLD, ...fields });
}

function current(fields: StoredReplicaSetFields & { desired?: number } = {}): ReplicaSet {
  return sized({ name: 'new', createdAt: 50, ...fields });
}

function sized({
  desired = 10,
  ...fields
}: StoredReplicaSetFields & { desired?: number }): ReplicaSet {
  const revision = fields.image === OLD ? '1' : '2';
  return storedReplicaSet({
    ...fields,
    annotations: {
      'deployment.kubernetes.io/revision': revision,
      'deployment.kubernetes.io/desired-replicas': String(desired),
      'deployment.kubernetes.io/max-replicas': String(desired + Math.ceil(desired / 4)),
      ...fields.annotations,
    },
  });
}

const available = (count: number) => ({ availableReplicas: count, readyReplicas: count });

function plan(
  deployment: Deployment,
  replicaSets: readonly ReplicaSet[],
  hasOldPods = false,
): readonly DeploymentStep[] {
  const sets = sortReplicaSets(deployment, replicaSets);
  return planDeployment({ deployment, sets, hasOldPods: () => hasOldPods });
}

/** The planned sizes by name. */
function sizes(...args: Parameters<typeof plan>): Record<string, number | undefined> {
  return Object.fromEntries(
    plan(...args).map(({ replicaSet }) => [
      replicaSet.metadata.name?.replace(/^web-.*/, 'created'),
      replicaSet.spec?.replicas,
    ]),
  );
}

const ten = storedDeployment({ replicas: 10 });

describe('a rolling update', () => {
  test('makes the first ReplicaSet with all replicas', () => {
    expect(sizes(ten, [])).toEqual({ created: 10 });
  });

  test('makes the next one with what the surge allows', () => {
    expect(sizes(ten, [old('a', { replicas: 10, status: available(10) })])).toEqual({ created: 3 });
  });

  test('shrinks the old by what may be unavailable, as soon as the new one has its surge', () => {
    const sets = [
      old('a', { replicas: 10, status: available(10) }),
      current({ replicas: 3, status: available(0) }),
    ];
    expect(sizes(ten, sets)).toEqual({ a: 8 });
  });

  test('waits while the new Pods are not available', () => {
    const sets = [
      old('a', { replicas: 8, status: available(8) }),
      current({ replicas: 5, status: available(0) }),
    ];
    expect(sizes(ten, sets)).toEqual({});
  });

  test('grows the new one before it shrinks the old', () => {
    const sets = [
      old('a', { replicas: 8, status: available(8) }),
      current({ replicas: 3, status: available(3) }),
    ];
    expect(sizes(ten, sets)).toEqual({ new: 5 });
  });

  test('takes unavailable old Pods first, of whichever ReplicaSet', () => {
    const sets = [
      old('a', { replicas: 5, status: available(5), createdAt: 1 }),
      old('b', { replicas: 5, status: available(0), createdAt: 2 }),
      current({ replicas: 3, status: available(3) }),
    ];
    expect(sizes(ten, sets)).toEqual({ b: 0 });
  });

  test('takes available old Pods from the oldest ReplicaSet', () => {
    const sets = [
      old('a', { replicas: 3, status: available(3), createdAt: 1 }),
      old('b', { replicas: 5, status: available(5), createdAt: 2 }),
      current({ replicas: 5, status: available(5) }),
    ];
    expect(sizes(ten, sets)).toEqual({ a: 0, b: 3 });
  });

  test('does not count on statuses that its own last step has made stale', () => {
    const sets = [
      old('a', { replicas: 8, status: { replicas: 10, ...available(10) } }),
      current({ replicas: 5, status: available(0) }),
    ];
    expect(sizes(ten, sets)).toEqual({});
  });

  test('shrinks the new one when it is too large', () => {
    expect(sizes(ten, [current({ replicas: 12, status: available(12) })])).toEqual({ new: 10 });
  });

  test('has nothing to do when it is complete', () => {
    const sets = [old('a', { replicas: 0 }), current({ replicas: 10, status: available(10) })];
    expect(plan(ten, sets)).toEqual([]);
  });

  test('replaces one Pod at a time when both limits round down to nothing', () => {
    const rollingUpdate = { maxSurge: 0, maxUnavailable: '1%' };
    const deployment = storedDeployment({
      replicas: 10,
      strategy: { type: 'RollingUpdate', rollingUpdate },
    });
    const sets = [
      old('a', { replicas: 10, status: available(10) }),
      current({ replicas: 0, status: available(0) }),
    ];
    expect(sizes(deployment, sets)).toEqual({ a: 9 });
  });
});

describe('the Recreate strategy', () => {
  const deployment = storedDeployment({ replicas: 10, strategy: { type: 'Recreate' } });

  test('first takes all old Pods away', () => {
    const sets = [old('a', { replicas: 10 }), old('b', { replicas: 2 })];
    expect(sizes(deployment, sets)).toEqual({ a: 0, b: 0 });
  });

  test('waits while the old ReplicaSets report Pods', () => {
    const sets = [old('a', { replicas: 0, status: { replicas: 1 } })];
    expect(plan(deployment, sets)).toEqual([]);
  });

  test('waits while old Pods are still ending', () => {
    expect(plan(deployment, [old('a', { replicas: 0 })], true)).toEqual([]);
  });

  test('then makes the new ones, all at once', () => {
    expect(sizes(deployment, [old('a', { replicas: 0 })])).toEqual({ created: 10 });
    expect(sizes(deployment, [current({ replicas: 0 })])).toEqual({ new: 10 });
  });
});

describe('a change of the number of replicas', () => {
  const fifteen = storedDeployment({
    replicas: 15,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } },
  });

  test('goes to the only ReplicaSet that has Pods', () => {
    expect(sizes(fifteen, [old('a', { replicas: 0 }), current({ replicas: 10 })])).toEqual({
      new: 15,
    });
  });

  test('in the middle of a rollout is shared out in proportion', () => {
    const max = { 'deployment.kubernetes.io/max-replicas': '13' };
    const sets = [
      old('a', { replicas: 8, annotations: max }),
      current({ replicas: 5, annotations: max }),
    ];
    expect(sizes(fifteen, sets)).toEqual({ a: 11, new: 7 });
  });

  test('to a smaller number shrinks in proportion, too', () => {
    const five = storedDeployment({ ...fifteen.spec, replicas: 5 });
    const max = { 'deployment.kubernetes.io/max-replicas': '13' };
    const sets = [
      old('a', { replicas: 8, annotations: max }),
      current({ replicas: 5, annotations: max }),
    ];
    expect(sizes(five, sets)).toEqual({ a: 5, new: 3 });
  });

  test('to nothing takes everything away', () => {
    const none = storedDeployment({ ...fifteen.spec, replicas: 0 });
    const sets = [old('a', { replicas: 8 }), current({ replicas: 5 })];
    expect(sizes(none, sets)).toEqual({ a: 0, new: 0 });
  });

  test('is noted on ReplicaSets whose size stays', () => {
    const [step] = plan(fifteen, [current({ replicas: 15, status: available(15) })]);
    expect(step?.replicaSet.metadata.annotations).toMatchObject({
      'deployment.kubernetes.io/desired-replicas': '15',
      'deployment.kubernetes.io/max-replicas': '18',
    });
  });
});

describe('a paused Deployment', () => {
  test('makes no ReplicaSet', () => {
    expect(plan(storedDeployment({ paused: true }), [])).toEqual([]);
  });

  test('gives its size to the ReplicaSet that has Pods', () => {
    const deployment = storedDeployment({ paused: true, replicas: 5 });
    expect(sizes(deployment, [old('a', { replicas: 3, desired: 3 })])).toEqual({ a: 5 });
  });
});

test('a Deployment that is being deleted plans nothing', () => {
  const deployment = storedDeployment({}, { deletionTimestamp: '2026-01-01T00:00:00Z' });
  expect(plan(deployment, [])).toEqual([]);
});

describe('the ReplicaSet of the present template', () => {
  test('becomes the newest revision, and remembers the ones that it was', () => {
    const sets = [
      old('a', { replicas: 0, annotations: { 'deployment.kubernetes.io/revision': '7' } }),
      current({
        replicas: 10,
        annotations: { 'deployment.kubernetes.io/revision-history': '1' },
      }),
    ];
    const [step] = plan(ten, sets);
    expect(step?.replicaSet.metadata.annotations).toMatchObject({
      'deployment.kubernetes.io/revision': '8',
      'deployment.kubernetes.io/revision-history': '1,2',
    });
  });

  test('takes the annotations of the Deployment over, but not those that are its own', () => {
    const annotations = {
      'kubernetes.io/change-cause': 'because',
      'kubectl.kubernetes.io/last-applied-configuration': '{}',
      'deployment.kubernetes.io/revision': '99',
    };
    const deployment = storedDeployment({ replicas: 10 }, { annotations });
    const [step] = plan(deployment, [current({ replicas: 10, status: available(10) })]);
    expect(step?.replicaSet.metadata.annotations).toEqual({
      'kubernetes.io/change-cause': 'because',
      'deployment.kubernetes.io/revision': '2',
      'deployment.kubernetes.io/desired-replicas': '10',
      'deployment.kubernetes.io/max-replicas': '13',
    });
  });

  test('follows minReadySeconds', () => {
    const deployment = storedDeployment({ replicas: 10, minReadySeconds: 5 });
    const [step] = plan(deployment, [current({ replicas: 10, status: available(10) })]);
    expect(step?.replicaSet.spec?.minReadySeconds).toBe(5);
  });

  test('has a name that fits, however long that of the Deployment', () => {
    const deployment = storedDeployment({}, { name: 'x'.repeat(253) });
    const [step] = plan(deployment, []);
    expect(step?.replicaSet.metadata.name).toHaveLength(253);
    expect(step?.replicaSet.metadata.name).toMatch(/^x+-[a-z0-9]+$/);
  });
});
