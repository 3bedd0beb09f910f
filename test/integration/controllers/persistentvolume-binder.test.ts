/** Claims and volumes are brought together, and volumes are provisioned, reclaimed and lost. */
import { describe, expect, test } from '@jest/globals';
import {
  corePersistentVolumeClaims as claims,
  storageStorageClasses as classes,
  coreEvents,
  coreNodes,
  corePods,
  corePersistentVolumes as volumes,
} from '../../../src/scheme/generated/resources.ts';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../../src/scheme/generated/types/core-v1.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';
import { createTestDatabase } from '../../support/database.ts';
import { postgresQueueServer } from '../../support/queue-servers.ts';
import { newClaim, newStorageClass, newVolume } from '../../support/storage.ts';
import { podSpec } from '../../support/workloads.ts';

const storagePlane = (): Promise<TestPlane> =>
  testPlane({
    controllers: [
      'persistentvolume-binder',
      'volume-provisioner',
      'pvc-protection',
      'pv-protection',
    ],
  });

const DATA = { namespace: 'default', name: 'data' };

const createClaim = (plane: TestPlane, ...parts: Parameters<typeof newClaim>) => {
  const { metadata, ...claim } = newClaim(...parts);
  const { uid: _, ...rest } = metadata;
  return plane.client.create(claims, { ...claim, metadata: rest });
};

const createVolume = (plane: TestPlane, ...parts: Parameters<typeof newVolume>) =>
  plane.client.create(volumes, newVolume(...parts));

const expectClaim = (
  plane: TestPlane,
  expected: object,
  name = 'data',
): Promise<PersistentVolumeClaim> =>
  plane.eventually(
    () => plane.client.get(claims, { namespace: 'default', name }),
    (claim) => expect(claim).toMatchObject(expected),
  );

const expectVolume = (
  plane: TestPlane,
  name: string,
  expected: object,
): Promise<PersistentVolume> =>
  plane.eventually(
    () => plane.client.get(volumes, { name }),
    (volume) => expect(volume).toMatchObject(expected),
  );

const expectEvent = (plane: TestPlane, name: string, event: object): Promise<unknown> =>
  plane.eventually(
    () => plane.list(coreEvents),
    (events) =>
      expect(events).toContainEqual(
        expect.objectContaining({ ...event, involvedObject: expect.objectContaining({ name }) }),
      ),
  );

const BOUND = { status: { phase: 'Bound' } };

describe('a claim and a volume', () => {
  test('find one another, whichever comes first', async () => {
    await using plane = await storagePlane();
    await createVolume(plane, 'disk', { spec: { capacity: { storage: '5Gi' } } });
    await expectVolume(plane, 'disk', {
      status: { phase: 'Available', lastPhaseTransitionTime: expect.any(String) },
    });
    await createClaim(plane, 'data');
    const claim = await expectClaim(plane, {
      spec: { volumeName: 'disk' },
      status: { phase: 'Bound', capacity: { storage: '5Gi' }, accessModes: ['ReadWriteOnce'] },
    });
    expect(claim.metadata.annotations).toEqual({
      'pv.kubernetes.io/bind-completed': 'yes',
      'pv.kubernetes.io/bound-by-controller': 'yes',
    });
    await expectVolume(plane, 'disk', {
      spec: { claimRef: { uid: claim.metadata.uid } },
      ...BOUND,
    });
    await createClaim(plane, 'late');
    await expectEvent(plane, 'late', { reason: 'FailedBinding' });
    await createVolume(plane, 'second');
    await expectClaim(plane, { spec: { volumeName: 'second' }, ...BOUND }, 'late');
  });

  test('are one to one, however many claims want the same volumes at once', async () => {
    await using plane = await storagePlane();
    const names = Array.from({ length: 20 }, (_, index) => `data-${index}`);
    await Promise.all(names.map((name) => createVolume(plane, `disk-${name}`)));
    await Promise.all(names.map((name) => createClaim(plane, name)));
    const bound = await plane.eventually(
      () => plane.list(claims),
      (all) => expect(all.filter(({ status }) => status?.phase === 'Bound')).toHaveLength(20),
    );
    expect(new Set(bound.map(({ spec }) => spec?.volumeName)).size).toBe(20);
    for (const volume of await plane.list(volumes)) {
      const owner = bound.find(({ spec }) => spec?.volumeName === volume.metadata.name);
      expect(volume.spec?.claimRef?.uid).toBe(owner?.metadata.uid);
    }
  });

  test('that their users chose for one another are bound, and the volume stays reserved', async () => {
    await using plane = await storagePlane();
    const claimRef = DATA;
    await createVolume(plane, 'disk', {
      spec: { claimRef, persistentVolumeReclaimPolicy: 'Recycle' },
    });
    await createClaim(plane, 'other');
    await expectEvent(plane, 'other', { reason: 'FailedBinding' });
    await createClaim(plane, 'data', { spec: { volumeName: 'disk' } });
    await expectClaim(plane, BOUND);
    await plane.client.delete(claims, DATA);
    const free = await expectVolume(plane, 'disk', { status: { phase: 'Available' } });
    expect(free.spec?.claimRef).toMatchObject(claimRef);
    expect(free.spec?.claimRef?.uid).toBeUndefined();
    await expectEvent(plane, 'disk', { reason: 'VolumeRecycled' });
  });

  test('that do not fit one another are told so', async () => {
    await using plane = await storagePlane();
    await createVolume(plane, 'disk');
    await createClaim(plane, 'data', {
      spec: { volumeName: 'disk', resources: { requests: { storage: '2Gi' } } },
    });
    await expectEvent(plane, 'data', {
      type: 'Warning',
      reason: 'VolumeMismatch',
      message: 'Cannot bind to requested volume "disk": requested PV is too small',
    });
    await expectClaim(plane, { status: { phase: 'Pending' } });
  });

  test('part for good when the volume is deleted by force: the claim is lost', async () => {
    await using plane = await storagePlane();
    await createVolume(plane, 'disk');
    await createClaim(plane, 'data');
    await expectClaim(plane, BOUND);
    await plane.client.delete(volumes, { name: 'disk' });
    const patch = { metadata: { finalizers: null } };
    await plane.client.patch(volumes, { name: 'disk' }, { type: 'merge', patch });
    const lost = await expectClaim(plane, { status: { phase: 'Lost' } });
    expect(lost.status?.capacity).toBeUndefined();
    await expectEvent(plane, 'data', { type: 'Warning', reason: 'ClaimLost' });
  });
});

