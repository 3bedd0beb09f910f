import { describe, expect, test } from '@jest/globals';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  PodSpec,
  Volume,
} from '../../../../src/scheme/generated/types/core-v1.ts';
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  StorageClass,
  VolumeAttachment,
} from '../../../../src/scheme/generated/types/storage-v1.ts';
import type { ApiObject } from '../../../../src/scheme/object.ts';
import type { NodeFields, PodFields } from '../../../support/builders.ts';
import { TestCluster } from '../../../support/scheduling.ts';

const ZONE = 'topology.kubernetes.io/zone';
const OLD_ZONE = 'failure-domain.beta.kubernetes.io/zone';
const NODES: NodeFields[] = [
  { name: 'a', labels: { [ZONE]: 'east' } },
  { name: 'b', labels: { [ZONE]: 'west' } },
];

interface ClaimFields {
  readonly name?: string;
  readonly storageClass?: string;
  readonly volume?: string;
  readonly annotations?: Record<string, string>;
  readonly accessModes?: NonNullable<NonNullable<PersistentVolumeClaim['spec']>['accessModes']>;
  readonly status?: PersistentVolumeClaim['status'];
  readonly deleted?: boolean;
  /** The uid of the Pod that it was made for. */
  readonly owner?: string;
  readonly size?: string;
}

function claim({
  name = 'data',
  storageClass = 'late',
  volume,
  annotations = {},
  accessModes = ['ReadWriteOnce'],
  status,
  deleted,
  owner,
  size = '1Gi',
}: ClaimFields = {}): PersistentVolumeClaim {
  const bound = volume ? { 'pv.kubernetes.io/bind-completed': 'yes' } : {};
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name,
      namespace: 'default',
      uid: `uid-of-${name}`,
      annotations: { ...bound, ...annotations },
      ...(deleted ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
      ...(owner
        ? {
            ownerReferences: [
              { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: owner, controller: true },
            ],
          }
        : {}),
    },
    spec: {
      accessModes,
      resources: { requests: { storage: size } },
      storageClassName: storageClass,
      ...(volume ? { volumeName: volume } : {}),
    },
    ...(status ? { status } : {}),
  } as PersistentVolumeClaim;
}

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

interface VolumeFields {
  readonly name?: string;
  readonly zone?: string;
  readonly labels?: Record<string, string>;
  readonly csi?: string;
  readonly size?: string;
  readonly accessModes?: ClaimFields['accessModes'];
}

function volume({
  name = 'pv',
  zone,
  labels = {},
  csi,
  size = '1Gi',
  accessModes = ['ReadWriteOnce'],
}: VolumeFields = {}) {
  const matchExpressions = [{ key: ZONE, operator: 'In', values: [zone] }];
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, labels },
    spec: {
      accessModes,
      capacity: { storage: size },
      storageClassName: 'late',
      ...(zone
        ? { nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions }] } } }
        : {}),
      ...(csi ? { csi: { driver: csi, volumeHandle: `handle-of-${name}` } } : {}),
    },
    status: { phase: 'Available' },
  } as PersistentVolume;
}

function storageClass(fields: Partial<StorageClass> = {}): StorageClass {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'late' },
    provisioner: 'kubernetes.io/no-provisioner',
    volumeBindingMode: 'WaitForFirstConsumer',
    ...fields,
  };
}

const withVolumes = (...volumes: Volume[]): PodFields => ({
  spec: { containers: [{ name: 'main', image: 'nginx' }], volumes } as Partial<PodSpec>,
});

const onClaims = (...names: string[]): PodFields =>
  withVolumes(
    ...names.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } })),
  );

/** The name of the claim `first`, where there is one. */
const firstOf = (objects: readonly ApiObject[]): string[] =>
  objects.flatMap(({ metadata }) => (metadata.name === 'first' ? ['first'] : []));

const clusterOf = (...objects: readonly ApiObject[]): TestCluster =>
  new TestCluster(NODES, { objects });

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
    [
      'a volume that is gone',
      [claim({ volume: 'gone' })],
      '2 node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s).',
    ],
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
  ];
  test.each(messages)('says what is wrong with %s', (_, objects, message) => {
    expect(clusterOf(...objects).message(onClaims(...firstOf(objects), 'data'))).toBe(
      `0/2 nodes are available: ${message}`,
    );
  });
});

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

  test('a node that does not say where it is takes any', () => {
    const objects = [claim({ volume: 'pv' }), volume({ labels: { [ZONE]: 'west' } })];
    const cluster = new TestCluster([{ name: 'c' }], { objects });
    expect(cluster.feasible(onClaims('data'))).toEqual(['c']);
  });
});

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

describe('NodeVolumeLimits', () => {
  const csiNode = (name: string, count: number) =>
    ({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSINode',
      metadata: { name },
      spec: { drivers: [{ name: 'disk', nodeID: name, allocatable: { count } }] },
    }) as CSINode;
  const boundTo = (name: string) => [
    claim({ name, volume: `pv-${name}` }),
    volume({ name: `pv-${name}`, csi: 'disk' }),
  ];

  test('a node attaches no more volumes than it can', () => {
    const cluster = clusterOf(csiNode('a', 1), ...boundTo('one'), ...boundTo('two'));
    cluster.place('a', onClaims('one'));
    expect(cluster.feasible(onClaims('two'))).toEqual(['b']);
  });

  test('a volume that is attached already takes no further place', () => {
    const cluster = clusterOf(csiNode('a', 1), ...boundTo('one')).place('a', onClaims('one'));
    expect(cluster.feasible(onClaims('one'))).toEqual(['a', 'b']);
  });

  test('a volume that is to be made counts', () => {
    const late = storageClass({ provisioner: 'disk' });
    const cluster = clusterOf(csiNode('a', 0), csiNode('b', 1), claim(), late);
    expect(cluster.feasible(onClaims('data'))).toEqual(['b']);
  });

  const attachment = (volumeName: string, nodeName: string): VolumeAttachment => ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttachment',
    metadata: { name: `${volumeName}-${nodeName}` },
    spec: { attacher: 'disk', nodeName, source: { persistentVolumeName: volumeName } },
  });

  test('a volume that has not left its node yet still takes its place there', () => {
    const objects = [csiNode('a', 1), ...boundTo('one'), ...boundTo('two')];
    const cluster = clusterOf(...objects, attachment('pv-one', 'a'));
    expect(cluster.feasible(onClaims('two'))).toEqual(['b']);
    expect(cluster.feasible(onClaims('one'))).toEqual(['a', 'b']);
    expect(cluster.place('a', onClaims('one')).feasible(onClaims('one'))).toEqual(['a', 'b']);
  });

  test('a volume that is to be made by the driver of a former plugin counts for that driver', () => {
    const ebs: CSINode = {
      ...csiNode('a', 0),
      spec: { drivers: [{ name: 'ebs.csi.aws.com', nodeID: 'a', allocatable: { count: 0 } }] },
    };
    const late = storageClass({ provisioner: 'kubernetes.io/aws-ebs' });
    expect(clusterOf(ebs, claim(), late).feasible(onClaims('data'))).toEqual(['b']);
  });

  test('a full node says so', () => {
    const cluster = clusterOf(csiNode('a', 0), csiNode('b', 0), ...boundTo('one'));
    expect(cluster.message(onClaims('one'))).toBe(
      '0/2 nodes are available: 2 node(s) exceed max volume count.',
    );
  });
});
