/** Storage that is in use outlives its deletion: claims, volumes, and classes of volume attributes. */
import { expect, test } from '@jest/globals';
import { createAdmissionPlugins } from '../../../src/apiserver/admission/plugin-table.ts';
import type { NewObject } from '../../../src/apiserver/client.ts';
import {
  coreNamespaces,
  corePersistentVolumeClaims,
  corePersistentVolumes,
  corePods,
  storageVolumeAttributesClasses,
} from '../../../src/scheme/generated/resources.ts';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeClaimSpec,
  PersistentVolumeSpec,
  PodSpec,
} from '../../../src/scheme/generated/types/core-v1.ts';
import type { ApiObject } from '../../../src/scheme/object.ts';
import type { ResourceRef } from '../../../src/scheme/resource.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';
import { podSpec } from '../../support/workloads.ts';

const CONTROLLERS = [
  'pvc-protection',
  'pv-protection',
  'volumeattributesclass-protection',
] as const;

const protectedPlane = (): Promise<TestPlane> => testPlane({ controllers: CONTROLLERS });

const claim = (
  name: string,
  spec: Partial<PersistentVolumeClaimSpec> = {},
): NewObject<PersistentVolumeClaim> => ({
  metadata: { name, namespace: 'default' },
  spec: {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Gi' } },
    ...spec,
  },
});

const podOn = (claimName: string, spec: Partial<PodSpec> = {}) => ({
  metadata: { name: 'web', namespace: 'default' },
  spec: podSpec({
    nodeName: 'node-1',
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }],
    ...spec,
  }),
});

const volume = (
  name: string,
  source: Partial<PersistentVolumeSpec>,
): NewObject<PersistentVolume> => ({
  metadata: { name },
  spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], ...source },
});

async function expectGone<T extends ApiObject>(
  plane: TestPlane,
  ref: ResourceRef<T>,
): Promise<void> {
  await plane.eventually(
    () => plane.list(ref),
    (left) => expect(left.map(({ metadata }) => metadata.name)).toEqual([]),
  );
}

async function expectTerminating<T extends ApiObject>(
  plane: TestPlane,
  ref: ResourceRef<T>,
): Promise<void> {
  await plane.idle();
  const [left] = await plane.list(ref);
  expect(left?.metadata.deletionTimestamp).toBeDefined();
}

const CLAIM = { namespace: 'default', name: 'data' };
const POD = { namespace: 'default', name: 'web' };

test('a claim that is deleted stays while a Pod uses it, and goes with the Pod', async () => {
  await using plane = await protectedPlane();
  const { client } = plane;
  const created = await client.create(corePersistentVolumeClaims, claim('data'));
  expect(created.metadata.finalizers).toEqual(['kubernetes.io/pvc-protection']);
  await client.create(corePods, podOn('data'));
  await client.delete(corePersistentVolumeClaims, CLAIM);
  await expectTerminating(plane, corePersistentVolumeClaims);
  await client.delete(corePods, POD);
  await expectGone(plane, corePersistentVolumeClaims);
});

test('a claim that nobody uses goes at once, and so do all claims of a namespace that goes', async () => {
  await using plane = await testPlane({ controllers: [...CONTROLLERS, 'namespace'] });
  const { client } = plane;
  await client.create(corePersistentVolumeClaims, claim('data'));
  await client.create(corePods, podOn('other'));
  await client.delete(corePersistentVolumeClaims, CLAIM);
  await expectGone(plane, corePersistentVolumeClaims);
  await client.create(coreNamespaces, { metadata: { name: 'team' } });
  const one = claim('data');
  await client.create(corePersistentVolumeClaims, {
    ...one,
    metadata: { ...one.metadata, namespace: 'team' },
  });
  await client.delete(coreNamespaces, { name: 'team' });
  await expectGone(plane, corePersistentVolumeClaims);
});