describe('a volume whose claim is gone', () => {
  const releasedWith = async (plane: TestPlane, spec: object) => {
    await createVolume(plane, 'disk', { spec });
    await createClaim(plane, 'data');
    await expectClaim(plane, BOUND);
    await plane.client.delete(claims, DATA);
  };

  test('stays Released where it is to be retained, and no other claim gets it', async () => {
    await using plane = await storagePlane();
    await releasedWith(plane, { persistentVolumeReclaimPolicy: 'Retain' });
    await expectVolume(plane, 'disk', { status: { phase: 'Released' } });
    await createClaim(plane, 'data');
    await expectEvent(plane, 'data', { reason: 'FailedBinding' });
    await expectVolume(plane, 'disk', { status: { phase: 'Released' } });
  });

  test('is deleted where it is to be deleted and can be', async () => {
    await using plane = await storagePlane();
    await releasedWith(plane, { persistentVolumeReclaimPolicy: 'Delete' });
    await plane.eventually(
      () => plane.list(volumes),
      (left) => expect(left).toEqual([]),
    );
  });

  test('is Failed where nobody can delete it, and says why', async () => {
    await using plane = await storagePlane();
    const message = 'host_path deleter only supports /tmp/.+ but received provided /data';
    await releasedWith(plane, {
      hostPath: { path: '/data' },
      persistentVolumeReclaimPolicy: 'Delete',
    });
    await expectVolume(plane, 'disk', { status: { phase: 'Failed', message } });
    await expectEvent(plane, 'disk', { type: 'Warning', reason: 'VolumeFailedDelete', message });
  });

  test('outlives its deletion until its data is gone, where a plugin of the tree made it', async () => {
    await using plane = await storagePlane();
    const annotations = { 'pv.kubernetes.io/provisioned-by': 'kubernetes.io/host-path' };
    const spec = { persistentVolumeReclaimPolicy: 'Delete' as const };
    await createVolume(plane, 'disk', { annotations, spec });
    await createClaim(plane, 'data');
    await expectClaim(plane, BOUND);
    const finalizers = expect.arrayContaining(['kubernetes.io/pv-controller']);
    await expectVolume(plane, 'disk', { metadata: { finalizers } });
    await plane.client.delete(volumes, { name: 'disk' });
    await plane.client.delete(claims, DATA);
    await plane.eventually(
      () => plane.list(volumes),
      (left) => expect(left).toEqual([]),
    );
  });

  test('is wiped only once no Pod uses it any more', async () => {
    await using plane = await storagePlane();
    await createVolume(plane, 'disk', { spec: { persistentVolumeReclaimPolicy: 'Recycle' } });
    await createClaim(plane, 'data');
    await expectClaim(plane, BOUND);
    const onData = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
    const web = { namespace: 'default', name: 'web' };
    const spec = podSpec({ nodeName: 'gone', volumes: onData });
    await plane.client.create(corePods, { metadata: web, spec });
    await plane.client.delete(claims, DATA);
    // As somebody does who has no patience.
    const patch = { metadata: { finalizers: null } };
    await plane.client.patch(claims, DATA, { type: 'merge', patch });
    await expectEvent(plane, 'disk', { message: 'Volume is used by pods: default/web' });
    await expectVolume(plane, 'disk', { status: { phase: 'Released' } });
    await plane.client.delete(corePods, web, { gracePeriodSeconds: 0 });
    await expectVolume(plane, 'disk', { status: { phase: 'Available' } });
  });
});

