import { describe, expect, test } from '@jest/globals';
import { statefulPod, withIdentity } from '../../../../src/controllers/statefulset/identity.ts';
import { planStatefulPods } from '../../../../src/controllers/statefulset/plan.ts';
import { computeStatefulSetStatus } from '../../../../src/controllers/statefulset/status.ts';
import { newClaim, withRetention } from '../../../../src/controllers/statefulset/volume-claims.ts';
import type {
  ControllerRevision,
  StatefulSet,
  StatefulSetSpec,
} from '../../../../src/scheme/generated/types/apps-v1.ts';
import type { PersistentVolumeClaim, Pod } from '../../../../src/scheme/generated/types/core-v1.ts';
import { revisionData } from '../../../../src/scheme/groups/apps/controller-revisions.ts';
import { buildPod } from '../../../support/builders.ts';
import { newStatefulSet, podTemplate } from '../../../support/workloads.ts';

const NOW_MS = Date.UTC(2026, 0, 1);

const revision = (name: string): ControllerRevision => ({
  apiVersion: 'apps/v1',
  kind: 'ControllerRevision',
  metadata: { name },
  data: revisionData(podTemplate({ containers: [{ name: 'web', image: name }] })),
  revision: 1,
});

const OLD = revision('web-old');
const NEW = revision('web-new');

function storedSet(spec: Partial<StatefulSetSpec>, status?: StatefulSet['status']): StatefulSet {
  return {
    ...newStatefulSet('web', spec as object),
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'web', namespace: 'default', uid: 'set-uid', generation: 1 },
    ...(status ? { status } : {}),
  };
}

/**
 * A Pod in short: its ordinal, `n` of the new revision or `o` of the old (in upper case available), then `!` failed, `?`
 * done, `-` going, `.` pending.
 */
function podOf(code: string): Pod {
  const [, ordinal, letter = '', mark = ''] = /^(\d+)([no])([!?.-]?)$/i.exec(code) ?? [];
  const isReady = letter === letter.toUpperCase();
  const name = `web-${ordinal}`;
  const phases: Record<string, 'Failed'> = {
    '!': 'Failed',
    '?': 'Succeeded' as 'Failed',
    '.': 'Pending' as 'Failed',
  };
  const pod = buildPod({
    name,
    labels: {
      'controller-revision-hash': letter.toLowerCase() === 'n' ? 'web-new' : 'web-old',
    },
    status: {
      phase: phases[mark] ?? 'Running',
      conditions: [
        {
          type: 'Ready',
          status: isReady ? 'True' : 'False',
          lastTransitionTime: new Date(NOW_MS - 10_000).toISOString(),
        },
      ],
    },
  });
  const deletion = mark === '-' ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {};
  return { ...pod, metadata: { ...pod.metadata, ...deletion } };
}

const codesToPods = (codes: string): readonly Pod[] =>
  codes === '' ? [] : codes.split(' ').map(podOf);

/** `+2new` creates the Pod of ordinal 2 of the new revision, `-1` deletes that of ordinal 1. */
function planned(spec: Partial<StatefulSetSpec>, codes: string, status?: StatefulSet['status']) {
  const { create, remove } = planStatefulPods({
    set: storedSet(spec, status),
    current: OLD,
    update: NEW,
    pods: codesToPods(codes),
    nowMs: NOW_MS,
  });
  return [
    ...create.map(
      ({ ordinal, revision: { metadata } }) => `+${ordinal}${metadata.name?.slice('web-'.length)}`,
    ),
    ...remove.map(({ metadata }) => metadata.name?.slice('web'.length)),
  ].join(' ');
}

const rolling = (
  rollingUpdate: NonNullable<StatefulSetSpec['updateStrategy']>['rollingUpdate'],
  spec: Partial<StatefulSetSpec> = {},
): Partial<StatefulSetSpec> => ({
  replicas: 3,
  ...spec,
  updateStrategy: { type: 'RollingUpdate', ...(rollingUpdate ? { rollingUpdate } : {}) },
});
const PARALLEL = { podManagementPolicy: 'Parallel' } as const;
const ON_DELETE = { updateStrategy: { type: 'OnDelete' } } as const;

