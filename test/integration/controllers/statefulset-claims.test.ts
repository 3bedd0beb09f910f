import { describe, expect, test } from '@jest/globals';
import {
  appsStatefulSets,
  corePersistentVolumeClaims,
  corePods,
} from '../../../src/scheme/generated/resources.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';
import {
  claims,
  createWeb,
  named,
  patchSpec,
  pods,
  rolledOut,
  settledAt,
  statefulPlane,
  WEB,
  web,
} from '../../support/stateful-plane.ts';

const collectedPlane = (): Promise<TestPlane> =>
  testPlane({ controllers: ['statefulset', 'garbage-collector', 'pvc-protection'] });

const CLAIM_TEMPLATES = [
  {
    apiVersion: 'v1' as const,
    kind: 'PersistentVolumeClaim' as const,
    metadata: { name: 'data', labels: { tier: 'db' } },
    spec: { accessModes: ['ReadWriteOnce' as const], resources: { requests: { storage: '1Gi' } } },
  },
];

describe('the claims of a StatefulSet', () => {
  async function settle(plane: TestPlane, whenDeleted: Policy, whenScaled: Policy) {
    await createWeb(plane, {
      replicas: 2,
      volumeClaimTemplates: CLAIM_TEMPLATES,
      persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled },
    });
    return plane.eventually(() => web(plane), rolledOut(2));
  }
  type Policy = 'Retain' | 'Delete';
  const claimNames = async (plane: TestPlane) =>
    (await claims(plane)).map(({ metadata }) => metadata.name).sort();

  test('are made for each place before its Pod, which mounts them', async () => {
    await using plane = await statefulPlane();
    await settle(plane, 'Retain', 'Retain');
    const made = await claims(plane);
    expect(made.map(({ metadata }) => metadata)).toMatchObject([
      { name: 'data-web-0', labels: { app: 'web', tier: 'db' } },
      { name: 'data-web-1', labels: { app: 'web', tier: 'db' } },
    ]);
    expect(made.map(({ metadata }) => metadata.ownerReferences ?? [])).toEqual([[], []]);
    const pod = await plane.client.get(corePods, named('web-1'));
    expect(pod.spec?.volumes?.[0]).toEqual({
      name: 'data',
      persistentVolumeClaim: { claimName: 'data-web-1' },
    });
  });

  test('outlive places and set when they are retained', async () => {
    await using plane = await collectedPlane();
    await settle(plane, 'Retain', 'Retain');
    await patchSpec(plane, { replicas: 1 });
    await plane.eventually(() => web(plane), settledAt(1));
    await plane.client.delete(appsStatefulSets, WEB);
    await plane.eventually(
      () => pods(plane),
      (left) => expect(left).toEqual([]),
    );
    await plane.idle();
    expect(await claimNames(plane)).toEqual(['data-web-0', 'data-web-1']);
  });

  test('go with the set when that is asked for', async () => {
    await using plane = await collectedPlane();
    const { metadata } = await settle(plane, 'Delete', 'Retain');
    for (const claim of await claims(plane)) {
      expect(claim.metadata.ownerReferences).toMatchObject([
        { kind: 'StatefulSet', uid: metadata.uid },
      ]);
    }
    await patchSpec(plane, { replicas: 1 });
    await plane.eventually(() => web(plane), settledAt(1));
    await plane.idle();
    expect(await claimNames(plane)).toEqual(['data-web-0', 'data-web-1']);
    await plane.client.delete(appsStatefulSets, WEB);
    await plane.eventually(
      () => claims(plane),
      (left) => expect(left).toEqual([]),
    );
  });

  test('go with the places that are given up when that is asked for, and are made anew with them', async () => {
    await using plane = await collectedPlane();
    await settle(plane, 'Retain', 'Delete');
    const before = await plane.client.get(corePersistentVolumeClaims, named('data-web-1'));
    await patchSpec(plane, { replicas: 1 });
    await plane.eventually(
      () => claimNames(plane),
      (left) => expect(left).toEqual(['data-web-0']),
    );
    await patchSpec(plane, { replicas: 2 });
    await plane.eventually(() => web(plane), rolledOut(2));
    const after = await plane.client.get(corePersistentVolumeClaims, named('data-web-1'));
    expect(after.metadata.uid).not.toBe(before.metadata.uid);
  });

  test('follow a change of the policy', async () => {
    await using plane = await statefulPlane();
    const { metadata } = await settle(plane, 'Retain', 'Retain');
    await patchSpec(plane, { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' } });
    const owners = async () =>
      (await claims(plane)).map((claim) => claim.metadata.ownerReferences?.map(({ uid }) => uid));
    const { uid } = metadata;
    await plane.eventually(owners, (now) => expect(now).toEqual([[uid], [uid]]));
    await patchSpec(plane, { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain' } });
    await plane.eventually(owners, (now) => expect(now.map((all) => all ?? [])).toEqual([[], []]));
  });
});