test('a Pod that waits for a node holds no claim', async () => {
  await using plane = await testPlane({ controllers: CONTROLLERS, drivePods: false });
  const { nodeName: _, ...unbound } = podOn('data').spec;
  await plane.client.create(corePersistentVolumeClaims, claim('data'));
  await plane.client.create(corePods, { ...podOn('data'), spec: unbound });
  await plane.client.delete(corePersistentVolumeClaims, CLAIM);
  await expectGone(plane, corePersistentVolumeClaims);
});

test('twenty claims that are deleted as Pods come for them: none goes that a Pod had before', async () => {
  await using plane = await testPlane({ controllers: CONTROLLERS, drivePods: false });
  const { client } = plane;
  const names = Array.from({ length: 20 }, (_, i) => `data-${i}`);
  await Promise.all(names.map((name) => client.create(corePersistentVolumeClaims, claim(name))));
  await Promise.all(
    names.map(async (name) => {
      const { metadata, spec } = podOn(name);
      await client.create(corePods, { metadata: { ...metadata, name }, spec });
      await client.delete(corePersistentVolumeClaims, { namespace: 'default', name });
    }),
  );
  await plane.idle();
  const left = await plane.list(corePersistentVolumeClaims);
  expect(left.map(({ metadata }) => metadata.name).sort()).toEqual([...names].sort());
  await client.deleteCollection(corePods, { namespace: 'default' }, { gracePeriodSeconds: 0 });
  await expectGone(plane, corePersistentVolumeClaims);
});

test('a volume that is deleted stays while it is bound', async () => {
  await using plane = await protectedPlane();
  const { client } = plane;
  const created = await client.create(
    corePersistentVolumes,
    volume('disk', { hostPath: { path: '/data' } }),
  );
  expect(created.metadata.finalizers).toEqual(['kubernetes.io/pv-protection']);
  const bound = { ...created, status: { phase: 'Bound' as const } };
  await client.update(corePersistentVolumes, bound, { subresource: 'status' });
  await client.delete(corePersistentVolumes, { name: 'disk' });
  await expectTerminating(plane, corePersistentVolumes);
  const patch = { status: { phase: 'Released' } };
  await client.patch(
    corePersistentVolumes,
    { name: 'disk' },
    { type: 'merge', patch },
    { subresource: 'status' },
  );
  await expectGone(plane, corePersistentVolumes);
});

test('a class of volume attributes stays while a claim or a volume names it', async () => {
  await using plane = await protectedPlane();
  const { client } = plane;
  const created = await client.create(storageVolumeAttributesClasses, {
    metadata: { name: 'gold' },
    driverName: 'disks.example.com',
    parameters: { iops: '4000' },
  });
  expect(created.metadata.finalizers).toEqual(['kubernetes.io/vac-protection']);
  const volumeAttributesClassName = 'gold';
  await client.create(corePersistentVolumeClaims, claim('data', { volumeAttributesClassName }));
  const csi = { driver: 'disks.example.com', volumeHandle: 'disk-1' };
  await client.create(corePersistentVolumes, volume('disk', { csi, volumeAttributesClassName }));
  await client.delete(storageVolumeAttributesClasses, { name: 'gold' });
  await expectTerminating(plane, storageVolumeAttributesClasses);
  await client.delete(corePersistentVolumeClaims, CLAIM);
  await expectTerminating(plane, storageVolumeAttributesClasses);
  await client.delete(corePersistentVolumes, { name: 'disk' });
  await expectGone(plane, storageVolumeAttributesClasses);
});

test('what was created before its protection gets it as the controllers start', async () => {
  await using plane = await testPlane({
    controllers: CONTROLLERS,
    admissionPlugins: createAdmissionPlugins({}, { disable: ['StorageObjectInUseProtection'] }),
  });
  await plane.client.create(corePersistentVolumeClaims, claim('data'));
  await plane.eventually(
    () => plane.client.get(corePersistentVolumeClaims, CLAIM),
    ({ metadata }) => expect(metadata.finalizers).toEqual(['kubernetes.io/pvc-protection']),
  );
});
