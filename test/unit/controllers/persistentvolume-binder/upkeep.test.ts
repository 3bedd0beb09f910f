import { describe, expect, test } from '@jest/globals';
import {
  migratedClaim,
  upkeptVolume,
  withoutDeletionFinalizer,
} from '../../../../src/controllers/persistentvolume-binder/upkeep.ts';
import { newClaim, newVolume } from '../../../support/storage.ts';

const FINALIZER = 'kubernetes.io/pv-controller';
const MIGRATED = 'pv.kubernetes.io/migrated-to';

type Policy = 'Delete' | 'Recycle' | 'Retain';

interface Given {
  readonly provisioner?: string;
  readonly policy?: Policy;
  readonly finalizers?: readonly string[];
  readonly migratedTo?: string;
  readonly isDeleted?: boolean;
}

const volumeOf = ({ finalizers, isDeleted, migratedTo, policy, provisioner }: Given) =>
  newVolume('disk', {
    annotations: {
      ...(provisioner ? { 'pv.kubernetes.io/provisioned-by': provisioner } : {}),
      ...(migratedTo ? { [MIGRATED]: migratedTo } : {}),
    },
    ...(finalizers ? { finalizers: [...finalizers] } : {}),
    ...(isDeleted ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    spec: { persistentVolumeReclaimPolicy: policy ?? 'Delete' },
  });

const HOST_PATH = 'kubernetes.io/host-path';

const VOLUMES: readonly [
  title: string,
  given: Given,
  finalizers: readonly string[],
  migratedTo: string | undefined,
][] = [
  ['that was made by hand carries nothing', {}, [], undefined],
  [
    'that was made by hand keeps what it carries',
    { finalizers: [FINALIZER] },
    [FINALIZER],
    undefined,
  ],
  ['of a CSI driver carries nothing of ours', { provisioner: 'disk.example.com' }, [], undefined],
  [
    'of a plugin of the tree is held until it is deleted',
    { provisioner: HOST_PATH },
    [FINALIZER],
    undefined,
  ],
  [
    'that is to be retained is let go',
    { provisioner: HOST_PATH, policy: 'Retain', finalizers: ['other', FINALIZER] },
    ['other'],
    undefined,
  ],
  [
    'that is to be recycled is let go',
    { provisioner: HOST_PATH, policy: 'Recycle', finalizers: [FINALIZER] },
    [],
    undefined,
  ],
  [
    'that is being deleted is not held anew',
    { provisioner: HOST_PATH, isDeleted: true, finalizers: ['other'] },
    ['other'],
    undefined,
  ],
  [
    'that a driver stands for says which, and is its to hold',
    { provisioner: 'kubernetes.io/gce-pd', finalizers: [FINALIZER] },
    [],
    'pd.csi.storage.gke.io',
  ],
  [
    'that no driver stands for any more does not say so',
    { provisioner: 'disk.example.com', migratedTo: 'gone.example.com' },
    [],
    undefined,
  ],
];

describe('a volume', () => {
  test.each(VOLUMES)('%s', (_, given, finalizers, migratedTo) => {
    const { metadata } = upkeptVolume(volumeOf(given));
    expect(metadata.finalizers ?? []).toEqual(finalizers);
    expect(metadata.annotations?.[MIGRATED]).toBe(migratedTo);
  });

  test.each(VOLUMES)('%s, and is the same a second time', (_, given) => {
    const once = upkeptVolume(volumeOf(given));
    expect(upkeptVolume(once)).toBe(once);
  });

  test('that has been deleted from its disk is let go', () => {
    const held = upkeptVolume(volumeOf({ provisioner: HOST_PATH }));
    expect(withoutDeletionFinalizer(held).metadata.finalizers).toEqual([]);
  });
});

describe('a claim', () => {
  const OF = 'volume.kubernetes.io/storage-provisioner';
  const OF_BETA = 'volume.beta.kubernetes.io/storage-provisioner';

  test.each([
    ['of a plugin says which driver stands for it', { [OF]: 'kubernetes.io/cinder' }],
    ['of an older release does too', { [OF_BETA]: 'kubernetes.io/cinder' }],
  ])('%s', (_, annotations) => {
    const claim = migratedClaim(newClaim('data', { annotations }));
    expect(claim.metadata.annotations?.[MIGRATED]).toBe('cinder.csi.openstack.org');
    expect(migratedClaim(claim)).toBe(claim);
  });

  test.each<[string, Record<string, string>]>([
    ['of a driver', { [OF]: 'disk.example.com' }],
    ['that asks nobody', {}],
  ])('%s says nothing of it', (_, annotations) => {
    const claim = newClaim('data', { annotations });
    expect(migratedClaim(claim)).toBe(claim);
  });
});
