import { describe, expect, test } from '@jest/globals';
import { parseSchedulerConfiguration } from '../../../../src/scheduler/configuration/scheduler-configuration.ts';
import type {
  CSIDriver,
  CSIStorageCapacity,
} from '../../../../src/scheme/generated/types/storage-v1.ts';
import type { ApiObject } from '../../../../src/scheme/object.ts';
import { TestCluster } from '../../../support/scheduling.ts';
import {
  claim,
  NODES,
  onClaims,
  storageClass,
  volume,
  ZONE,
} from '../../../support/volume-cluster.ts';

/** The less is in use, the better; and the other way round. */
const SPREAD = [
  { utilization: 0, score: 10 },
  { utilization: 100, score: 0 },
];
const PACK = [
  { utilization: 0, score: 0 },
  { utilization: 100, score: 10 },
];

const driver: CSIDriver = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'CSIDriver',
  metadata: { name: 'disk.example.com' },
  spec: { storageCapacity: true },
};
const made = storageClass({ provisioner: 'disk.example.com' });
const space = (zone: string, capacity: string): CSIStorageCapacity => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'CSIStorageCapacity',
  metadata: { namespace: 'default', name: zone },
  storageClassName: 'late',
  nodeTopology: { matchLabels: { [ZONE]: zone } },
  capacity,
});

/** What VolumeBinding gives to each node for a pod with a claim of 1Gi, by the node's name. */
function scoresOf(
  objects: readonly ApiObject[],
  shape?: object[],
): Record<string, number> | undefined {
  const args = shape ? { shape } : {};
  const configuration = parseSchedulerConfiguration({
    apiVersion: 'kubescheduler.config.k8s.io/v1',
    kind: 'KubeSchedulerConfiguration',
    profiles: [{ pluginConfig: [{ name: 'VolumeBinding', args }] }],
  });
  const cluster = new TestCluster(NODES, {
    objects,
    createProfile: (handle) => {
      const [profile] = configuration.createProfiles(handle);
      if (!profile) throw new Error('there is no profile');
      return profile;
    },
  });
  const { plan } = cluster.tableFor(onClaims('data'));
  const scorer = plan.scorers.find(({ plugin }) => plugin === 'VolumeBinding');
  if (!scorer) return undefined;
  const nodes = [...cluster.cache.nodes()].map((node) => [node.name, scorer.score(node)] as const);
  return Object.fromEntries(nodes);
}

describe('VolumeBinding with a shape', () => {
  test.each<[string, ApiObject[], object[], Record<string, number>]>([
    [
      'spreads new volumes over the space that there is',
      [claim(), made, driver, space('east', '4Gi'), space('west', '10Gi')],
      SPREAD,
      { a: 75, b: 90 },
    ],
    [
      'packs them',
      [claim(), made, driver, space('east', '4Gi'), space('west', '10Gi')],
      PACK,
      { a: 25, b: 10 },
    ],
    [
      'gives nothing where nobody tells how much space there is',
      [claim(), made],
      SPREAD,
      { a: 0, b: 0 },
    ],
    [
      'looks for volumes that are hardly larger than what is asked for',
      [
        claim(),
        storageClass(),
        volume({ name: 'near', zone: 'east', size: '2Gi' }),
        volume({ name: 'far', zone: 'west', size: '10Gi' }),
      ],
      PACK,
      { a: 50, b: 10 },
    ],
  ])('%s', (_, objects, shape, scores) => {
    expect(scoresOf(objects, shape)).toEqual(scores);
  });

  test('has nothing to say of pods whose volumes are there', () => {
    expect(scoresOf([claim({ volume: 'pv' }), volume()], SPREAD)).toBeUndefined();
  });

  test('is what scores alone, and is checked', () => {
    const objects = [claim(), made, driver, space('east', '4Gi'), space('west', '10Gi')];
    expect(scoresOf(objects)).toBeUndefined();
    expect(() => scoresOf(objects, [{ utilization: 0, score: 11 }])).toThrow('shape[0].score');
  });
});
