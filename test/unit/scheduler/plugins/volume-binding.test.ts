import { describe, expect, test } from '@jest/globals';
import type {
  CSIDriver,
  CSIStorageCapacity,
} from '../../../../src/scheme/generated/types/storage-v1.ts';
import type { ApiObject } from '../../../../src/scheme/object.ts';
import {
  claim,
  clusterOf,
  onClaims,
  storageClass,
  volume,
  withVolumes,
  ZONE,
} from '../../../support/volume-cluster.ts';

const driver: CSIDriver = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'CSIDriver',
  metadata: { name: 'disk.example.com' },
  spec: { storageCapacity: true },
};

/** What can be had in the west. */
function capacity(bytes: string, maximumVolumeSize?: string): CSIStorageCapacity {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIStorageCapacity',
    metadata: { namespace: 'default', name: 'west' },
    storageClassName: 'late',
    nodeTopology: { matchLabels: { [ZONE]: 'west' } },
    capacity: bytes,
    ...(maximumVolumeSize ? { maximumVolumeSize } : {}),
  };
}

/** The name of the claim `first`, where there is one. */
const firstOf = (objects: readonly ApiObject[]): string[] =>
  objects.flatMap(({ metadata }) => (metadata.name === 'first' ? ['first'] : []));

describe('VolumeBinding', () => {
  const feasible: [title: string, objects: ApiObject[], nodes: string[]][] = [
    ['a bound volume is where it is', [claim({ volume: 'pv' }), volume({ zone: 'west' })], ['b']],
    ['a bound volume may be everywhere', [claim({ volume: 'pv' }), volume()], ['a', 'b']],
    [
      'a waiting claim goes where a volume is free',
      [claim(), storageClass(), volume({ zone: 'east' })],
      ['a'],
    ],
    ['a volume that is too small is none', [claim(), storageClass(), volume({ size: '1Mi' })], []],
    [
      'a waiting claim goes wherever a volume can be made',
      [claim(), storageClass({ provisioner: 'disk.example.com' })],
      ['a', 'b'],
    ],
    [
      'a volume is made in the topologies of the class alone',
      [
        claim(),
        storageClass({
          provisioner: 'disk.example.com',
          allowedTopologies: [{ matchLabelExpressions: [{ key: ZONE, values: ['west'] }] }],
        }),
      ],
      ['b'],
    ],
    [
      'a claim whose node was chosen stays with it',
      [
        claim({ annotations: { 'volume.kubernetes.io/selected-node': 'b' } }),
        storageClass({ provisioner: 'disk.example.com' }),
      ],
      ['b'],
    ],
  ];
  test.each(feasible)('%s', (_, objects, nodes) => {
    expect(clusterOf(...objects).feasible(onClaims('data'))).toEqual(nodes);
  });

  const capacities: [title: string, objects: ApiObject[], nodes: string[]][] = [
    ['nobody knows how much there is of a driver that does not say', [capacity('1Mi')], ['a', 'b']],
    ['a volume is made where there is space for it', [driver, capacity('1Gi')], ['b']],
    ['less space than the claim wants is none', [driver, capacity('1Mi')], []],
    ['the largest volume counts, not all the space', [driver, capacity('9Gi', '1Mi')], []],
    ['no word of a driver that says how much there is', [driver], []],
  ];
  test.each(capacities)('%s', (_, objects, nodes) => {
    const made = storageClass({ provisioner: 'disk.example.com' });
    const cluster = clusterOf(claim(), made, ...objects);
    expect(cluster.feasible(onClaims('data'))).toEqual(nodes);
    if (nodes.length > 0) return;
    const message = '0/2 nodes are available: 2 node(s) did not have enough free storage.';
    expect(cluster.message(onClaims('data'))).toBe(message);
  });

  test('one volume serves one claim', () => {
    const objects = [claim(), claim({ name: 'more' }), storageClass(), volume()];
    expect(clusterOf(...objects).feasible(onClaims('data', 'more'))).toEqual([]);
    const second = volume({ name: 'second' });
    expect(clusterOf(...objects, second).feasible(onClaims('data', 'more'))).toEqual(['a', 'b']);
  });

  test('a claim that a volume can be made for leaves the only one to a larger claim that none can be made for', () => {
    const claims = [claim({ size: '1Gi' }), claim({ name: 'more', size: '2Gi' })];
    const made = storageClass({ provisioner: 'disk.example.com' });
    const objects = [...claims, made, driver, capacity('1Gi'), volume({ size: '3Gi' })];
    expect(clusterOf(...objects).feasible(onClaims('data', 'more'))).toEqual(['b']);
  });

  test('claims take volumes by their size, so that none takes one that a larger claim needs', () => {
    const objects = [
      claim({ size: '1Gi' }),
      claim({ name: 'more', size: '5Gi' }),
      storageClass(),
      volume({ name: 'small', size: '2Gi', accessModes: ['ReadWriteOnce', 'ReadOnlyMany'] }),
      volume({ name: 'large', size: '5Gi' }),
    ];
    expect(clusterOf(...objects).feasible(onClaims('more', 'data'))).toEqual(['a', 'b']);
    expect(clusterOf(...objects).feasible(onClaims('data', 'more'))).toEqual(['a', 'b']);
  });

  const ephemeral: [title: string, objects: ApiObject[], message: string][] = [
    [
      'that is not there yet',
      [],
      'waiting for ephemeral volume controller to create the persistentvolumeclaim "p-data".',
    ],
    [
      'that is another’s',
      [claim({ name: 'p-data', volume: 'pv', owner: 'uid-0' }), volume()],
      'PVC default/p-data was not created for pod default/p (pod is not owner).',
    ],
  ];
  test.each(ephemeral)(
    'says what is wrong with the claim of an ephemeral volume %s',
    (_, objects, message) => {
      const pod = withVolumes({ name: 'data', ephemeral: {} });
      expect(clusterOf(...objects).message({ ...pod, name: 'p' })).toBe(
        `0/2 nodes are available: ${message}`,
      );
    },
  );

  const messages: [title: string, objects: ApiObject[], message: string][] = [
    [
      'a missing claim beside one that is to come',
      [claim({ name: 'first' }), storageClass({ volumeBindingMode: 'Immediate' })],
      'persistentvolumeclaim "data" not found.',
    ],
    ['a missing claim', [], 'persistentvolumeclaim "data" not found.'],
    [
      'a claim that goes',
      [claim({ deleted: true })],
      'persistentvolumeclaim "data" is being deleted.',
    ],
    [
      'a claim that is lost',
      [claim({ volume: 'gone', status: { phase: 'Lost' } })],
      'persistentvolumeclaim "data" bound to non-existent persistentvolume "gone".',
    ],
    [
      'an immediate claim that is not bound',
      [claim(), storageClass({ volumeBindingMode: 'Immediate' })],
      'pod has unbound immediate PersistentVolumeClaims.',
    ],
    ['a volume that is gone', [claim({ volume: 'gone' })], 'persistentvolume "gone" not found.'],
    [
      'a volume that is elsewhere',
      [claim({ volume: 'pv' }), volume({ zone: 'north' })],
      "2 node(s) didn't match PersistentVolume's node affinity.",
    ],
    [
      'no volume that could be had',
      [claim(), storageClass()],
      "2 node(s) didn't find available persistent volumes to bind.",
    ],
    [
      'a volume that is elsewhere beside one that cannot be had',
      [
        claim({ volume: 'pv' }),
        volume({ zone: 'north' }),
        claim({ name: 'first' }),
        storageClass(),
      ],
      "2 node(s) didn't find available persistent volumes to bind, 2 node(s) didn't match PersistentVolume's node affinity.",
    ],
  ];
  test.each(messages)('says what is wrong with %s', (_, objects, message) => {
    expect(clusterOf(...objects).message(onClaims(...firstOf(objects), 'data'))).toBe(
      `0/2 nodes are available: ${message}`,
    );
  });
});
