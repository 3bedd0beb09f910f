import { describe, expect, test } from '@jest/globals';
import {
  askingClaim,
  boundClaim,
  boundVolume,
  type ClaimView,
  planClaim,
  unboundVolume,
} from '../../../../src/controllers/persistentvolume-binder/plan.ts';
import type { PersistentVolumeClaim } from '../../../../src/scheme/generated/types/core-v1.ts';
import { newClaim, newStorageClass, newVolume } from '../../../support/storage.ts';

const COMPLETE = { 'pv.kubernetes.io/bind-completed': 'yes' };
const BY_CONTROLLER = { 'pv.kubernetes.io/bound-by-controller': 'yes' };

const view = (parts: Partial<ClaimView> = {}): ClaimView => ({
  named: undefined,
  reserved: [],
  unclaimed: [],
  storageClass: undefined,
  defaultClass: undefined,
  waitingPods: [],
  ...parts,
});

const reference = { namespace: 'default', name: 'data', uid: 'uid-data' };
const free = newVolume('disk');
const own = newVolume('disk', { spec: { claimRef: reference }, status: { phase: 'Bound' } });
const others = newVolume('disk', { spec: { claimRef: { ...reference, name: 'other', uid: 'x' } } });
const fast = newStorageClass('fast');
const late = newStorageClass('fast', { volumeBindingMode: 'WaitForFirstConsumer' });
const ofFast = newClaim('data', { spec: { storageClassName: 'fast' } });
const named = newClaim('data', { spec: { volumeName: 'disk' } });
const complete = newClaim('data', { annotations: COMPLETE, spec: { volumeName: 'disk' } });

const waits = (reason: string, message: string): object => ({
  type: 'wait',
  note: { type: expect.any(String), reason, message },
});
const loses = (reason: string): object => ({
  type: 'lose',
  note: expect.objectContaining({ type: 'Warning', reason }),
});

const CLAIMS: readonly [title: string, PersistentVolumeClaim, ClaimView, object][] = [
  [
    'that suits a free volume is bound to it',
    newClaim('data'),
    view({ unclaimed: [free] }),
    { type: 'bind', volume: free },
  ],
  [
    'that a volume is reserved for is bound to it',
    newClaim('data'),
    view({ reserved: [own] }),
    { type: 'bind', volume: own },
  ],
  [
    'without volume and class waits',
    newClaim('data'),
    view(),
    waits(
      'FailedBinding',
      'no persistent volumes available for this claim and no storage class is set',
    ),
  ],
  [
    'that wants no class is not given the default one',
    newClaim('data', { spec: { storageClassName: '' } }),
    view({ defaultClass: 'standard' }),
    waits(
      'FailedBinding',
      'no persistent volumes available for this claim and no storage class is set',
    ),
  ],
  [
    'older than the default class is given it',
    newClaim('data'),
    view({ defaultClass: 'standard' }),
    { type: 'classify', storageClassName: 'standard' },
  ],
  [
    'of a class that is not there waits',
    ofFast,
    view(),
    waits('ProvisioningFailed', 'storageclass.storage.k8s.io "fast" not found'),
  ],
  [
    'of a class has its provisioner asked',
    ofFast,
    view({ storageClass: fast }),
    { type: 'provision', provisioner: 'disk.simulation.orrery.dev' },
  ],
  [
    'of a class is bound to a volume of it before one is provisioned',
    ofFast,
    view({
      storageClass: fast,
      unclaimed: [newVolume('disk', { spec: { storageClassName: 'fast' } })],
    }),
    { type: 'bind', volume: expect.objectContaining({ metadata: { name: 'disk' } }) },
  ],
  [
    'that waits for its first consumer waits',
    ofFast,
    view({ storageClass: late }),
    waits('WaitForFirstConsumer', 'waiting for first consumer to be created before binding'),
  ],
  [
    'whose consumer waits for a node says so',
    ofFast,
    view({ storageClass: late, waitingPods: ['web'] }),
    waits('WaitForPodScheduled', 'waiting for pod web to be scheduled'),
  ],
  [
    'whose consumers wait for nodes names them',
    ofFast,
    view({ storageClass: late, waitingPods: ['a', 'b'] }),
    waits('WaitForPodScheduled', 'waiting for pods a,b to be scheduled'),
  ],
  [
    'that waits for its first consumer leaves free volumes to the scheduler',
    ofFast,
    view({
      storageClass: late,
      unclaimed: [newVolume('disk', { spec: { storageClassName: 'fast' } })],
    }),
    waits('WaitForFirstConsumer', 'waiting for first consumer to be created before binding'),
  ],
  [
    'whose consumer has a node has its provisioner asked',
    newClaim('data', {
      annotations: { 'volume.kubernetes.io/selected-node': 'node-1' },
      spec: { storageClassName: 'fast' },
    }),
    view({ storageClass: late }),
    { type: 'provision', provisioner: 'disk.simulation.orrery.dev' },
  ],
  [
    'of volumes that only administrators make waits',
    ofFast,
    view({
      storageClass: newStorageClass('fast', { provisioner: 'kubernetes.io/no-provisioner' }),
    }),
    waits('ProvisioningFailed', 'no volume plugin matched name: kubernetes.io/no-provisioner'),
  ],
  [
    'that names a free volume is bound to it',
    named,
    view({ named: free }),
    { type: 'bind', volume: free },
  ],
  ['that names a volume which is not there yet waits', named, view(), { type: 'wait' }],
  [
    'that names a volume of another claim waits, and says so',
    named,
    view({ named: others }),
    waits('FailedBinding', 'volume "disk" already bound to a different claim.'),
  ],
  [
    'that names a volume which is being deleted waits, and says so',
    named,
    view({ named: newVolume('disk', { deletionTimestamp: '2026-01-01T00:00:00Z' }) }),
    waits(
      'VolumeMismatch',
      'Cannot bind to requested volume "disk": the volume is marked for deletion "disk"',
    ),
  ],
  [
    'of a plugin that a driver stands for has that driver asked',
    ofFast,
    view({ storageClass: newStorageClass('fast', { provisioner: 'kubernetes.io/aws-ebs' }) }),
    { type: 'provision', provisioner: 'ebs.csi.aws.com' },
  ],
  [
    'of a provisioner that nobody knows has it asked all the same',
    ofFast,
    view({ storageClass: newStorageClass('fast', { provisioner: 'nobody.example.com' }) }),
    { type: 'provision', provisioner: 'nobody.example.com' },
  ],
  [
    'of a plugin of the tree that is no more waits',
    ofFast,
    view({ storageClass: newStorageClass('fast', { provisioner: 'kubernetes.io/glusterfs' }) }),
    waits('ProvisioningFailed', 'no volume plugin matched name: kubernetes.io/glusterfs'),
  ],
  [
    'that names its own volume is bound to it',
    named,
    view({ named: own }),
    { type: 'bind', volume: own },
  ],
  [
    'that names a volume which is too small waits',
    newClaim('data', { spec: { volumeName: 'disk', resources: { requests: { storage: '9Gi' } } } }),
    view({ named: free }),
    waits('VolumeMismatch', 'Cannot bind to requested volume "disk": requested PV is too small'),
  ],
  [
    'that is bound has its volume checked',
    complete,
    view({ named: own }),
    { type: 'bind', volume: own },
  ],
  [
    'that is bound binds a volume which came unbound',
    complete,
    view({ named: free }),
    { type: 'bind', volume: free },
  ],
  ['that is bound and has lost its volume is lost', complete, view(), loses('ClaimLost')],
  [
    'that is bound to the volume of another is lost',
    complete,
    view({ named: others }),
    loses('ClaimMisbound'),
  ],
  [
    'that is bound and names no volume any more is lost',
    newClaim('data', { annotations: COMPLETE }),
    view({ unclaimed: [free] }),
    loses('ClaimLost'),
  ],
];