describe('dynamic provisioning', () => {
  test('makes a volume for a claim of a class, and deletes it with the claim', async () => {
    await using plane = await storagePlane();
    await plane.client.create(classes, newStorageClass('fast'));
    const { metadata } = await createClaim(plane, 'data', { spec: { storageClassName: 'fast' } });
    const name = `pvc-${metadata.uid}`;
    await expectClaim(plane, { spec: { volumeName: name }, ...BOUND });
    await expectVolume(plane, name, {
      spec: { csi: { driver: 'disk.simulation.orrery.dev' }, storageClassName: 'fast' },
      ...BOUND,
    });
    await expectEvent(plane, 'data', {
      reason: 'ExternalProvisioning',
      source: expect.objectContaining({ component: 'persistentvolume-controller' }),
    });
    await expectEvent(plane, 'data', {
      reason: 'ProvisioningSucceeded',
      message: `Successfully provisioned volume ${name}`,
      source: expect.objectContaining({ component: 'disk.simulation.orrery.dev' }),
    });
    await plane.client.delete(claims, DATA);
    await plane.eventually(
      () => plane.list(volumes),
      (left) => expect(left).toEqual([]),
    );
  });

  test.each([
    [
      'cannot make a disk',
      { maximumSize: '1Mi' },
      /^failed to provision volume with StorageClass "fast": rpc error: code = OutOfRange desc = /,
    ],
    [
      'does not know what is wanted of it',
      { failureRate: 'often' },
      /^Volume provisioning failed with infeasible error. Retries will be delayed. rpc error: /,
    ],
  ])('says on the claim when it %s', async (_, parameters, message) => {
    await using plane = await storagePlane();
    await plane.client.create(classes, newStorageClass('fast', { parameters }));
    await createClaim(plane, 'data', { spec: { storageClassName: 'fast' } });
    await expectEvent(plane, 'data', {
      type: 'Warning',
      reason: 'ProvisioningFailed',
      message: expect.stringMatching(message),
    });
    await expectClaim(plane, { status: { phase: 'Pending' } });
  });

  test('gives claims without a class the default one, also when that comes later', async () => {
    await using plane = await storagePlane();
    await createClaim(plane, 'data');
    await createClaim(plane, 'none', { spec: { storageClassName: '' } });
    await expectEvent(plane, 'data', { reason: 'FailedBinding' });
    const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
    await plane.client.create(
      classes,
      newStorageClass('standard', { metadata: { name: 'standard', annotations } }),
    );
    await expectClaim(plane, { spec: { storageClassName: 'standard' }, ...BOUND });
    await expectClaim(
      plane,
      { spec: { storageClassName: '' }, status: { phase: 'Pending' } },
      'none',
    );
  });

  test('waits for the first consumer, and makes the volume where its node is', async () => {
    await using plane = await storagePlane();
    const zone = 'topology.kubernetes.io/zone';
    await plane.client.create(
      classes,
      newStorageClass('late', {
        volumeBindingMode: 'WaitForFirstConsumer',
        parameters: { topologyKey: zone },
      }),
    );
    await createClaim(plane, 'data', { spec: { storageClassName: 'late' } });
    await expectEvent(plane, 'data', { reason: 'WaitForFirstConsumer' });
    const volumesOfPod = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
    await plane.client.create(corePods, {
      metadata: { name: 'web', namespace: 'default' },
      spec: podSpec({ volumes: volumesOfPod }),
    });
    await expectEvent(plane, 'data', {
      reason: 'WaitForPodScheduled',
      message: 'waiting for pod web to be scheduled',
    });
    const choose = (node: string) =>
      plane.client.patch(claims, DATA, {
        type: 'merge',
        patch: { metadata: { annotations: { 'volume.kubernetes.io/selected-node': node } } },
      });
    await choose('gone');
    const returned = await plane.eventually(
      () => plane.client.get(claims, DATA),
      ({ metadata }) =>
        expect(metadata.annotations).toEqual({
          'volume.beta.kubernetes.io/storage-provisioner': 'disk.simulation.orrery.dev',
          'volume.kubernetes.io/storage-provisioner': 'disk.simulation.orrery.dev',
        }),
    );
    expect(returned.status?.phase).toBe('Pending');
    await plane.client.create(coreNodes, { metadata: { name: 'node-1', labels: { [zone]: 'a' } } });
    await choose('node-1');
    const { spec } = await expectClaim(plane, BOUND);
    const { spec: disk } = await plane.client.get(volumes, { name: spec?.volumeName ?? '' });
    expect(disk?.nodeAffinity?.required?.nodeSelectorTerms).toEqual([
      { matchExpressions: [{ key: zone, operator: 'In', values: ['a'] }] },
    ]);
  });

  test('finishes the binding that the scheduler began', async () => {
    await using plane = await storagePlane();
    await plane.client.create(
      classes,
      newStorageClass('local', {
        provisioner: 'kubernetes.io/no-provisioner',
        volumeBindingMode: 'WaitForFirstConsumer',
      }),
    );
    await createVolume(plane, 'disk', { spec: { storageClassName: 'local' } });
    const { metadata } = await createClaim(plane, 'data', { spec: { storageClassName: 'local' } });
    await expectEvent(plane, 'data', { reason: 'WaitForFirstConsumer' });
    await expectVolume(plane, 'disk', { status: { phase: 'Available' } });
    const claimRef = { ...DATA, kind: 'PersistentVolumeClaim', uid: metadata.uid };
    const patch = { spec: { claimRef } };
    await plane.client.patch(volumes, { name: 'disk' }, { type: 'merge', patch });
    await expectClaim(plane, { spec: { volumeName: 'disk' }, ...BOUND });
    await expectVolume(plane, 'disk', BOUND);
  });

  test('leaves the claims of other drivers to them, and goes on with what they make', async () => {
    await using plane = await storagePlane();
    const provisioner = 'disks.example.com';
    await plane.client.create(classes, newStorageClass('other', { provisioner }));
    const { metadata } = await createClaim(plane, 'data', { spec: { storageClassName: 'other' } });
    await expectClaim(plane, {
      metadata: { annotations: { 'volume.kubernetes.io/storage-provisioner': provisioner } },
    });
    await plane.idle();
    expect(await plane.list(volumes)).toEqual([]);
    await createVolume(plane, 'made', {
      annotations: { 'pv.kubernetes.io/provisioned-by': provisioner },
      spec: { storageClassName: 'other', claimRef: { ...DATA, uid: metadata.uid ?? '' } },
    });
    await expectClaim(plane, { spec: { volumeName: 'made' }, ...BOUND });
  });
});

