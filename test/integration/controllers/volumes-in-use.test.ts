/** What becomes of volumes while Pods use them: ephemeral ones, larger ones, attached ones. */
import { describe, expect, test } from '@jest/globals';
import {
  corePersistentVolumeClaims as claims,
  storageStorageClasses as classes,
  coreEvents,
  coreNodes,
  corePods,
  storageVolumeAttachments,
  storageVolumeAttributesClasses,
  corePersistentVolumes as volumes,
} from '../../../src/scheme/generated/resources.ts';
import type { PersistentVolumeClaim, Volume } from '../../../src/scheme/generated/types/core-v1.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';
import { newClaim, newStorageClass, newVolume } from '../../support/storage.ts';
import { podSpec } from '../../support/workloads.ts';

const CONTROLLERS = [
  'attach-detach',
  'ephemeral-volume',
  'garbage-collector',
  'persistentvolume-binder',
  'persistentvolume-expander',
  'pv-protection',
  'pvc-protection',
  'volume-attacher',
  'volume-modifier',
  'volume-provisioner',
] as const;

const DATA = { namespace: 'default', name: 'data' };

async function storagePlane(): Promise<TestPlane> {
  const plane = await testPlane({ controllers: CONTROLLERS });
  await plane.client.create(classes, newStorageClass('fast', { allowVolumeExpansion: true }));
  return plane;
}

const template = newClaim('data', { spec: { storageClassName: 'fast' } });

const boundClaim = async (plane: TestPlane): Promise<PersistentVolumeClaim> => {
  const { spec } = template;
  await plane.client.create(claims, { metadata: DATA, ...(spec ? { spec } : {}) });
  return plane.eventually(
    () => plane.client.get(claims, DATA),
    ({ status }) => expect(status?.phase).toBe('Bound'),
  );
};

const createPod = (
  plane: TestPlane,
  name: string,
  volume: Omit<Volume, 'name'>,
  nodeName?: string,
) =>
  plane.client.create(corePods, {
    metadata: { name, namespace: 'default' },
    spec: podSpec({
      volumes: [{ name: 'data', ...volume }],
      ...(nodeName ? { nodeName } : {}),
    }),
  });

const onData = { persistentVolumeClaim: { claimName: 'data' } };

const expectEvent = (plane: TestPlane, event: object): Promise<unknown> =>
  plane.eventually(
    () => plane.list(coreEvents),
    (events) => expect(events).toContainEqual(expect.objectContaining(event)),
  );

describe('an ephemeral volume', () => {
  const spec = template.spec as NonNullable<typeof template.spec>;
  const ephemeral = { volumeClaimTemplate: { metadata: { labels: { app: 'web' } }, spec } };
  const place = { namespace: 'default', name: 'web-data' };

  test('has a claim that is the Pod’s and goes with it, its disk too', async () => {
    await using plane = await storagePlane();
    const pod = await createPod(plane, 'web', { ephemeral });
    const claim = await plane.eventually(
      () => plane.client.get(claims, place),
      ({ status }) => expect(status?.phase).toBe('Bound'),
    );
    expect(claim.metadata.labels).toEqual({ app: 'web' });
    expect(claim.metadata.ownerReferences?.[0]?.uid).toBe(pod.metadata.uid);
    await plane.client.delete(claims, place);
    await plane.eventually(
      () => plane.client.get(claims, place),
      ({ metadata }) => expect(metadata.uid).not.toBe(claim.metadata.uid),
    );
    await plane.client.delete(corePods, { namespace: 'default', name: 'web' });
    for (const left of [claims, volumes]) {
      await plane.eventually(
        () => plane.list(left as typeof claims),
        (objects) => expect(objects).toEqual([]),
      );
    }
  });

  test('does not take a claim of its name that is another’s', async () => {
    await using plane = await storagePlane();
    const own = await plane.client.create(claims, { metadata: place, spec });
    await createPod(plane, 'web', { ephemeral });
    await expectEvent(plane, {
      type: 'Warning',
      reason: 'FailedBinding',
      message:
        'ephemeral volume data: PVC default/web-data was not created for pod default/web (pod is not owner)',
    });
    const left = await plane.client.get(claims, place);
    expect([left.metadata.uid, left.metadata.ownerReferences]).toEqual([
      own.metadata.uid,
      undefined,
    ]);
  });
});

