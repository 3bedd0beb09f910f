import { describe, expect, test } from '@jest/globals';
import type { PodFields } from '../../../support/builders.ts';
import {
  claim,
  clusterOf,
  onClaims,
  volume,
  withVolumes,
} from '../../../support/volume-cluster.ts';

describe('VolumeRestrictions', () => {
  const gce = (pdName: string, readOnly = false): PodFields =>
    withVolumes({ name: 'disk', gcePersistentDisk: { pdName, readOnly } });
  const aws = (volumeID: string): PodFields =>
    withVolumes({ name: 'disk', awsElasticBlockStore: { volumeID, readOnly: true } });
  const rbd = (image: string, readOnly = false, monitors = ['m']): PodFields =>
    withVolumes({ name: 'disk', rbd: { monitors, image, readOnly } });
  const iscsi = (iqn: string, readOnly = false): PodFields =>
    withVolumes({ name: 'disk', iscsi: { iqn, lun: 0, targetPortal: 't', readOnly } });
  const cases: [title: string, there: PodFields, wanted: PodFields, nodes: string[]][] = [
    ['two writers of a disk', gce('d'), gce('d'), ['b']],
    ['two readers of a disk', gce('d', true), gce('d', true), ['a', 'b']],
    ['two disks', gce('d'), gce('e'), ['a', 'b']],
    ['two readers of a disk that is attached once', aws('d'), aws('d'), ['b']],
    ['two writers of an image', rbd('d'), rbd('d'), ['b']],
    [
      'two writers by one monitor of many',
      rbd('d', false, ['m', 'n']),
      rbd('d', false, ['n']),
      ['b'],
    ],
    [
      'two images of one name elsewhere',
      rbd('d', false, ['m']),
      rbd('d', false, ['n']),
      ['a', 'b'],
    ],
    ['two readers of an image', rbd('d', true), rbd('d', true), ['a', 'b']],
    ['two writers of a target', iscsi('d'), iscsi('d'), ['b']],
    ['two readers of a target', iscsi('d', true), iscsi('d', true), ['a', 'b']],
  ];
  test.each(cases)('%s', (_, there, wanted, nodes) => {
    expect(clusterOf().place('a', there).feasible(wanted)).toEqual(nodes);
  });

  test('a claim for one pod has one, wherever', () => {
    const single = claim({ volume: 'pv', accessModes: ['ReadWriteOncePod'] });
    const cluster = clusterOf(single, volume()).place('a', onClaims('data'));
    expect(cluster.message(onClaims('data'))).toBe(
      '0/2 nodes are available: 2 node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode.',
    );
  });
});
