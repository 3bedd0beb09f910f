import { describe, expect, test } from '@jest/globals';
import type { ApiObject } from '../../../../src/scheme/object.ts';
import { defaultProfile, TestCluster } from '../../../support/scheduling.ts';
import {
  claim,
  clusterOf,
  NODES,
  onClaims,
  storageClass,
  volume,
  withVolumes,
  ZONE,
} from '../../../support/volume-cluster.ts';

const OLD_ZONE = 'failure-domain.beta.kubernetes.io/zone';

describe('VolumeZone', () => {
  const cases: [title: string, labels: Record<string, string>, nodes: string[]][] = [
    ['a labelled volume is in its zone', { [ZONE]: 'west' }, ['b']],
    ['a label may name several', { [ZONE]: 'east__west' }, ['a', 'b']],
    ['no label says nothing', {}, ['a', 'b']],
    ['an older label means the same', { [OLD_ZONE]: 'west' }, ['b']],
    ['an older label may name several', { [OLD_ZONE]: 'east__west' }, ['a', 'b']],
  ];
  test.each(cases)('%s', (_, labels, nodes) => {
    const cluster = clusterOf(claim({ volume: 'pv' }), volume({ labels }));
    expect(cluster.feasible(onClaims('data'))).toEqual(nodes);
  });

  const alone = (...objects: ApiObject[]): TestCluster =>
    new TestCluster(NODES, {
      objects,
      createProfile: (handle) => {
        const profile = defaultProfile(handle);
        const plugins = profile.plugins.filter(({ name }) => name !== 'VolumeBinding');
        return { ...profile, plugins };
      },
    });
  const immediate = storageClass({ volumeBindingMode: 'Immediate' });
  const refusals: [title: string, objects: ApiObject[], message: string][] = [
    ['a claim that is not there', [], 'persistentvolumeclaim "data" not found'],
    [
      'neither a volume nor a class',
      [claim({ storageClass: '' })],
      'PersistentVolumeClaim had no pv name and storageClass name',
    ],
    ['a class that is not there', [claim()], 'storageclass.storage.k8s.io "late" not found'],
    ['no volume yet', [claim(), immediate], 'PersistentVolume had no name'],
    ['a volume that is gone', [claim({ volume: 'gone' })], 'persistentvolume "gone" not found'],
  ];
  test.each(refusals)('says by itself what is wrong with %s', (_, objects, message) => {
    expect(alone(...objects).message(onClaims('data'))).toBe(
      `0/2 nodes are available: ${message}.`,
    );
  });

  test('a claim that waits for its consumer, or is made with its Pod, is not asked where it is', () => {
    expect(alone(claim(), storageClass()).feasible(onClaims('data'))).toEqual(['a', 'b']);
    const ephemeral = withVolumes({ name: 'data', ephemeral: {} });
    expect(alone().feasible(ephemeral)).toEqual(['a', 'b']);
  });

  test('a node that does not say where it is takes any', () => {
    const objects = [claim({ volume: 'pv' }), volume({ labels: { [ZONE]: 'west' } })];
    const cluster = new TestCluster([{ name: 'c' }], { objects });
    expect(cluster.feasible(onClaims('data'))).toEqual(['c']);
  });
});