describe('a claim that asks for more', () => {
  const grow = (plane: TestPlane) =>
    plane.client.patch(claims, DATA, {
      type: 'merge',
      patch: { spec: { resources: { requests: { storage: '3Gi' } } } },
    });

  test('is resized, its volume first, and says so on the way', async () => {
    await using plane = await storagePlane();
    const { spec } = await boundClaim(plane);
    await grow(plane);
    const resized = await plane.eventually(
      () => plane.client.get(claims, DATA),
      ({ status }) => expect(status?.capacity).toEqual({ storage: '3Gi' }),
    );
    expect(resized.status).toMatchObject({ allocatedResources: { storage: '3Gi' } });
    expect(resized.status?.conditions).toBeUndefined();
    const volume = await plane.client.get(volumes, { name: spec?.volumeName ?? '' });
    expect(volume.spec?.capacity).toEqual({ storage: '3Gi' });
    const past = await plane.client.history(claims, DATA);
    expect(past.map(({ object }) => object.status?.conditions?.[0]?.type)).toContain('Resizing');
    await expectEvent(plane, { reason: 'VolumeResizeSuccessful' });
  });

  test('of another driver is handed over to it', async () => {
    await using plane = await storagePlane();
    await plane.client.create(
      volumes,
      newVolume('disk', {
        spec: {
          hostPath: undefined as never,
          csi: { driver: 'disks.example.com', volumeHandle: 'h' },
          storageClassName: 'fast',
        },
      }),
    );
    await plane.idle();
    const { spec } = await boundClaim(plane);
    expect(spec?.volumeName).toBe('disk');
    await grow(plane);
    await expectEvent(plane, {
      type: 'Normal',
      reason: 'ExternalExpanding',
      message: 'waiting for an external controller to expand this PVC',
    });
    await plane.idle();
    const { status } = await plane.client.get(claims, DATA);
    expect(status?.capacity).toEqual({ storage: '1Gi' });
  });
});

describe('a claim that asks for other attributes', () => {
  const ask = (plane: TestPlane, volumeAttributesClassName: string) =>
    plane.client.patch(claims, DATA, {
      type: 'merge',
      patch: { spec: { volumeAttributesClassName } },
    });
  const attributes = (name: string, driverName = 'disk.simulation.orrery.dev') => ({
    metadata: { name },
    driverName,
    parameters: { iops: '4000' },
  });
  const told = (reason: string, message: string) => ({ reason, message });

  test('has its disk modified once there is a class of them, and says so on the way', async () => {
    await using plane = await storagePlane();
    const { spec } = await boundClaim(plane);
    await ask(plane, 'gold');
    await expectEvent(plane, told('VolumeModifyFailed', 'VAC gold does not exist.'));
    await plane.client.create(storageVolumeAttributesClasses, attributes('gold'));
    const { status } = await plane.eventually(
      () => plane.client.get(claims, DATA),
      (claim) => expect(claim.status?.currentVolumeAttributesClassName).toBe('gold'),
    );
    expect([status?.modifyVolumeStatus, status?.conditions]).toEqual([undefined, undefined]);
    const volume = await plane.client.get(volumes, { name: spec?.volumeName ?? '' });
    expect(volume.spec?.volumeAttributesClassName).toBe('gold');
    const past = await plane.client.history(claims, DATA);
    expect(past.map(({ object }) => object.status?.modifyVolumeStatus?.status)).toEqual(
      expect.arrayContaining(['Pending', 'InProgress']),
    );
    await expectEvent(
      plane,
      told(
        'VolumeModifySuccessful',
        'external resizer modified volume data with vac gold successfully',
      ),
    );
  });

  test('is refused those of another driver, until it asks for what it has', async () => {
    await using plane = await storagePlane();
    await plane.client.create(storageVolumeAttributesClasses, attributes('silver'));
    await plane.client.create(
      storageVolumeAttributesClasses,
      attributes('theirs', 'x.example.com'),
    );
    await boundClaim(plane);
    const expectStatus = (expected: object) =>
      plane.eventually(
        () => plane.client.get(claims, DATA),
        ({ status }) => expect(status).toEqual(expect.objectContaining(expected)),
      );
    await ask(plane, 'silver');
    await expectStatus({ currentVolumeAttributesClassName: 'silver' });
    await ask(plane, 'theirs');
    const refused = { status: 'Infeasible', targetVolumeAttributesClassName: 'theirs' };
    await expectStatus({ modifyVolumeStatus: refused });
    await ask(plane, 'silver');
    const { status } = await plane.eventually(
      () => plane.client.get(claims, DATA),
      (claim) => expect(claim.status?.modifyVolumeStatus).toBeUndefined(),
    );
    expect(status?.conditions).toBeUndefined();
  });
});

