/**
 * What volumes and claims of plugins that were part of Kubernetes carry beside their binding: the name of the driver that does
 * the work now, and the finalizer by which a volume outlives its deletion until its data is gone. Pure.
 */
import type {
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../scheme/generated/types/core-v1.ts';
import type { ApiObject } from '../../scheme/object.ts';
import {
  ANNOTATION_BETA_STORAGE_PROVISIONER,
  ANNOTATION_MIGRATED_TO,
  ANNOTATION_PROVISIONED_BY,
  ANNOTATION_STORAGE_PROVISIONER,
} from '../../scheme/storage/annotations.ts';
import { isInTreePlugin, migratedDriver } from '../../scheme/storage/migrated-plugins.ts';
import { withFinalizer, withoutFinalizer } from '../shared/finalizers.ts';

/** Holds a volume that a plugin of the tree provisioned and is to delete. */
const DELETION_FINALIZER = 'kubernetes.io/pv-controller';

/** The claim with the driver that stands for its provisioner; the claim itself where that is said, or there is none to say. */
export function migratedClaim(claim: PersistentVolumeClaim): PersistentVolumeClaim {
  const { annotations = {} } = claim.metadata;
  return withMigration(
    claim,
    annotations[ANNOTATION_STORAGE_PROVISIONER] ?? annotations[ANNOTATION_BETA_STORAGE_PROVISIONER],
  );
}

/** The volume with the driver that stands for its provisioner, and with the finalizer that its policy calls for. */
export function upkeptVolume(volume: PersistentVolume): PersistentVolume {
  const provisioner = volume.metadata.annotations?.[ANNOTATION_PROVISIONED_BY];
  if (provisioner === undefined) return volume;
  const migrated = withMigration(volume, provisioner);
  if (migratedDriver(provisioner)) return withoutDeletionFinalizer(migrated);
  if (!isInTreePlugin(provisioner)) return migrated;
  if (volume.spec?.persistentVolumeReclaimPolicy !== 'Delete') {
    return withoutDeletionFinalizer(migrated);
  }
  // No finalizer is added to what is being deleted already.
  return volume.metadata.deletionTimestamp ? migrated : withFinalizer(migrated, DELETION_FINALIZER);
}

export function withoutDeletionFinalizer(volume: PersistentVolume): PersistentVolume {
  return withoutFinalizer(volume, DELETION_FINALIZER);
}

function withMigration<T extends ApiObject>(object: T, provisioner: string | undefined): T {
  if (provisioner === undefined) return object;
  const { [ANNOTATION_MIGRATED_TO]: before, ...others } = object.metadata.annotations ?? {};
  const driver = migratedDriver(provisioner);
  if (before === driver) return object;
  const annotations = driver ? { ...others, [ANNOTATION_MIGRATED_TO]: driver } : others;
  return { ...object, metadata: { ...object.metadata, annotations } };
}
