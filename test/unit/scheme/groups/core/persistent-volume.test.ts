import { expect, test } from '@jest/globals';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../../../../src/scheme/generated/types/core-v1.ts';
import { persistentVolumeStrategy } from '../../../../../src/scheme/groups/core/persistent-volume.ts';
import { persistentVolumeClaimStrategy } from '../../../../../src/scheme/groups/core/persistent-volume-claim.ts';
import {
  created,
  errorsOnCreate,
  errorsOnUpdate,
  judgesStatuses,
  judgesUpdates,
  refusesOnCreate,
  withMembers,
} from '../harness.ts';

const DISK: PersistentVolume = {
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'disk' },
  spec: {
    capacity: { storage: '10Gi' },
    accessModes: ['ReadWriteOnce'],
    csi: { driver: 'disk.example.com', volumeHandle: 'h1' },
  },
};

test('a volume is retained, holds files, and is pending', () => {
  expect(created(persistentVolumeStrategy, DISK)).toMatchObject({
    spec: { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' },
    status: { phase: 'Pending' },
  });
  const source = { csi: undefined, rbd: { monitors: ['m'], image: 'i' } };
  const ceph = withMembers(DISK, { 'spec.csi': undefined, 'spec.rbd': source.rbd });
  expect(created(persistentVolumeStrategy, ceph).spec?.rbd).toMatchObject({ pool: 'rbd' });
});

const local = { path: '/data' };
const MODES = '"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"';
const source = (members: object): Record<string, unknown> => ({
  'spec.csi': undefined,
  ...Object.fromEntries(Object.entries(members).map(([name, value]) => [`spec.${name}`, value])),
});

refusesOnCreate(persistentVolumeStrategy, DISK, [
  [{ 'spec.capacity': {} }, 'spec.capacity: Required value'],
  [
    { 'spec.capacity': { storage: '1', cpu: '1' } },
    'spec.capacity: Unsupported value: {"storage":"1","cpu":"1"}: supported values: "storage"',
  ],
  [
    { 'spec.capacity.storage': '0' },
    'spec.capacity[storage]: Invalid value: "0": must be greater than zero',
  ],
  [{ 'spec.accessModes': [] }, 'spec.accessModes: Required value'],
  [
    { 'spec.accessModes': ['WriteOnly'] },
    `spec.accessModes: Unsupported value: "WriteOnly": supported values: ${MODES}`,
  ],
  [
    { 'spec.accessModes': ['ReadWriteOncePod', 'ReadWriteOnce'] },
    'spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes',
  ],
  [
    { 'spec.persistentVolumeReclaimPolicy': 'Burn' },
    'spec.persistentVolumeReclaimPolicy: Unsupported value: "Burn": supported values: "Delete", "Recycle", "Retain"',
  ],
  [
    { 'spec.volumeMode': 'Tape' },
    'spec.volumeMode: Unsupported value: "Tape": supported values: "Block", "Filesystem"',
  ],
  [{ 'spec.csi': undefined }, 'spec: Required value: must specify a volume type'],
  [
    { 'spec.nfs': { server: 'a', path: '/' } },
    'spec.csi: Forbidden: may not specify more than 1 volume type',
  ],
  [{ 'spec.csi.driver': '' }, 'spec.csi.driver: Required value'],
  [{ 'spec.csi.volumeHandle': '' }, 'spec.csi.volumeHandle: Required value'],
  [
    { 'spec.csi.nodeStageSecretRef': { name: 'a' } },
    'spec.csi.nodeStageSecretRef.namespace: Required value',
  ],
  [source({ nfs: { server: '', path: '/' } }), 'spec.nfs.server: Required value'],
  [
    source({ nfs: { server: 'a', path: 'b' } }),
    'spec.nfs.path: Invalid value: "b": must be an absolute path',
  ],
  [source({ hostPath: { path: '' } }), 'spec.hostPath.path: Required value'],
  [
    source({ hostPath: { path: '/a/../b' } }),
    'spec.hostPath.path: Invalid value: "/a/../b": must not contain \'..\'',
  ],
  [
    { ...source({ hostPath: { path: '/' } }), 'spec.persistentVolumeReclaimPolicy': 'Recycle' },
    "spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'",
  ],
  [source({ local }), 'spec.nodeAffinity: Required value: Local volume requires node affinity'],
  [
    { ...source({ local }), 'spec.nodeAffinity': {} },
    'spec.nodeAffinity.required: Required value: must specify required node constraints',
  ],
  [
    { ...source({ local }), 'spec.nodeAffinity': { required: { nodeSelectorTerms: [] } } },
    'spec.nodeAffinity.required.nodeSelectorTerms: Required value: must have at least one node selector term',
  ],
  [
    { 'spec.volumeAttributesClassName': '' },
    'spec.volumeAttributesClassName: Required value: an empty string is disallowed',
  ],
  [
    { ...source({ nfs: { server: 'a', path: '/' } }), 'spec.volumeAttributesClassName': 'gold' },
    'spec.csi: Required value: has to be specified when using volumeAttributesClassName',
  ],
  [{ spec: undefined }, 'spec: Required value'],
]);

judgesUpdates(persistentVolumeStrategy, DISK, [
  [
    { 'spec.csi.volumeHandle': 'h2' },
    'spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation\nchanged: spec.csi.volumeHandle',
  ],
  [{ 'spec.volumeMode': 'Block' }, 'volumeMode: Invalid value: "Block": field is immutable'],
  [{ 'spec.csi.controllerExpandSecretRef': { name: 'a', namespace: 'b' } }],
  [{ 'spec.capacity.storage': '20Gi', 'spec.claimRef': { name: 'c' } }],
  [{ 'spec.nodeAffinity': { required: { nodeSelectorTerms: [{}] } } }],
]);

test('the nodes of a volume do not change once it has some', () => {
  const nodes = (value: string) =>
    withMembers(DISK, {
      'spec.nodeAffinity.required.nodeSelectorTerms': [
        { matchExpressions: [{ key: 'zone', operator: 'In', values: [value] }] },
      ],
    });
  expect(errorsOnUpdate(persistentVolumeStrategy, nodes('b'), nodes('a')).join()).toContain(
    'field is immutable, except for updating from beta label to GA',
  );
});

const CLAIM: PersistentVolumeClaim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', namespace: 'default' },
  spec: {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '10Gi' } },
    storageClassName: 'fast',
  },
};
const SNAPSHOT = { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 's' };