describe('a volume', () => {
  const attachedOf = async (plane: TestPlane, name: string) =>
    (await plane.client.get(coreNodes, { name })).status?.volumesAttached ?? [];

  const expectAttached = (plane: TestPlane, node: string, names: readonly string[]) =>
    plane.eventually(
      () => attachedOf(plane, node),
      (attached) => expect(attached.map(({ name }) => name)).toEqual(names),
    );

  async function withNodes(): Promise<{ plane: TestPlane; id: string }> {
    const plane = await storagePlane();
    for (const name of ['node-1', 'node-2'])
      await plane.client.create(coreNodes, { metadata: { name } });
    const { spec } = await boundClaim(plane);
    const id = `kubernetes.io/csi/disk.simulation.orrery.dev^${spec?.volumeName}`;
    return { plane, id };
  }

  test('is attached to the node of its Pod, and to one node at a time', async () => {
    const { plane: open, id } = await withNodes();
    await using plane = open;
    await createPod(plane, 'first', onData, 'node-1');
    await expectAttached(plane, 'node-1', [id]);
    await expectEvent(plane, { reason: 'SuccessfulAttachVolume' });
    await createPod(plane, 'second', onData, 'node-2');
    await expectEvent(plane, {
      type: 'Warning',
      reason: 'FailedAttachVolume',
      message: expect.stringMatching(
        /^Multi-Attach error for volume "pvc-\S+" Volume is already used by pod\(s\) first$/,
      ),
    });
    expect(await attachedOf(plane, 'node-2')).toEqual([]);
    await plane.client.delete(corePods, { namespace: 'default', name: 'first' });
    await expectAttached(plane, 'node-2', [id]);
    expect(await attachedOf(plane, 'node-1')).toEqual([]);
    const all = await plane.client.history(coreNodes, { name: 'node-1' });
    expect(all.length).toBeGreaterThan(1);
  });

  test('is not deleted from under a node', async () => {
    const { plane: open, id } = await withNodes();
    await using plane = open;
    await createPod(plane, 'first', onData, 'node-1');
    await expectAttached(plane, 'node-1', [id]);
    const mounted = { status: { volumesInUse: [id] } };
    const setMounted = (patch: object) =>
      plane.client.patch(
        coreNodes,
        { name: 'node-1' },
        { type: 'merge', patch },
        { subresource: 'status' },
      );
    await setMounted(mounted);
    await plane.client.delete(corePods, { namespace: 'default', name: 'first' });
    await plane.client.delete(claims, DATA);
    await expectEvent(plane, { type: 'Warning', reason: 'VolumeFailedDelete' });
    expect(await plane.list(volumes)).toHaveLength(1);
    await setMounted({ status: { volumesInUse: null } });
    await plane.eventually(
      () => plane.list(volumes),
      (left) => expect(left).toEqual([]),
    );
    expect(await plane.list(storageVolumeAttachments)).toEqual([]);
  });

  test('whose driver fails to attach it is explained on its Pod', async () => {
    const { plane: open } = await withNodes();
    await using plane = open;
    const spec = {
      hostPath: undefined as never,
      csi: { driver: 'disks.example.com', volumeHandle: 'h' },
      claimRef: { namespace: 'default', name: 'theirs' },
    };
    await plane.client.create(volumes, newVolume('disk', { spec }));
    await plane.client.create(claims, newClaim('theirs', { spec: { storageClassName: '' } }));
    await createPod(plane, 'web', { persistentVolumeClaim: { claimName: 'theirs' } }, 'node-1');
    const [attachment] = await plane.eventually(
      () => plane.list(storageVolumeAttachments),
      (all) => expect(all).toHaveLength(1),
    );
    const attachError = { time: '2026-01-01T00:00:00Z', message: 'no slot is free' };
    await plane.client.patch(
      storageVolumeAttachments,
      { name: attachment?.metadata.name ?? '' },
      { type: 'merge', patch: { status: { attached: false, attachError } } },
      { subresource: 'status' },
    );
    await expectEvent(plane, {
      type: 'Warning',
      reason: 'FailedAttachVolume',
      message: 'AttachVolume.Attach failed for volume "disk" : no slot is free',
      count: 1,
    });
  });

  test('that is deleted while it is attached goes once it has left its node', async () => {
    const { plane: open, id } = await withNodes();
    await using plane = open;
    await createPod(plane, 'first', onData, 'node-1');
    await expectAttached(plane, 'node-1', [id]);
    const [volume] = await plane.list(volumes);
    expect(volume?.metadata.finalizers).toContain('external-attacher/disk-simulation-orrery-dev');
    await plane.client.delete(volumes, { name: volume?.metadata.name ?? '' });
    await plane.client.delete(corePods, { namespace: 'default', name: 'first' });
    await plane.client.delete(claims, DATA);
    await plane.eventually(
      () => plane.list(volumes),
      (left) => expect(left).toEqual([]),
    );
  });

  test('leaves a node that is gone', async () => {
    const { plane: open, id } = await withNodes();
    await using plane = open;
    await createPod(plane, 'first', onData, 'node-1');
    await expectAttached(plane, 'node-1', [id]);
    await plane.client.delete(coreNodes, { name: 'node-1' });
    await plane.eventually(
      () => plane.list(storageVolumeAttachments),
      (left) => expect(left).toEqual([]),
    );
  });
});
