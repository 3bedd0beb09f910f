import { defaultOf } from '../default-class.ts';
import type { StorageClass } from '../generated/types/storage-v1.ts';

export const ANNOTATION_DEFAULT_STORAGE_CLASS = 'storageclass.kubernetes.io/is-default-class';
const ANNOTATIONS = [
  ANNOTATION_DEFAULT_STORAGE_CLASS,
  'storageclass.beta.kubernetes.io/is-default-class',
];

/** The class of claims that name none. */
export function defaultStorageClass(classes: Iterable<StorageClass>): StorageClass | undefined {
  return defaultOf(classes, ANNOTATIONS);
}