describe('the next step of an ordered StatefulSet', () => {
  test.each<[string, Partial<StatefulSetSpec>, string, string]>([
    ['makes the first Pod', { replicas: 3 }, '', '+0new'],
    ['makes the next when the one before is available', { replicas: 3 }, '0N', '+1new'],
    ['waits while the one before is not ready', { replicas: 3 }, '0n', ''],
    ['waits while the one before is pending', { replicas: 3 }, '0n.', ''],
    ['waits while the one before is going', { replicas: 3 }, '0N-', ''],
    ['waits while the one before is not available', { replicas: 2, minReadySeconds: 30 }, '0N', ''],
    ['goes on when it is available', { replicas: 2, minReadySeconds: 10 }, '0N', '+1new'],
    ['fills a gap first', { replicas: 3 }, '0N 2N', '+1new'],
    ['starts where its ordinals start', { replicas: 2, ordinals: { start: 4 } }, '4N', '+5new'],
    ['deletes a Pod that failed', { replicas: 2 }, '0n! 1N', '-0'],
    ['deletes a Pod that is done', { replicas: 2 }, '0n? 1N', '-0'],
    ['waits for a failed Pod that is going', { replicas: 2 }, '0n- 1N', ''],
    ['gives up the highest', { replicas: 1 }, '0N 1N 2N', '-2'],
    ['waits while the highest is going', { replicas: 1 }, '0N 1N 2N-', ''],
    ['gives up nothing while one that stays is not ready', { replicas: 1 }, '0n 1N 2N', ''],
    ['gives up the first that is not ready', { replicas: 1 }, '0N 1N 2n', '-2'],
    ['waits for a lower one that is not ready', { replicas: 1 }, '0N 1n 2n', ''],
    [
      'gives up what is below its first ordinal',
      { replicas: 1, ordinals: { start: 1 } },
      '0N 1N',
      '-0',
    ],
    ['does nothing when all is well', { replicas: 3 }, '0N 1N 2N', ''],
    ['updates the highest', rolling({ partition: 0 }), '0O 1O 2O', '-2'],
    ['updates the next', rolling({ partition: 0 }), '0O 1O 2N', '-1'],
    ['waits for an updated Pod', rolling({ partition: 0 }), '0O 1O 2n', ''],
    ['stops at the partition', rolling({ partition: 2 }), '0O 1O 2N', ''],
    ['makes a Pod below the partition as it was', rolling({ partition: 2 }), '1O 2N', '+0old'],
    ['makes a Pod above the partition anew', rolling({ partition: 1 }), '0O', '+1new'],
    [
      'updates two when two may be unavailable',
      rolling({ maxUnavailable: 2 }),
      '0O 1O 2O',
      '-2 -1',
    ],
    ['rounds a share of its Pods down', rolling({ maxUnavailable: '67%' }), '0O 1O 2O', '-2 -1'],
    ['updates one when the share is less', rolling({ maxUnavailable: '10%' }), '0O 1O 2O', '-2'],
    ['updates nothing with OnDelete', { replicas: 2, ...ON_DELETE }, '0O 1O', ''],
    ['makes a Pod anew with OnDelete', { replicas: 2, ...ON_DELETE }, '0O', '+1new'],
    ['scales down before it updates', rolling({ partition: 0 }, { replicas: 1 }), '0O 1O', '-1'],
  ])('%s', (_, spec, codes, expected) => {
    expect(planned(spec, codes)).toBe(expected);
  });

  test('makes Pods that the rollout has not reached as they were when it has no partition', () => {
    const status = { replicas: 3, currentReplicas: 2, availableReplicas: 3 };
    expect(planned(rolling(undefined), '0O 2N', status)).toBe('+1old');
    expect(planned(rolling(undefined), '0O 1O', status)).toBe('+2new');
  });
});

describe('the next step of a parallel StatefulSet', () => {
  test.each<[string, Partial<StatefulSetSpec>, string, string]>([
    ['makes all', { replicas: 3 }, '', '+0new +1new +2new'],
    ['makes those that are missing beside what is not ready', { replicas: 3 }, '1n', '+0new +2new'],
    ['gives up all', { replicas: 0 }, '0N 1n 2N-', '-1 -0'],
    ['replaces what failed and makes what is missing', { replicas: 3 }, '0n! 1N', '+2new -0'],
    ['updates one at a time', rolling({ partition: 0 }), '0O 1O 2O', '-2'],
    ['updates what is not available at once', rolling({ partition: 0 }), '0o 1o 2O', '-1 -0'],
    [
      'updates no more than may be unavailable',
      rolling({ maxUnavailable: 2 }),
      '0o 1O 2O',
      '-2 -0',
    ],
    ['waits for an updated Pod', rolling({ partition: 0 }), '0O 1O 2n', ''],
    ['leaves what is below the partition', rolling({ partition: 1 }), '0o 1N 2N', ''],
  ])('%s', (_, spec, codes, expected) => {
    expect(planned({ ...spec, ...PARALLEL }, codes)).toBe(expected);
  });
});

