import {
  PV_PROTECTION_FINALIZER,
  PVC_PROTECTION_FINALIZER,
  VAC_PROTECTION_FINALIZER,
} from '../../scheme/protection-finalizers.ts';
import { qualifiedName } from '../../scheme/resource.ts';
import type { AdmissionPlugin } from './plugin.ts';

const FINALIZERS: ReadonlyMap<string, string> = new Map([
  ['persistentvolumeclaims', PVC_PROTECTION_FINALIZER],
  ['persistentvolumes', PV_PROTECTION_FINALIZER],
  ['volumeattributesclasses.storage.k8s.io', VAC_PROTECTION_FINALIZER],
]);

/**
 * Storage that is in use outlives its deletion: a finalizer holds it, which the protection controllers take away once nobody
 * uses it. Where these do not run, nothing goes that it holds.
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