test('both names of the source of a claim say the same', () => {
  const old = withMembers(CLAIM, { 'spec.dataSource': SNAPSHOT });
  expect(created(persistentVolumeClaimStrategy, old).spec?.dataSourceRef).toEqual(SNAPSHOT);
  const recent = withMembers(CLAIM, { 'spec.dataSourceRef': SNAPSHOT });
  expect(created(persistentVolumeClaimStrategy, recent).spec?.dataSource).toEqual(SNAPSHOT);
  const other = withMembers(CLAIM, { 'spec.dataSourceRef': { ...SNAPSHOT, namespace: 'x' } });
  expect(created(persistentVolumeClaimStrategy, other).spec).not.toHaveProperty('dataSource');
  expect(errorsOnCreate(persistentVolumeClaimStrategy, other)).toEqual([]);
});

refusesOnCreate(persistentVolumeClaimStrategy, CLAIM, [
  [{ spec: undefined }, 'spec: Required value'],
  [
    { 'spec.accessModes': [] },
    'spec.accessModes: Required value: at least 1 access mode is required',
  ],
  [
    { 'spec.accessModes': ['ReadWriteOncePod', 'ReadOnlyMany'] },
    'spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes',
  ],
  [{ 'spec.resources': {} }, 'spec.resources[storage]: Required value'],
  [
    { 'spec.resources.requests.storage': '-1' },
    'spec.resources[storage]: Invalid value: "-1": must be greater than zero',
  ],
  [
    { 'spec.volumeMode': 'Tape' },
    'spec.volumeMode: Unsupported value: "Tape": supported values: "Block", "Filesystem"',
  ],
  [
    { 'spec.dataSource': { kind: 'Pod', name: 'a' } },
    'spec.dataSource: Invalid value: "Pod": must be \'PersistentVolumeClaim\' when referencing the default apiGroup',
    'spec.dataSourceRef: Invalid value: "Pod": must be \'PersistentVolumeClaim\' when referencing the default apiGroup',
  ],
  [
    { 'spec.dataSource': SNAPSHOT, 'spec.dataSourceRef': { ...SNAPSHOT, name: 't' } },
    'spec: Invalid value: "spec.dataSource": must match dataSourceRef',
  ],
  [
    { 'spec.dataSource': SNAPSHOT, 'spec.dataSourceRef': { ...SNAPSHOT, namespace: 'x' } },
    'spec: Invalid value: "spec.dataSource": may not be specified when dataSourceRef.namespace is specified',
  ],
  [
    { 'spec.dataSourceRef': { ...SNAPSHOT, name: '' } },
    'spec.dataSource.name: Required value',
    'spec.dataSourceRef.name: Required value',
  ],
]);

const FIXED =
  'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\nchanged:';

judgesUpdates(persistentVolumeClaimStrategy, CLAIM, [
  [{ 'spec.volumeName': 'disk' }],
  [{ 'spec.volumeAttributesClassName': 'gold' }],
  [{ 'spec.storageClassName': 'slow' }, `${FIXED} spec.storageClassName`],
  [{ 'spec.accessModes': ['ReadOnlyMany'] }, `${FIXED} spec.accessModes[0]`],
  [{ 'spec.resources.requests.storage': '20Gi' }, `${FIXED} spec.resources.requests.storage`],
]);

test('a bound claim may ask for more, and for less while it has not got it', () => {
  const bound = { ...CLAIM, status: { phase: 'Bound' as const, capacity: { storage: '5Gi' } } };
  const change = (storage: string) =>
    persistentVolumeClaimStrategy.validateUpdate?.(
      withMembers(bound, { 'spec.resources.requests.storage': storage }),
      bound,
    );
  expect(change('20Gi')).toEqual([]);
  expect(change('6Gi')).toEqual([]);
  expect(change('5Gi')).toMatchObject([{ detail: 'field can not be less than status.capacity' }]);
});

test('a class of attributes is not taken away from a claim', () => {
  const gold = withMembers(CLAIM, { 'spec.volumeAttributesClassName': 'gold' });
  expect(errorsOnUpdate(persistentVolumeClaimStrategy, CLAIM, gold)).toEqual([
    'spec.volumeAttributesClassName: Forbidden: update from non-nil value to nil is forbidden',
  ]);
});

judgesStatuses(persistentVolumeClaimStrategy, CLAIM, [
  [{ phase: 'Bound', capacity: { storage: '10Gi' } }],
  [
    { capacity: { storage: '-1' } },
    'status.capacity[storage]: Invalid value: "-1": must be greater than or equal to 0',
  ],
]);