describe('the status of a StatefulSet', () => {
  const status = (spec: Partial<StatefulSetSpec>, codes: string) =>
    computeStatefulSetStatus({
      set: storedSet(spec),
      current: OLD,
      update: NEW,
      collisionCount: undefined,
      pods: codesToPods(codes),
      isObserved: true,
      nowMs: NOW_MS,
    });

  test('counts Pods by revision and readiness', () => {
    expect(status({ replicas: 4 }, '0O 1o 2N- 3N').status).toEqual({
      replicas: 4,
      readyReplicas: 3,
      availableReplicas: 3,
      currentReplicas: 2,
      updatedReplicas: 1,
      currentRevision: 'web-old',
      updateRevision: 'web-new',
      observedGeneration: 1,
      collisionCount: 0,
    });
  });

  test('takes the new revision for its own once every Pod is of it and ready', () => {
    expect(status({ replicas: 2 }, '0N 1N').status).toMatchObject({
      currentRevision: 'web-new',
      currentReplicas: 2,
    });
    expect(status({ replicas: 2 }, '0N 1n').status).toMatchObject({ currentRevision: 'web-old' });
    expect(status({ replicas: 2, ...ON_DELETE }, '0N 1N').status).toMatchObject({
      currentRevision: 'web-old',
    });
  });

  test('tells when the next Pod is available', () => {
    const report = status({ replicas: 2, minReadySeconds: 30 }, '0N 1n');
    expect(report.status).toMatchObject({ readyReplicas: 1, availableReplicas: 0 });
    expect(report.nextAvailableInMs).toBe(20_000);
  });
});

const DATA: PersistentVolumeClaim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'] },
};

describe('the identity of a Pod', () => {
  const set = storedSet({ serviceName: 'peers', volumeClaimTemplates: [DATA] });

  test('is its name, its labels, its host name and its claims, of the template of its revision', () => {
    const pod = statefulPod(set, 3, OLD);
    expect(pod.metadata).toMatchObject({
      name: 'web-3',
      labels: {
        app: 'web',
        'statefulset.kubernetes.io/pod-name': 'web-3',
        'apps.kubernetes.io/pod-index': '3',
        'controller-revision-hash': 'web-old',
      },
    });
    expect(pod.spec).toMatchObject({
      hostname: 'web-3',
      subdomain: 'peers',
      containers: [{ image: 'web-old' }],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data-web-3' } }],
    });
  });

  test('is left alone when it is right, and mended when it is not', () => {
    const right = { ...buildPod(), ...statefulPod(set, 3, OLD) } as Pod;
    expect(withIdentity(set, 3, right)).toBe(right);
    const wrong = { ...right, metadata: { ...right.metadata, labels: { app: 'web' } } };
    expect(withIdentity(set, 3, wrong).metadata.labels).toMatchObject({
      app: 'web',
      'apps.kubernetes.io/pod-index': '3',
    });
  });
});

describe('who owns the claim of a Pod', () => {
  type Policy = 'Retain' | 'Delete';
  const setWith = (whenDeleted: Policy, whenScaled: Policy): StatefulSet =>
    storedSet({
      replicas: 1,
      volumeClaimTemplates: [DATA],
      persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled },
    });

  test.each<[Policy, Policy, string, string | undefined]>([
    ['Retain', 'Retain', '0N', undefined],
    ['Retain', 'Retain', '1N', undefined],
    ['Delete', 'Retain', '0N', 'StatefulSet'],
    ['Delete', 'Retain', '1N', 'StatefulSet'],
    ['Retain', 'Delete', '0N', undefined],
    ['Retain', 'Delete', '1N', 'Pod'],
    ['Delete', 'Delete', '0N', 'StatefulSet'],
    ['Delete', 'Delete', '1N', 'Pod'],
  ])('whenDeleted %s, whenScaled %s, Pod %s of one place: %s', (deleted, scaled, code, kind) => {
    const set = setWith(deleted, scaled);
    const claim: PersistentVolumeClaim = { ...DATA, metadata: { name: 'data-web-1' } };
    const kept = withRetention(claim, set, podOf(code));
    expect(kept.metadata.ownerReferences?.map((one) => one.kind)).toEqual(
      kind ? [kind] : undefined,
    );
    expect(withRetention(kept, set, podOf(code)).metadata.ownerReferences?.length ?? 0).toBe(
      kind ? 1 : 0,
    );
    const retained = withRetention(kept, setWith('Retain', 'Retain'), podOf(code));
    expect(retained.metadata.ownerReferences ?? []).toEqual([]);
  });

  test('is not touched when somebody else controls it', () => {
    const other = { apiVersion: 'x/v1', kind: 'Other', name: 'other', uid: 'u', controller: true };
    const claim = { ...DATA, metadata: { name: 'data-web-0', ownerReferences: [other] } };
    expect(withRetention(claim, setWith('Delete', 'Delete'), podOf('0N'))).toBe(claim);
  });

  test('is the set from the first, when the claim goes with it', () => {
    const [template] = [DATA];
    const made = newClaim(setWith('Delete', 'Retain'), 0, { name: 'data-web-0', template });
    expect(made.metadata).toMatchObject({
      name: 'data-web-0',
      labels: { app: 'web' },
      ownerReferences: [{ kind: 'StatefulSet', uid: 'set-uid' }],
    });
  });
});
