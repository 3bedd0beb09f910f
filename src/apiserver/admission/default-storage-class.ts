import type { PersistentVolumeClaim } from '../../scheme/generated/types/core-v1.ts';
import type { GroupResource } from '../../scheme/resource.ts';
import { defaultClassOf } from './default-class.ts';
import { concerning } from './match.ts';
import type { AdmissionPlugin } from './plugin.ts';

const STORAGE_CLASSES: GroupResource = { group: 'storage.k8s.io', resource: 'storageclasses' };
const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';
const DEFAULT_ANNOTATIONS = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];

/** Claims that name no storage class get the cluster's default one. One that names '' wants none. */
export const defaultStorageClass: AdmissionPlugin = {
  name: 'DefaultStorageClass',
  reads: [STORAGE_CLASSES],
  handles: concerning('persistentvolumeclaims', ['CREATE']),
  admit({ object, state }) {
    const claim = object as PersistentVolumeClaim;
    if (claim.spec?.storageClassName !== undefined) return;
    if (claim.metadata.annotations?.[CLASS_ANNOTATION] !== undefined) return;
    const storageClassName = defaultClassOf(state.cache(STORAGE_CLASSES), DEFAULT_ANNOTATIONS);
    if (storageClassName) claim.spec = { ...claim.spec, storageClassName };
  },
};
