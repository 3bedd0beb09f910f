import { qualifiedName } from '../../scheme/resource.ts';
import type { AdmissionPlugin } from './plugin.ts';

const FINALIZERS: ReadonlyMap<string, string> = new Map([
  ['persistentvolumeclaims', 'kubernetes.io/pvc-protection'],
  ['persistentvolumes', 'kubernetes.io/pv-protection'],
  ['volumeattributesclasses.storage.k8s.io', 'kubernetes.io/vac-protection'],
]);

/**
 * Storage that is in use outlives its deletion: a finalizer holds it, which the protection controllers take away once nobody
 * uses it. Off unless enabled, because without them nothing that it holds would ever go.
 */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  handles: (resource, operation, subresource) =>
    operation === 'CREATE' && subresource === '' && FINALIZERS.has(qualifiedName(resource)),
  admit({ object, resource }) {
    const finalizer = FINALIZERS.get(qualifiedName(resource)) as string;
    const { finalizers = [] } = object.metadata;
    if (!finalizers.includes(finalizer)) object.metadata.finalizers = [...finalizers, finalizer];
  },
};
