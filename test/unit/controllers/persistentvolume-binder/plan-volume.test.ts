import { describe, expect, test } from '@jest/globals';
import {
  isUnreleased,
  planReclaim,
  planVolume,
  type VolumePlan,
} from '../../../../src/controllers/persistentvolume-binder/plan.ts';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../../../src/scheme/generated/types/core-v1.ts';
import { newClaim, newVolume } from '../../../support/storage.ts';

const PROVISIONED = { 'pv.kubernetes.io/provisioned-by': 'disk.simulation.orrery.dev' };

const reference = { namespace: 'default', name: 'data', uid: 'uid-data' };
const free = newVolume('disk');
const own = newVolume('disk', { spec: { claimRef: reference }, status: { phase: 'Bound' } });
const named = newClaim('data', { spec: { volumeName: 'disk' } });

const VOLUMES: readonly [
  title: string,
  PersistentVolume,
  PersistentVolumeClaim | undefined,
  VolumePlan,
][] = [
  ['without a claim is offered', free, undefined, { type: 'offer' }],
  [
    'that is reserved is offered to whom it is reserved for',
    newVolume('disk', { spec: { claimRef: { namespace: 'default', name: 'data' } } }),
    undefined,
    { type: 'offer' },
  ],
  ['whose claim is gone is released', own, undefined, { type: 'release' }],
  ['whose claim names it is bound', own, named, { type: 'mark-bound' }],
  ['whose claim names none is handed to it', own, newClaim('data'), { type: 'hand-to-claim' }],
  [
    'whose claim wants a device is not handed to it, and both say why',
    own,
    newClaim('data', { spec: { volumeMode: 'Block' } }),
    {
      type: 'refuse-claim',
      volumeNote: {
        type: 'Warning',
        reason: 'VolumeMismatch',
        message:
          'Cannot bind PersistentVolume to requested PersistentVolumeClaim "data" due to incompatible volumeMode.',
      },
      claimNote: {
        type: 'Warning',
        reason: 'VolumeMismatch',
        message:
          'Cannot bind PersistentVolume "disk" to requested PersistentVolumeClaim due to incompatible volumeMode.',
      },
    },
  ],
  [
    'whose claim has another volume is unbound',
    own,
    newClaim('data', { spec: { volumeName: 'else' } }),
    { type: 'unbind' },
  ],
  [
    'that was provisioned for a claim which has another volume is released',
    newVolume('disk', {
      annotations: PROVISIONED,
      spec: { claimRef: reference, persistentVolumeReclaimPolicy: 'Delete' },
    }),
    newClaim('data', { spec: { volumeName: 'else' } }),
    { type: 'release' },
  ],
];

describe('a volume', () => {
  test.each(VOLUMES)('%s', (_, volume, claim, plan) => {
    expect(planVolume(volume, claim)).toEqual(plan);
  });

  const policy = (persistentVolumeReclaimPolicy: 'Delete' | 'Recycle' | 'Retain', parts = {}) =>
    newVolume('disk', { spec: { persistentVolumeReclaimPolicy, ...parts } });
  const provisionedBy = (provisioner: string) =>
    newVolume('disk', {
      annotations: { 'pv.kubernetes.io/provisioned-by': provisioner },
      spec: { persistentVolumeReclaimPolicy: 'Delete' },
    });
  const csi = { hostPath: undefined as never, csi: { driver: 'd', volumeHandle: 'h' } };

  test.each<[string, PersistentVolume, object]>([
    ['that is to be retained is kept', policy('Retain'), { type: 'keep' }],
    ['on /tmp is deleted', policy('Delete'), { type: 'delete' }],
    [
      'on another path is not deleted',
      policy('Delete', { hostPath: { path: '/data' } }),
      {
        type: 'fail',
        note: {
          type: 'Warning',
          reason: 'VolumeFailedDelete',
          message: 'host_path deleter only supports /tmp/.+ but received provided /data',
        },
      },
    ],
    [
      'that nobody can delete fails',
      policy('Delete', csi),
      {
        type: 'fail',
        note: {
          type: 'Warning',
          reason: 'VolumeFailedDelete',
          message:
            'error getting deleter volume plugin for volume "disk": no deletable volume plugin matched',
        },
      },
    ],
    [
      'that was provisioned is left to its provisioner',
      newVolume('disk', {
        annotations: PROVISIONED,
        spec: { persistentVolumeReclaimPolicy: 'Delete' },
      }),
      { type: 'keep' },
    ],
    [
      'that a path on /tmp was provisioned for is deleted',
      provisionedBy('kubernetes.io/host-path'),
      { type: 'delete' },
    ],
    [
      'that a driver stands for is left to it',
      provisionedBy('kubernetes.io/aws-ebs'),
      { type: 'keep' },
    ],
    [
      'whose plugin is no more fails',
      provisionedBy('kubernetes.io/glusterfs'),
      {
        type: 'fail',
        note: {
          type: 'Warning',
          reason: 'VolumeFailedDelete',
          message: 'no volume plugin matched name: kubernetes.io/glusterfs',
        },
      },
    ],
    ['on a path is recycled', policy('Recycle'), { type: 'recycle' }],
    [
      'that nobody can recycle fails',
      policy('Recycle', csi),
      {
        type: 'fail',
        note: {
          type: 'Warning',
          reason: 'VolumeFailedRecycle',
          message: 'No recycler plugin found for the volume!',
        },
      },
    ],
  ])('%s once its claim is gone', (_, volume, plan) => {
    expect(planReclaim(volume)).toEqual(plan);
  });
});

test('a volume is not wiped while Pods use it, and says which', () => {
  const volume = newVolume('disk', { spec: { persistentVolumeReclaimPolicy: 'Recycle' } });
  expect(planReclaim(volume, ['default/a', 'default/b'])).toEqual({
    type: 'postpone',
    note: {
      type: 'Normal',
      reason: 'VolumeFailedRecycle',
      message: 'Volume is used by pods: default/a,default/b',
    },
  });
});

test.each([
  ['Bound', true],
  ['Available', true],
  ['Released', false],
  ['Failed', false],
] as const)('a volume that is %s without its claim has that to tell: %s', (phase, isUnsaid) => {
  expect(isUnreleased(newVolume('disk', { status: { phase } }))).toBe(isUnsaid);
});
