import type {
  PersistentVolume,
  PersistentVolumeClaim,
  PodSpec,
  Volume,
} from '../../src/scheme/generated/types/core-v1.ts';
import type { StorageClass } from '../../src/scheme/generated/types/storage-v1.ts';
import type { ApiObject } from '../../src/scheme/object.ts';
import type { NodeFields, PodFields } from './builders.ts';
import { TestCluster } from './scheduling.ts';

export const ZONE = 'topology.kubernetes.io/zone';
/** Two nodes, in two zones. */
export const NODES: NodeFields[] = [
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

/** A claim that waits for its consumer, if nothing else is said. */
export function claim({
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

interface VolumeFields {
  readonly name?: string;
  readonly zone?: string;
  readonly labels?: Record<string, string>;
  readonly csi?: string;
  readonly size?: string;
  readonly accessModes?: ClaimFields['accessModes'];
}

/** A volume that no claim has. */
export function volume({
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

/** The class of those claims, whose volumes are made by hand. */
export function storageClass(fields: Partial<StorageClass> = {}): StorageClass {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'late' },
    provisioner: 'kubernetes.io/no-provisioner',
    volumeBindingMode: 'WaitForFirstConsumer',
    ...fields,
  };
}

/** A pod with volumes. */
export const withVolumes = (...volumes: Volume[]): PodFields => ({
  spec: { containers: [{ name: 'main', image: 'nginx' }], volumes } as Partial<PodSpec>,
});

/** A pod with a volume for each claim. */
export const onClaims = (...names: string[]): PodFields =>
  withVolumes(
    ...names.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } })),
  );

/** Those two nodes, and objects of storage. */
export const clusterOf = (...objects: readonly ApiObject[]): TestCluster =>
  new TestCluster(NODES, { objects });
