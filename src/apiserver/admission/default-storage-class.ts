import type { PersistentVolumeClaim } from '../../scheme/generated/types/core-v1.ts';
import type { StorageClass } from '../../scheme/generated/types/storage-v1.ts';
import type { GroupResource } from '../../scheme/resource.ts';
import { namesStorageClass } from '../../scheme/storage/annotations.ts';
import { defaultStorageClass as defaultOf } from '../../scheme/storage/default-storage-class.ts';
import { concerning } from './match.ts';
import type { AdmissionPlugin } from './plugin.ts';

const STORAGE_CLASSES: GroupResource = { group: 'storage.k8s.io', resource: 'storageclasses' };

/** Claims that name no storage class get the cluster's default one. One that names '' wants none. */
export const defaultStorageClass: AdmissionPlugin = {
  name: 'DefaultStorageClass',
  reads: [STORAGE_CLASSES],
  handles: concerning('persistentvolumeclaims', ['CREATE']),
  admit({ object, state }) {
    const claim = object as PersistentVolumeClaim;
    if (namesStorageClass(claim)) return;
    const classes = state.cache(STORAGE_CLASSES).list().items as readonly StorageClass[];
    const storageClassName = defaultOf(classes)?.metadata.name;
    if (storageClassName) claim.spec = { ...claim.spec, storageClassName };
  },
};