test('two processes that share the work bind each claim to one volume, and provision each once', async () => {
  await using database = await createTestDatabase();
  await using server = await postgresQueueServer();
  const controllers = ['persistentvolume-binder', 'volume-provisioner', 'attach-detach'] as const;
  const options = { controllers, databaseUrl: database.url };
  await using first = await testPlane({
    ...options,
    queue: await server.backend(),
    shared: { identity: 'first' },
  });
  await using second = await testPlane({
    ...options,
    drivePods: false,
    queue: await server.backend(),
    shared: { identity: 'second' },
  });
  await first.client.create(classes, newStorageClass('fast'));
  const given = Array.from({ length: 15 }, (_, index) => `given-${index}`);
  const made = Array.from({ length: 15 }, (_, index) => `made-${index}`);
  await Promise.all(given.map((name) => createVolume(first, `disk-${name}`)));
  await Promise.all([
    ...given.map((name) => createClaim(first, name)),
    ...made.map((name) => createClaim(first, name, { spec: { storageClassName: 'fast' } })),
  ]);
  const bound = await first.eventually(
    () => {
      second.clock.advance(100);
      return first.list(claims);
    },
    (all) => expect(all.filter(({ status }) => status?.phase === 'Bound')).toHaveLength(30),
  );
  const all = await first.list(volumes);
  expect(all).toHaveLength(30);
  for (const volume of all) {
    const owners = bound.filter(({ spec }) => spec?.volumeName === volume.metadata.name);
    expect(owners.map(({ metadata }) => metadata.uid)).toEqual([volume.spec?.claimRef?.uid]);
  }
});
