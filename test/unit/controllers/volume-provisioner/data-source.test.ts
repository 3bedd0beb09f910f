import { describe, expect, test } from '@jest/globals';
import {
  copyProblem,
  dataSourceOf,
} from '../../../../src/controllers/volume-provisioner/data-source.ts';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../../../src/scheme/generated/types/core-v1.ts';
import { newClaim, newVolume } from '../../../support/storage.ts';

const CLAIM = { kind: 'PersistentVolumeClaim', name: 'first' };
const SNAPSHOT = { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 'first' };

test.each([
  ['nothing', {}, { type: 'none' }],
  ['a claim', { dataSource: CLAIM }, { type: 'claim', name: 'first' }],
  ['a claim by reference', { dataSourceRef: CLAIM }, { type: 'claim', name: 'first' }],
  ['what others know', { dataSource: SNAPSHOT }, { type: 'foreign' }],
  ['what others call a claim', { dataSource: { ...CLAIM, apiGroup: 'x.io' } }, { type: 'foreign' }],
])('a disk is filled from %s', (_, spec, source) => {
  expect(dataSourceOf(newClaim('second', { spec }))).toEqual(source);
});

describe('a disk', () => {
  const first = (parts: object = {}, status: object = {}): PersistentVolumeClaim =>
    newClaim('first', {
      spec: { storageClassName: 'fast' },
      status: { phase: 'Bound', capacity: { storage: '2Gi' }, ...status },
      ...parts,
    });
  const disk = (driver: string, volumeMode: 'Block' | 'Filesystem' = 'Filesystem') =>
    newVolume('disk', {
      spec: { hostPath: undefined as never, csi: { driver, volumeHandle: 'h' }, volumeMode },
    });
  const simulated = disk('disk.simulation.orrery.dev');
  const wanted = (storage: string) =>
    newClaim('second', { spec: { resources: { requests: { storage } } } });

  const CASES: readonly [
    title: string,
    storage: string,
    claim: PersistentVolumeClaim | undefined,
    volume: PersistentVolume | undefined,
    problem: string | undefined,
  ][] = [
    ['of a bound claim is copied', '2Gi', first(), simulated, undefined],
    ['is copied to a larger one', '3Gi', first(), simulated, undefined],
    [
      'is not copied to a smaller one',
      '1Gi',
      first(),
      simulated,
      'error, new PVC request must be greater than or equal in size to the specified PVC data source, requested 1Gi but source is 2Gi',
    ],
    [
      'of nobody is not copied',
      '2Gi',
      undefined,
      undefined,
      'error getting PVC first (namespace "default") from api server: persistentvolumeclaims "first" not found',
    ],
    [
      'that is to come is not copied',
      '2Gi',
      first({}, { phase: 'Pending' }),
      undefined,
      'the PVC DataSource first must have a status of Bound. Got Pending',
    ],
    [
      'that goes is not copied',
      '2Gi',
      first({ deletionTimestamp: '2026-01-01T00:00:00Z' }),
      simulated,
      'the PVC DataSource first is currently being deleted',
    ],
    [
      'of no class is not copied',
      '2Gi',
      first({ spec: {} }),
      simulated,
      'the source PVC (first) storageclass cannot be empty',
    ],
    [
      'of another driver is not copied',
      '2Gi',
      first(),
      disk('x'),
      'the source volume disk for PVC first is handled by a different CSI driver than requested by StorageClass',
    ],
    [
      'of another mode is not copied',
      '2Gi',
      first(),
      disk('disk.simulation.orrery.dev', 'Block'),
      'the source PVC and destination PVCs must have the same volume mode for cloning',
    ],
  ];

  test.each(CASES)('%s', (_, storage, claim, volume, problem) => {
    const prefix = 'error getting handle for DataSource Type PersistentVolumeClaim by Name first: ';
    expect(copyProblem(wanted(storage), { name: 'first', claim, volume })).toBe(
      problem && `${prefix}${problem}`,
    );
  });
});
