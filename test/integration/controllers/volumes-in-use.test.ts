/** What becomes of volumes while Pods use them: ephemeral ones, larger ones, those of other attributes. */
import { describe, expect, test } from '@jest/globals';
import {
  corePersistentVolumeClaims as claims,
  corePods,
  storageVolumeAttributesClasses,
  corePersistentVolumes as volumes,
} from '../../../src/scheme/generated/resources.ts';
import type { TestPlane } from '../../support/control-plane.ts';
import { newVolume } from '../../support/storage.ts';
import {
  boundClaim,
  createPod,
  DATA,
  expectEvent,
  storagePlane,
  template,
} from '../../support/storage-plane.ts';

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

  test('does not take a claim of its name that is another’s, and has its own once that is gone', async () => {
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
    await plane.client.delete(claims, place);
    await plane.eventually(
      () => plane.client.get(claims, place),
      ({ metadata }) => expect(metadata.ownerReferences?.[0]?.name).toBe('web'),
    );
  });
});

describe('a claim that asks for more', () => {
  const grow = (plane: TestPlane, storage = '3Gi') =>
    plane.client.patch(claims, DATA, {
      type: 'merge',
      patch: { spec: { resources: { requests: { storage } } } },
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

  test('of a disk that grows no further says so, and is met where it asks for less', async () => {
    await using plane = await storagePlane({ maximumSize: '2Gi' });
    await boundClaim(plane);
    await grow(plane);
    await plane.eventually(
      () => plane.client.get(claims, DATA),
      ({ status }) =>
        expect(status).toMatchObject({
          capacity: { storage: '1Gi' },
          allocatedResources: { storage: '3Gi' },
          allocatedResourceStatuses: { storage: 'ControllerResizeInfeasible' },
          conditions: expect.arrayContaining([
            expect.objectContaining({ type: 'ControllerResizeError', status: 'True' }),
          ]),
        }),
    );
    await expectEvent(plane, { type: 'Warning', reason: 'VolumeResizeFailed' });
    await grow(plane, '2Gi');
    const { status } = await plane.eventually(
      () => plane.client.get(claims, DATA),
      (claim) => expect(claim.status?.capacity).toEqual({ storage: '2Gi' }),
    );
    expect(status).not.toHaveProperty('conditions');
    expect(status).not.toHaveProperty('allocatedResourceStatuses');
  });

  test('of a disk that fails now and then grows in the end', async () => {
    await using plane = await storagePlane({ failureRate: '0.5', seed: 'd' });
    await boundClaim(plane);
    await grow(plane);
    await expectEvent(plane, {
      type: 'Warning',
      reason: 'VolumeResizeFailed',
      message: expect.stringMatching(
        /^resize volume "pvc-.*" by resizer "disk.*" failed: rpc error/,
      ),
    });
    await plane.eventually(
      () => plane.client.get(claims, DATA),
      ({ status }) => expect(status?.capacity).toEqual({ storage: '3Gi' }),
    );
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
