import type {
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeClaimSpec,
  PersistentVolumeSpec,
} from '../../src/scheme/generated/types/core-v1.ts';
import type { StorageClass } from '../../src/scheme/generated/types/storage-v1.ts';

interface Parts<Spec> {
  readonly annotations?: Record<string, string>;
  readonly labels?: Record<string, string>;
  readonly finalizers?: readonly string[];
  /** RFC 3339. */
  readonly deletionTimestamp?: string;
  readonly spec?: Partial<Spec>;
}

/** A claim of 1Gi in the namespace `default`, with uid `uid-<name>`. */
export function newClaim(
  name: string,
  {
    annotations,
    deletionTimestamp,
    finalizers,
    labels,
    spec,
    ...more
  }: Parts<PersistentVolumeClaimSpec> & Partial<PersistentVolumeClaim> = {},
): PersistentVolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name,
      namespace: 'default',
      uid: `uid-${name}`,
      ...(annotations ? { annotations } : {}),
      ...(labels ? { labels } : {}),
      ...(finalizers ? { finalizers: [...finalizers] } : {}),
      ...(deletionTimestamp ? { deletionTimestamp } : {}),
    },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
      ...spec,
    },
    ...more,
  };
}

/** An available volume of 1Gi on a path under /tmp. */
export function newVolume(
  name: string,
  {
    annotations,
    deletionTimestamp,
    finalizers,
    labels,
    spec,
    ...more
  }: Parts<PersistentVolumeSpec> & Partial<PersistentVolume> = {},
): PersistentVolume {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name,
      ...(annotations ? { annotations } : {}),
      ...(labels ? { labels } : {}),
      ...(finalizers ? { finalizers: [...finalizers] } : {}),
      ...(deletionTimestamp ? { deletionTimestamp } : {}),
    },
    spec: {
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '1Gi' },
      hostPath: { path: '/tmp/data' },
      ...spec,
    },
    status: { phase: 'Available' },
    ...more,
  };
}

export function newStorageClass(name: string, parts: Partial<StorageClass> = {}): StorageClass {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner: 'disk.simulation.orrery.dev',
    ...parts,
  };
}
