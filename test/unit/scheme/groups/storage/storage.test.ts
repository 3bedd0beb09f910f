import { expect, test } from '@jest/globals';
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  StorageClass,
  VolumeAttachment,
  VolumeAttributesClass,
} from '../../../../../src/scheme/generated/types/storage-v1.ts';
import { csiDriverStrategy } from '../../../../../src/scheme/groups/storage/csi-driver.ts';
import { csiNodeStrategy } from '../../../../../src/scheme/groups/storage/csi-node.ts';
import { csiStorageCapacityStrategy } from '../../../../../src/scheme/groups/storage/csi-storage-capacity.ts';
import { storageClassStrategy } from '../../../../../src/scheme/groups/storage/storage-class.ts';
import { volumeAttachmentStrategy } from '../../../../../src/scheme/groups/storage/volume-attachment.ts';
import { volumeAttributesClassStrategy } from '../../../../../src/scheme/groups/storage/volume-attributes-class.ts';
import {
  CREATED,
  created,
  judgesStatuses,
  judgesUpdates,
  refusesOnCreate,
  rowOf,
} from '../harness.ts';

const apiVersion = 'storage.k8s.io/v1';
const metadata = { name: 'fast', creationTimestamp: CREATED };
const IMMUTABLE = 'field is immutable';
const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']));

const FAST: StorageClass = {
  apiVersion,
  kind: 'StorageClass',
  metadata,
  provisioner: 'disk.Example.com/ssd',
  parameters: { type: 'ssd' },
};

refusesOnCreate(storageClassStrategy, FAST, [
  [{ provisioner: '' }, 'provisioner: Required value'],
  [{ parameters: { '': 'x' } }, 'parameters: Invalid value: "": field can not be empty.'],
  [{ parameters: many(513) }, 'parameters: Too long: may not be more than 512 bytes'],
  [
    { parameters: { a: 'x'.repeat(262_144) } },
    'parameters: Too long: may not be more than 262144 bytes',
  ],
  [
    { reclaimPolicy: 'Recycle' },
    'reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"',
  ],
  [
    { volumeBindingMode: 'Later' },
    'volumeBindingMode: Unsupported value: "Later": supported values: "Immediate", "WaitForFirstConsumer"',
  ],
  [
    { allowedTopologies: [{ matchLabelExpressions: [{ key: 'zone', values: [] }] }] },
    'allowedTopologies[0].matchLabelExpressions[0].values: Required value',
  ],
  [
    { allowedTopologies: [{ matchLabelExpressions: [{ key: 'zone', values: ['a', 'a'] }] }] },
    'allowedTopologies[0].matchLabelExpressions[0].values[1]: Duplicate value: "a"',
  ],
  [
    {
      allowedTopologies: [
        {
          matchLabelExpressions: [
            { key: 'zone', values: ['a'] },
            { key: 'zone', values: ['b'] },
          ],
        },
      ],
    },
    'allowedTopologies[0].matchLabelExpressions[1].key: Duplicate value: "zone"',
  ],
  [
    {
      allowedTopologies: [1, 2].map(() => ({
        matchLabelExpressions: [{ key: 'zone', values: ['a'] }],
      })),
    },
    'allowedTopologies[1].matchLabelExpressions: Duplicate value: ""',
  ],
]);

judgesUpdates(storageClassStrategy, FAST, [
  [{ parameters: {} }, 'parameters: Forbidden: updates to parameters are forbidden.'],
  [{ provisioner: 'a.b' }, 'provisioner: Forbidden: updates to provisioner are forbidden.'],
  [
    { reclaimPolicy: 'Retain' },
    'reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden.',
  ],
  [
    { volumeBindingMode: 'WaitForFirstConsumer' },
    `volumeBindingMode: Invalid value: "WaitForFirstConsumer": ${IMMUTABLE}`,
  ],
  [{ allowVolumeExpansion: true, mountOptions: ['ro'] }],
]);

const GOLD: VolumeAttributesClass = {
  apiVersion,
  kind: 'VolumeAttributesClass',
  metadata,
  driverName: 'disk.example.com',
  parameters: { iops: '100' },
};