describe('a claim', () => {
  test.each(CLAIMS)('%s', (_, claim, seen, plan) => {
    expect(planClaim(claim, seen)).toEqual(plan);
  });
});

test('a claim says whom it asks for a volume, for older provisioners too, and once', () => {
  const asking = askingClaim(ofFast, 'disk.example.com');
  expect(asking.metadata.annotations).toEqual({
    'volume.kubernetes.io/storage-provisioner': 'disk.example.com',
    'volume.beta.kubernetes.io/storage-provisioner': 'disk.example.com',
  });
  expect(askingClaim(asking, 'disk.example.com')).toBe(asking);
});

describe('binding', () => {
  test('names each to the other, and says that a controller did it', () => {
    const volume = boundVolume(free, newClaim('data'));
    expect(volume.spec?.claimRef).toMatchObject({ kind: 'PersistentVolumeClaim', ...reference });
    expect(volume.metadata.annotations).toEqual(BY_CONTROLLER);
    const claim = boundClaim(newClaim('data'), volume);
    expect(claim.spec?.volumeName).toBe('disk');
    expect(claim.metadata.annotations).toEqual({ ...BY_CONTROLLER, ...COMPLETE });
  });

  test('of what its user chose does not say that a controller did it', () => {
    const reserved = newVolume('disk', {
      spec: { claimRef: { namespace: 'default', name: 'data' } },
    });
    const volume = boundVolume(reserved, named);
    expect(volume.spec?.claimRef?.uid).toBe('uid-data');
    expect(volume.metadata.annotations).toBeUndefined();
    expect(boundClaim(named, volume).metadata.annotations).toEqual(COMPLETE);
  });

  test('of what is bound changes nothing', () => {
    expect(boundVolume(own, complete)).toBe(own);
    expect(boundClaim(complete, own)).toBe(complete);
  });

  test('is undone wholly where a controller did it, and keeps the reservation of a user', () => {
    const chosen = boundVolume(free, newClaim('data'));
    const undone = unboundVolume(chosen);
    expect(undone.spec?.claimRef).toBeUndefined();
    expect(undone.metadata.annotations).toEqual({});
    expect(unboundVolume(own).spec?.claimRef).toEqual({ namespace: 'default', name: 'data' });
  });
});
