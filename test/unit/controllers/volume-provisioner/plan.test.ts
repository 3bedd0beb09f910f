import { describe, expect, test } from '@jest/globals';
import {
  isDue,
  letGo,
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
  const disk = (parts: Partial<PersistentVolume>, policy: 'Delete' | 'Retain' = 'Delete') =>
    newVolume('disk', {
      annotations: { 'pv.kubernetes.io/provisioned-by': DRIVER },
      spec: { persistentVolumeReclaimPolicy: policy },
      ...parts,
    });
  const going = (parts: Partial<PersistentVolume>) => {
    const { metadata, ...rest } = disk(parts);
    return {
      ...rest,
      metadata: { ...metadata, deletionTimestamp, finalizers: [FINALIZER, 'x/y'] },
    };
  };

  test.each<[string, PersistentVolume, string]>([
    ['that is released is deleted', disk({ status: { phase: 'Released' } }), 'delete'],
    ['that is to be retained stays', disk({ status: { phase: 'Released' } }, 'Retain'), 'leave'],
    ['that is bound stays', disk({ status: { phase: 'Bound' } }), 'leave'],
    ['that is being deleted is let go', going({ status: { phase: 'Released' } }), 'let-go'],
    [
      'that is being deleted is held while it is bound',
      going({ status: { phase: 'Bound' } }),
      'leave',
    ],
    ['of somebody else stays', newVolume('disk', { status: { phase: 'Released' } }), 'leave'],
  ])('%s', (_, volume, plan) => {
    expect(planDisposal(volume)).toBe(plan);
  });

  test('that is let go keeps the finalizers of others', () => {
    expect(letGo(going({})).metadata.finalizers).toEqual(['x/y']);
  });
});
