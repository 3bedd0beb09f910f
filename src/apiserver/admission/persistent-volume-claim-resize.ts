import type { PersistentVolumeClaim } from '../../scheme/generated/types/core-v1.ts';
import type { StorageClass } from '../../scheme/generated/types/storage-v1.ts';
import { compareQuantities } from '../../scheme/quantity.ts';
import type { GroupResource } from '../../scheme/resource.ts';
import { storageClassOf } from '../../scheme/storage/annotations.ts';
import { requestedStorage } from '../../scheme/storage/volume-matching.ts';
import { concerning } from './match.ts';
import type { AdmissionPlugin, AdmissionRequest } from './plugin.ts';
import { refusal } from './refuse.ts';

const STORAGE_CLASSES: GroupResource = { group: 'storage.k8s.io', resource: 'storageclasses' };

/** A claim grows only when it is bound, and only where its storage class lets it. */
export const persistentVolumeClaimResize: AdmissionPlugin = {
  name: 'PersistentVolumeClaimResize',
  reads: [STORAGE_CLASSES],
  handles: concerning('persistentvolumeclaims', ['UPDATE']),
  validate(request) {
    const next = request.object as PersistentVolumeClaim;
    const current = request.current as PersistentVolumeClaim;
    if (compareQuantities(requestedStorage(next), requestedStorage(current)) <= 0) return;
    if (current.status?.phase !== 'Bound') {
      throw refusal(request, 'Only bound persistent volume claims can be expanded');
    }
    if (mayExpand(request, next) && storageClassOf(current) === storageClassOf(next)) return;
    throw refusal(
      request,
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    );
  },
};

function mayExpand({ state }: AdmissionRequest, claim: PersistentVolumeClaim): boolean {
  const found = state.cache(STORAGE_CLASSES).get('', storageClassOf(claim)) as
    | StorageClass
    | undefined;
  return found?.allowVolumeExpansion === true;
}