refusesOnCreate(volumeAttributesClassStrategy, GOLD, [
  [{ driverName: '' }, 'driverName: Required value'],
  [{ parameters: {} }, 'parameters: Required value: must contain at least one key/value pair'],
  [{ parameters: many(513) }, 'parameters: Too long: may not be more than 512 bytes'],
]);
judgesUpdates(volumeAttributesClassStrategy, GOLD, [
  [{ driverName: 'b' }, 'driverName: Forbidden: updates to driverName are forbidden.'],
  [{ parameters: { a: 'b' } }, 'parameters: Forbidden: updates to parameters are forbidden.'],
]);

const ATTACHED: VolumeAttachment = {
  apiVersion,
  kind: 'VolumeAttachment',
  metadata,
  spec: { attacher: 'disk.example.com', nodeName: 'n1', source: { persistentVolumeName: 'pv1' } },
};
const S = 'spec.source';
const EXACTLY = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
const inline = {
  accessModes: ['ReadWriteOnce'],
  csi: { driver: 'a.b', volumeHandle: 'h' },
};

refusesOnCreate(volumeAttachmentStrategy, ATTACHED, [
  [{ 'spec.attacher': '' }, 'spec.attacher: Required value'],
  [{ [S]: {} }, `${S}: Required value: ${EXACTLY}`],
  [{ [`${S}.inlineVolumeSpec`]: inline }, `${S}: Forbidden: ${EXACTLY}`],
  [
    { [S]: { persistentVolumeName: '' } },
    `${S}.persistentVolumeName: Required value: must specify non empty persistentVolumeName`,
  ],
  [
    { [S]: { inlineVolumeSpec: { ...inline, capacity: { storage: '1Gi' } } } },
    `${S}.inlineVolumeSpec.capacity: Forbidden: may not specify capacity in the context of inline volumes`,
  ],
  [
    {
      [S]: {
        inlineVolumeSpec: { accessModes: ['ReadWriteOnce'], nfs: { server: 'a', path: '/' } },
      },
    },
    `${S}.inlineVolumeSpec.csi: Required value: has to be specified in the context of inline volumes`,
  ],
]);
judgesUpdates(volumeAttachmentStrategy, ATTACHED, [
  [
    { 'spec.nodeName': 'n2' },
    `spec: Invalid value: {"attacher":"disk.example.com","nodeName":"n2","source":{"persistentVolumeName":"pv1"}}: ${IMMUTABLE}`,
  ],
]);
judgesStatuses(volumeAttachmentStrategy, ATTACHED, [
  [{ attached: true }],
  [
    { attached: false, attachError: { message: 'a'.repeat(1025) } },
    'status.attachError.message: Too long: may not be more than 1024 bytes',
  ],
  [
    { attached: false, detachError: { errorCode: -1 } },
    'status.detachError.errorCode: Invalid value: -1: must be between 0 and 2147483647, inclusive',
  ],
  [
    { attached: true, attachmentMetadata: { a: 'x'.repeat(262_144) } },
    'status.attachmentMetadata: Too long: may not be more than 262144 bytes',
  ],
]);

const DRIVER: CSIDriver = {
  apiVersion,
  kind: 'CSIDriver',
  metadata: { name: 'disk.example.com', creationTimestamp: CREATED },
  spec: {},
};

refusesOnCreate(csiDriverStrategy, DRIVER, [
  [
    { 'spec.fsGroupPolicy': 'Always' },
    'spec.fsGroupPolicy: Unsupported value: "Always": supported values: "File", "None", "ReadWriteOnceWithFSType"',
  ],
  [
    { 'spec.volumeLifecycleModes': ['Eternal'] },
    'spec.volumeLifecycleModes: Unsupported value: "Eternal": supported values: "Persistent", "Ephemeral"',
  ],
  [
    { 'spec.tokenRequests': [{ audience: 'a' }, { audience: 'a' }] },
    'spec.tokenRequests[1].audience: Duplicate value: "a"',
  ],
  [
    { 'spec.tokenRequests': [{ audience: 'a', expirationSeconds: 599 }] },
    'spec.tokenRequests[0].expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes',
  ],
  [
    { 'spec.tokenRequests': [{ audience: 'a', expirationSeconds: 2 ** 32 + 1 }] },
    'spec.tokenRequests[0].expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds',
  ],
  [
    { 'spec.nodeAllocatableUpdatePeriodSeconds': 9 },
    'spec.nodeAllocatableUpdatePeriodSeconds: Invalid value: 9: must be greater than or equal to 10 seconds',
  ],
  [{ 'metadata.name': 'a'.repeat(64) }, 'metadata.name: Too long: may not be more than 63 bytes'],
]);
judgesUpdates(csiDriverStrategy, DRIVER, [
  [{ 'spec.attachRequired': false }, `spec.attachedRequired: Invalid value: false: ${IMMUTABLE}`],
  [
    { 'spec.volumeLifecycleModes': ['Ephemeral'] },
    `spec.volumeLifecycleModes: Invalid value: ["Ephemeral"]: ${IMMUTABLE}`,
  ],
  [{ 'spec.storageCapacity': true }],
]);

