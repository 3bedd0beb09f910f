/** What becomes of a claim and of a volume. Pure: all of it is decided here, and nothing is done. */
import type { EventNote } from '../../machinery/event-recorder.ts';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../scheme/generated/types/core-v1.ts';
import type { StorageClass } from '../../scheme/generated/types/storage-v1.ts';
import {
  ANNOTATION_BETA_STORAGE_PROVISIONER,
  ANNOTATION_BIND_COMPLETED,
  ANNOTATION_BOUND_BY_CONTROLLER,
  ANNOTATION_PROVISIONED_BY,
  ANNOTATION_SELECTED_NODE,
  ANNOTATION_STORAGE_PROVISIONER,
  namesStorageClass,
  storageClassOf,
} from '../../scheme/storage/annotations.ts';
import { isInTreePlugin, migratedDriver } from '../../scheme/storage/migrated-plugins.ts';
import {
  findVolume,
  hasSameMode,
  isReservedFor,
  unfitReason,
} from '../../scheme/storage/volume-matching.ts';
import * as notes from './notes.ts';

/** What the cluster has that a claim may be bound to. */
export interface ClaimView {
  /** The volume that the claim names, if it is there. */
  readonly named: PersistentVolume | undefined;
  /** Volumes that name the claim. */
  readonly reserved: readonly PersistentVolume[];
  /** Volumes of its class that no claim has. */
  readonly unclaimed: readonly PersistentVolume[];
  readonly storageClass: StorageClass | undefined;
  /** The class of claims that name none. */
  readonly defaultClass: string | undefined;
  /** Names of Pods that wait for a node and use the claim. */
  readonly waitingPods: readonly string[];
}

export type ClaimPlan =
  | { readonly type: 'bind'; readonly volume: PersistentVolume }
  /** Stays Pending, until something changes. */
  | { readonly type: 'wait'; readonly note?: EventNote }
  /** What it was bound to is gone for good. */
  | { readonly type: 'lose'; readonly note: EventNote }
  | { readonly type: 'classify'; readonly storageClassName: string }
  | { readonly type: 'provision'; readonly provisioner: string };

export function planClaim(claim: PersistentVolumeClaim, view: ClaimView): ClaimPlan {
  if (hasAnnotation(claim, ANNOTATION_BIND_COMPLETED)) return planBoundClaim(claim, view.named);
  if (claim.spec?.volumeName) return planNamedVolume(claim, view.named);
  const volume = findVolume(claim, [...view.reserved, ...view.unclaimed], {
    reservedOnly: isDelayed(view),
  });
  if (volume) return { type: 'bind', volume };
  return planWithoutVolume(claim, view);
}

function planBoundClaim(
  claim: PersistentVolumeClaim,
  volume: PersistentVolume | undefined,
): ClaimPlan {
  if (!claim.spec?.volumeName) return { type: 'lose', note: notes.LOST_REFERENCE };
  if (!volume) return { type: 'lose', note: notes.LOST_VOLUME };
  const { claimRef } = volume.spec ?? {};
  if (!claimRef || claimRef.uid === claim.metadata.uid) return { type: 'bind', volume };
  return { type: 'lose', note: notes.MISBOUND };
}

/** Its user chose the volume, or it is half bound. */
function planNamedVolume(
  claim: PersistentVolumeClaim,
  volume: PersistentVolume | undefined,
): ClaimPlan {
  if (!volume) return { type: 'wait' };
  if (isReservedFor(volume, claim)) return { type: 'bind', volume };
  if (volume.spec?.claimRef) return { type: 'wait', note: notes.boundToAnother(volume) };
  const reason = unfitReason(volume, claim);
  if (reason === undefined) return { type: 'bind', volume };
  return { type: 'wait', note: notes.cannotBindRequested(volume, reason) };
}

