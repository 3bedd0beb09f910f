import { describe, expect, test } from '@jest/globals';
import {
  attributesProblem,
  isDue,
  newVolume as newDisk,
  planDisposal,
  wantsDisk,
  withoutSelectedNode,
} from '../../../../src/controllers/volume-provisioner/plan.ts';
import type { Node, PersistentVolume } from '../../../../src/scheme/generated/types/core-v1.ts';
import { newClaim, newStorageClass, newVolume } from '../../../support/storage.ts';

const DRIVER = 'disk.simulation.orrery.dev';
const FINALIZER = 'external-provisioner.volume.kubernetes.io/finalizer';
const asked = { 'volume.kubernetes.io/storage-provisioner': DRIVER };
const onNode = { ...asked, 'volume.kubernetes.io/selected-node': 'node-1' };
const deletionTimestamp = '2026-01-01T00:00:00Z';

describe('a claim', () => {
  test('wants a disk where it names this driver, has no volume and is not going', () => {
    const claim = newClaim('data', { annotations: asked });
    expect(wantsDisk(claim)).toBe(true);
    expect(wantsDisk(newClaim('data'))).toBe(false);
    expect(wantsDisk({ ...claim, spec: { ...claim.spec, volumeName: 'disk' } })).toBe(false);
    expect(wantsDisk({ ...claim, metadata: { ...claim.metadata, deletionTimestamp } })).toBe(false);
  });

  test('is due at once, or once its first consumer has a node, and only of this driver', () => {
    const late = newStorageClass('late', { volumeBindingMode: 'WaitForFirstConsumer' });
    const claim = newClaim('data', { annotations: asked });
    expect(isDue(claim, newStorageClass('fast'))).toBe(true);
    expect(isDue(claim, late)).toBe(false);
    expect(isDue(newClaim('data', { annotations: onNode }), late)).toBe(true);
    expect(isDue(claim, newStorageClass('fast', { provisioner: 'example.com/disk' }))).toBe(false);
  });

  test('that gives its node back keeps the rest', () => {
    const claim = newClaim('data', { annotations: onNode });
    expect(withoutSelectedNode(claim).metadata.annotations).toEqual(asked);
  });
});

const node = (labels: Record<string, string>): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-1', labels },
});

describe('a new disk', () => {
  const claim = newClaim('data', { annotations: asked, spec: { volumeMode: 'Block' } });

  test('is bound to its claim from the beginning, and is as its claim and class want it', () => {
    const storageClass = newStorageClass('fast', {
      reclaimPolicy: 'Retain',
      mountOptions: ['noatime'],
    });
    const volume = newDisk(claim, storageClass, undefined);
    expect(volume.metadata).toEqual({
      name: 'pvc-uid-data',
      annotations: { 'pv.kubernetes.io/provisioned-by': DRIVER },
      finalizers: [],
    });
    expect(volume.spec).toMatchObject({
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '1Gi' },
      claimRef: { namespace: 'default', name: 'data', uid: 'uid-data' },
      csi: { driver: DRIVER, volumeHandle: 'pvc-uid-data' },
      mountOptions: ['noatime'],
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName: 'fast',
      volumeMode: 'Block',
    });
    expect(volume.spec?.nodeAffinity).toBeUndefined();
  });

  test('that is deleted with its claim is held by its provisioner', () => {
    expect(newDisk(claim, newStorageClass('fast'), undefined).metadata.finalizers).toEqual([
      FINALIZER,
    ]);
  });

  const zone = 'topology.kubernetes.io/zone';
  const zonal = newStorageClass('zonal', { parameters: { topologyKey: zone } });
  const allowed = newStorageClass('allowed', {
    allowedTopologies: [{ matchLabelExpressions: [{ key: zone, values: ['b', 'c'] }] }],
  });
  const only = (values: string[]) => ({
    required: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: zone, operator: 'In', values }] }],
    },
  });

  test.each([
    [
      'is reached from the zone of its node where disks are zonal',
      zonal,
      node({ [zone]: 'a' }),
      only(['a']),
    ],
    ['is reached from everywhere where its node has no zone', zonal, node({}), undefined],
    ['is reached from everywhere where there is no node', zonal, undefined, undefined],
    ['is reached from where its class allows', allowed, node({ [zone]: 'b' }), only(['b', 'c'])],
  ])('%s', (_, storageClass, where, affinity) => {
    expect(newDisk(claim, storageClass, where).spec?.nodeAffinity).toEqual(affinity);
  });
});

describe('a disk', () => {
  interface Given {
    readonly phase?: 'Available' | 'Bound' | 'Failed' | 'Released';
    readonly policy?: 'Delete' | 'Retain';
    readonly isHeld?: boolean;
    readonly isDeleted?: boolean;
    readonly provisioner?: string;
  }

  const disk = ({
    isDeleted,
    isHeld = true,
    phase,
    policy,
    provisioner,
  }: Given): PersistentVolume =>
    newVolume('disk', {
      annotations: { 'pv.kubernetes.io/provisioned-by': provisioner ?? DRIVER },
      finalizers: isHeld ? [FINALIZER, 'x/y'] : ['x/y'],
      ...(isDeleted ? { deletionTimestamp } : {}),
      spec: { persistentVolumeReclaimPolicy: policy ?? 'Delete' },
      status: { phase: phase ?? 'Bound' },
    });

  test.each<[string, Given, string]>([
    ['that is released is deleted', { phase: 'Released' }, 'delete'],
    ['that is released and not held is deleted', { phase: 'Released', isHeld: false }, 'delete'],
    ['that is to be retained is not held', { phase: 'Released', policy: 'Retain' }, 'let-go'],
    ['that has come to be retained is let go while it is bound', { policy: 'Retain' }, 'let-go'],
    ['that is to be retained stays', { policy: 'Retain', isHeld: false }, 'leave'],
    ['that has come to be deleted with its claim is held', { isHeld: false }, 'hold'],
    ['that is bound stays', {}, 'leave'],
    ['that is being deleted is let go', { phase: 'Released', isDeleted: true }, 'let-go'],
    ['that is being deleted is held while it is bound', { isDeleted: true }, 'leave'],
    ['that is being deleted is not held anew', { isDeleted: true, isHeld: false }, 'leave'],
    ['that could not be deleted is held', { phase: 'Failed' }, 'leave'],
    ['of somebody else stays', { phase: 'Released', provisioner: 'x' }, 'leave'],
  ])('%s', (_, given, plan) => {
    expect(planDisposal(disk(given))).toBe(plan);
  });

  const attributes = (driverName: string) => ({
    apiVersion: 'storage.k8s.io/v1' as const,
    kind: 'VolumeAttributesClass' as const,
    metadata: { name: 'gold' },
    driverName,
  });
  const gold = newClaim('data', { spec: { volumeAttributesClassName: 'gold' } });

  test.each([
    ['that asks for none has any', newClaim('data'), undefined, undefined],
    ['has those of its class', gold, attributes(DRIVER), undefined],
    [
      'has none of a class that is not there',
      gold,
      undefined,
      'volumeattributesclasses.storage.k8s.io "gold" not found',
    ],
    [
      'has none of another driver',
      gold,
      attributes('disks.example.com'),
      'VolumeAttributesClass "gold" is for driver "disks.example.com"',
    ],
  ])('for a claim %s', (_, one, given, problem) => {
    expect(attributesProblem(one, given)).toBe(problem);
  });
});