const NODE: CSINode = {
  apiVersion,
  kind: 'CSINode',
  metadata,
  spec: { drivers: [{ name: 'a.b', nodeID: 'n1', topologyKeys: ['zone'] }] },
};
const D = 'spec.drivers[0]';

refusesOnCreate(csiNodeStrategy, NODE, [
  [{ 'spec.drivers.0.name': '' }, `${D}.name: Required value`],
  [{ 'spec.drivers.0.nodeID': '' }, `${D}.nodeID: Required value`],
  [
    { 'spec.drivers.0.nodeID': 'a'.repeat(257) },
    `${D}.nodeID: Invalid value: "${'a'.repeat(257)}": must be 256 characters or less`,
  ],
  [
    { 'spec.drivers.0.allocatable': { count: -1 } },
    `${D}.allocatable.count: Invalid value: -1: must be greater than or equal to 0`,
  ],
  [{ 'spec.drivers.0.topologyKeys': ['a', 'a'] }, `${D}: Duplicate value: "a"`],
  [
    { 'spec.drivers.1': { name: 'a.b', nodeID: 'n1' } },
    'spec.drivers[1].name: Duplicate value: "a.b"',
  ],
]);
judgesUpdates(csiNodeStrategy, NODE, [
  [
    { 'spec.drivers.0.nodeID': 'n2' },
    `spec.drivers: Invalid value: {"name":"a.b","nodeID":"n2","topologyKeys":["zone"]}: ${IMMUTABLE}`,
  ],
  [{ 'spec.drivers.0.allocatable': { count: 5 } }],
  [{ 'spec.drivers.1': { name: 'c.d', nodeID: 'n1' } }],
]);

const CAPACITY: CSIStorageCapacity = {
  apiVersion,
  kind: 'CSIStorageCapacity',
  metadata: { ...metadata, namespace: 'default' },
  storageClassName: 'fast',
  nodeTopology: { matchLabels: { zone: 'a' } },
  capacity: '1Ti',
};

refusesOnCreate(csiStorageCapacityStrategy, CAPACITY, [
  [{ capacity: '-1' }, 'capacity: Invalid value: "-1": must be greater than or equal to 0'],
]);
judgesUpdates(csiStorageCapacityStrategy, CAPACITY, [
  [{ storageClassName: 'slow' }, `storageClassName: Invalid value: "slow": ${IMMUTABLE}`],
  [{ nodeTopology: {} }, `nodeTopology: Invalid value: {}: ${IMMUTABLE}`],
  [{ capacity: '2Ti' }],
]);

test('what drives storage is shown as kubectl shows it', () => {
  expect(rowOf(csiDriverStrategy, created(csiDriverStrategy, DRIVER))).toEqual({
    Name: 'disk.example.com',
    AttachRequired: 'true',
    PodInfoOnMount: 'false',
    StorageCapacity: 'false',
    TokenRequests: '<unset>',
    RequiresRepublish: 'false',
    Modes: 'Persistent',
    Age: '10m',
  });
  expect(rowOf(csiNodeStrategy, NODE)).toEqual({ Name: 'fast', Drivers: '1', Age: '10m' });
  expect(rowOf(volumeAttachmentStrategy, ATTACHED)).toEqual({
    Name: 'fast',
    Attacher: 'disk.example.com',
    PV: 'pv1',
    Node: 'n1',
    Attached: 'false',
    Age: '10m',
  });
  expect(rowOf(csiStorageCapacityStrategy, CAPACITY)).toEqual({
    Name: 'fast',
    StorageClassName: 'fast',
    Capacity: '1Ti',
    Age: '10m',
  });
  expect(rowOf(volumeAttributesClassStrategy, GOLD)).toEqual({
    Name: 'fast',
    DriverName: 'disk.example.com',
    Age: '10m',
  });
});