function planWithoutVolume(claim: PersistentVolumeClaim, view: ClaimView): ClaimPlan {
  const { defaultClass, storageClass, waitingPods } = view;
  if (!namesStorageClass(claim) && defaultClass) {
    return { type: 'classify', storageClassName: defaultClass };
  }
  const className = storageClassOf(claim);
  if (className === '') return { type: 'wait', note: notes.NO_VOLUME_AND_NO_CLASS };
  if (!storageClass) return { type: 'wait', note: notes.noSuchClass(className) };
  if (isDelayed(view) && !hasAnnotation(claim, ANNOTATION_SELECTED_NODE)) {
    return { type: 'wait', note: notes.waitingForConsumer(waitingPods) };
  }
  const { provisioner } = storageClass;
  if (isInTreePlugin(provisioner)) return { type: 'wait', note: notes.noProvisioner(provisioner) };
  return { type: 'provision', provisioner: migratedDriver(provisioner) ?? provisioner };
}

/** The claim that says whose part it is to make a volume for it; the claim itself where it says so. */
export function askingClaim(
  claim: PersistentVolumeClaim,
  provisioner: string,
): PersistentVolumeClaim {
  const { annotations } = claim.metadata;
  if (annotations?.[ANNOTATION_STORAGE_PROVISIONER] === provisioner) return claim;
  const asking = {
    ...annotations,
    [ANNOTATION_BETA_STORAGE_PROVISIONER]: provisioner,
    [ANNOTATION_STORAGE_PROVISIONER]: provisioner,
  };
  return { ...claim, metadata: { ...claim.metadata, annotations: asking } };
}

function isDelayed({ storageClass }: ClaimView): boolean {
  return storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
}

export type VolumePlan =
  /** No claim has it. */
  | { readonly type: 'offer' }
  /** The claim is half bound to it, and finishes that. */
  | { readonly type: 'hand-to-claim' }
  /** The claim can never finish that. */
  | {
      readonly type: 'refuse-claim';
      readonly volumeNote: EventNote;
      readonly claimNote: EventNote;
    }
  | { readonly type: 'mark-bound' }
  /** Its claim has another volume. */
  | { readonly type: 'unbind' }
  /** Its claim is gone. */
  | { readonly type: 'release' };

/** @param claim the claim that the volume names, when that very claim is there */
export function planVolume(
  volume: PersistentVolume,
  claim: PersistentVolumeClaim | undefined,
): VolumePlan {
  if (!volume.spec?.claimRef?.uid) return { type: 'offer' };
  if (!claim) return { type: 'release' };
  const { volumeName } = claim.spec ?? {};
  if (!volumeName) {
    if (hasSameMode(volume, claim)) return { type: 'hand-to-claim' };
    const volumeNote = notes.incompatibleClaim(claim);
    return { type: 'refuse-claim', volumeNote, claimNote: notes.incompatibleVolume(volume) };
  }
  if (volumeName === volume.metadata.name) return { type: 'mark-bound' };
  const isSpare =
    hasAnnotation(volume, ANNOTATION_PROVISIONED_BY) &&
    volume.spec.persistentVolumeReclaimPolicy === 'Delete';
  return isSpare ? { type: 'release' } : { type: 'unbind' };
}

/** Whether the phase of the volume still has to tell that its claim is gone: what went wrong since stays to be seen. */
export function isUnreleased({ status }: PersistentVolume): boolean {
  return status?.phase !== 'Released' && status?.phase !== 'Failed';
}

export type ReclaimPlan =
  /** Somebody will say what becomes of it. */
  | { readonly type: 'keep' }
  | { readonly type: 'delete' }
  /** Wipes it and offers it anew. */
  | { readonly type: 'recycle' }
  /** Not while Pods use it. */
  | { readonly type: 'postpone'; readonly note: EventNote }
  | { readonly type: 'fail'; readonly note: EventNote };

/**
 * What becomes of a volume whose claim is gone.
 * @param users `namespace/name` of the Pods that use it
 */
