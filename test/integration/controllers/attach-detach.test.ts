import { describe, expect, test } from '@jest/globals';
import type { ControllersOptions } from '../../../src/controllers/controllers.ts';
import {
  corePersistentVolumeClaims as claims,
  coreNodes,
  corePods,
  storageVolumeAttachments,
  corePersistentVolumes as volumes,
} from '../../../src/scheme/generated/resources.ts';
import type { TestPlane } from '../../support/control-plane.ts';
import { newClaim, newVolume } from '../../support/storage.ts';
import {
  boundClaim,
  createPod,
  DATA,
  expectEvent,
  onData,
  storagePlane,
} from '../../support/storage-plane.ts';

describe('a volume', () => {
  const attachedOf = async (plane: TestPlane, name: string) =>
    (await plane.client.get(coreNodes, { name })).status?.volumesAttached ?? [];

  const expectAttached = (plane: TestPlane, node: string, names: readonly string[]) =>
    plane.eventually(
      () => attachedOf(plane, node),
      (attached) => expect(attached.map(({ name }) => name)).toEqual(names),
    );

  async function withNodes(
    controllerOptions?: Partial<ControllersOptions>,
  ): Promise<{ plane: TestPlane; id: string }> {
    const plane = await storagePlane({}, controllerOptions);
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

  test.each([
    [false, 'after six minutes'],
    [true, 'when somebody says that nothing runs there any more, where nobody forces it'],
  ])('leaves a silent node that has it mounted (%j) %s', async (disableForceDetachOnTimeout) => {
    const { plane: open, id } = await withNodes({ disableForceDetachOnTimeout });
    await using plane = open;
    await createPod(plane, 'first', onData, 'node-1');
    await expectAttached(plane, 'node-1', [id]);
    const patchNode = (patch: object, subresource?: string) =>
      plane.client.patch(
        coreNodes,
        { name: 'node-1' },
        { type: 'merge', patch },
        subresource ? { subresource } : {},
      );
    const conditions = [{ type: 'Ready', status: 'Unknown' }];
    await patchNode({ status: { volumesInUse: [id], conditions } }, 'status');
    await plane.client.delete(corePods, { namespace: 'default', name: 'first' });
    const left = () => plane.list(storageVolumeAttachments);
    await plane.idle();
    expect(await left()).toHaveLength(1);
    plane.clock.advance(361_000);
    await plane.idle();
    expect(await left()).toHaveLength(disableForceDetachOnTimeout ? 1 : 0);
    await patchNode({
      spec: { taints: [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }] },
    });
    await plane.eventually(left, (attachments) => expect(attachments).toEqual([]));
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