export function planReclaim(volume: PersistentVolume, users: readonly string[] = []): ReclaimPlan {
  const { hostPath, nfs, persistentVolumeReclaimPolicy: policy } = volume.spec ?? {};
  switch (policy) {
    case 'Delete':
      return planDeletion(volume);
    case 'Recycle':
      if (users.length > 0) return { type: 'postpone', note: notes.usedByPods(users) };
      return hostPath || nfs ? { type: 'recycle' } : { type: 'fail', note: notes.NO_RECYCLER };
    default:
      return { type: 'keep' };
  }
}

const HOST_PATH_PLUGIN = 'kubernetes.io/host-path';

function planDeletion({ metadata, spec }: PersistentVolume): ReclaimPlan {
  const provisioner = metadata.annotations?.[ANNOTATION_PROVISIONED_BY];
  // Whoever provisioned it deletes it.
  if (provisioner && !isInTreePlugin(provisioner)) return { type: 'keep' };
  if (provisioner && provisioner !== HOST_PATH_PLUGIN) {
    return { type: 'fail', note: notes.noDeleterOf(provisioner) };
  }
  const path = spec?.hostPath?.path;
  if (path === undefined) return { type: 'fail', note: notes.noDeleter(metadata.name ?? '') };
  if (path.startsWith('/tmp/')) return { type: 'delete' };
  return { type: 'fail', note: notes.hostPathNotDeletable(path) };
}

/** The volume bound to the claim; the volume itself where it is that already. */
export function boundVolume(
  volume: PersistentVolume,
  claim: PersistentVolumeClaim,
): PersistentVolume {
  const { claimRef } = volume.spec ?? {};
  if (claimRef?.uid === claim.metadata.uid) return volume;
  const { name = '', namespace = '', resourceVersion = '', uid = '' } = claim.metadata;
  const reference = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    name,
    namespace,
    resourceVersion,
    uid,
  };
  const bound = { ...volume, spec: { ...volume.spec, claimRef: reference } };
  // A volume that was reserved by its user stays reserved when the claim is gone.
  return claimRef ? bound : withAnnotation(bound, ANNOTATION_BOUND_BY_CONTROLLER);
}

/** The volume without its claim: free for all, or for whoever has the claim's name where its user reserved it. */
export function unboundVolume(volume: PersistentVolume): PersistentVolume {
  const { [ANNOTATION_BOUND_BY_CONTROLLER]: bound, ...annotations } =
    volume.metadata.annotations ?? {};
  const { claimRef, ...spec } = volume.spec ?? {};
  if (bound !== undefined || !claimRef) {
    return { ...volume, metadata: { ...volume.metadata, annotations }, spec };
  }
  const { uid: _, resourceVersion: __, ...reference } = claimRef;
  return { ...volume, spec: { ...spec, claimRef: reference } };
}

/** The claim bound to the volume; the claim itself where it is that already. */
export function boundClaim(
  claim: PersistentVolumeClaim,
  volume: PersistentVolume,
): PersistentVolumeClaim {
  const volumeName = volume.metadata.name ?? '';
  const isNamed = claim.spec?.volumeName === volumeName;
  if (isNamed && hasAnnotation(claim, ANNOTATION_BIND_COMPLETED)) return claim;
  const bound = { ...claim, spec: { ...claim.spec, volumeName } };
  const marked = isNamed ? bound : withAnnotation(bound, ANNOTATION_BOUND_BY_CONTROLLER);
  return withAnnotation(marked, ANNOTATION_BIND_COMPLETED);
}

export function hasAnnotation(
  { metadata }: PersistentVolume | PersistentVolumeClaim,
  name: string,
): boolean {
  return metadata.annotations?.[name] !== undefined;
}

function withAnnotation<T extends PersistentVolume | PersistentVolumeClaim>(
  object: T,
  name: string,
): T {
  const annotations = { ...object.metadata.annotations, [name]: 'yes' };
  return { ...object, metadata: { ...object.metadata, annotations } };
}
