/** What the provisioner of simulated disks makes, and takes away. Pure. */
import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeSpec,
  VolumeNodeAffinity,
} from '../../scheme/generated/types/core-v1.ts';
import type {
  StorageClass,
  VolumeAttributesClass,
} from '../../scheme/generated/types/storage-v1.ts';
import {
  ANNOTATION_PROVISIONED_BY,
  ANNOTATION_SELECTED_NODE,
  ANNOTATION_STORAGE_PROVISIONER,
} from '../../scheme/storage/annotations.ts';
import { PARAMETER_TOPOLOGY_KEY, SIMULATED_DRIVER } from '../../scheme/storage/simulated-driver.ts';
import { requestedStorage } from '../../scheme/storage/volume-matching.ts';

/** Holds a volume until its disk is gone. */
export const PROVISIONER_FINALIZER = 'external-provisioner.volume.kubernetes.io/finalizer';

/** Whether the claim waits for a disk of this driver. */
export function wantsDisk({ metadata, spec }: PersistentVolumeClaim): boolean {
  if (metadata.deletionTimestamp || spec?.volumeName) return false;
  return metadata.annotations?.[ANNOTATION_STORAGE_PROVISIONER] === SIMULATED_DRIVER;
}

/** The node that the scheduler chose for the claim's first consumer. */
export function selectedNodeOf({ metadata }: PersistentVolumeClaim): string | undefined {
  return metadata.annotations?.[ANNOTATION_SELECTED_NODE];
}

/** The claim without its node: the scheduler looks for another. */
export function withoutSelectedNode(claim: PersistentVolumeClaim): PersistentVolumeClaim {
  const { [ANNOTATION_SELECTED_NODE]: _, ...annotations } = claim.metadata.annotations ?? {};
  return { ...claim, metadata: { ...claim.metadata, annotations } };
}

/** Whether there is a disk to be made now: where the first consumer decides, its node must be known. */
export function isDue(claim: PersistentVolumeClaim, storageClass: StorageClass): boolean {
  if (storageClass.provisioner !== SIMULATED_DRIVER) return false;
  const isDelayed = storageClass.volumeBindingMode === 'WaitForFirstConsumer';
  return !isDelayed || selectedNodeOf(claim) !== undefined;
}

export function volumeNameOf({ metadata }: PersistentVolumeClaim): string {
  return `pvc-${metadata.uid}`;
}

/** The volume of a new disk for the claim. @param node where it is needed; undefined when that is the same everywhere */
export function newVolume(
  claim: PersistentVolumeClaim,
  storageClass: StorageClass,
  node: Node | undefined,
): PersistentVolume {
  const name = volumeNameOf(claim);
  const { reclaimPolicy = 'Delete' } = storageClass;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name,
      annotations: { [ANNOTATION_PROVISIONED_BY]: SIMULATED_DRIVER },
      finalizers: reclaimPolicy === 'Delete' ? [PROVISIONER_FINALIZER] : [],
    },
    spec: {
      ...wishesOf(claim),
      capacity: { storage: requestedStorage(claim) },
      claimRef: claimReference(claim),
      persistentVolumeReclaimPolicy: reclaimPolicy as 'Delete' | 'Retain',
      storageClassName: storageClass.metadata.name ?? '',
      csi: { driver: SIMULATED_DRIVER, volumeHandle: name },
      ...(storageClass.mountOptions ? { mountOptions: storageClass.mountOptions } : {}),
      ...reachOf(storageClass, node),
    },
  };
}

function wishesOf({ spec = {} }: PersistentVolumeClaim): Partial<PersistentVolumeSpec> {
  const { accessModes, volumeAttributesClassName, volumeMode } = spec;
  return {
    ...(accessModes ? { accessModes } : {}),
    ...(volumeMode ? { volumeMode } : {}),
    ...(volumeAttributesClassName ? { volumeAttributesClassName } : {}),
  };
}

function claimReference({ metadata }: PersistentVolumeClaim) {
  const { name = '', namespace = '', resourceVersion = '', uid = '' } = metadata;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    namespace,
    name,
    uid,
    resourceVersion,
  };
}

/** From which nodes the disk can be reached, where that is not all. */
function reachOf(
  { allowedTopologies = [], parameters = {} }: StorageClass,
  node: Node | undefined,
): { readonly nodeAffinity?: VolumeNodeAffinity } {
  const key = parameters[PARAMETER_TOPOLOGY_KEY];
  const value = key === undefined ? undefined : node?.metadata.labels?.[key];
  const expressions =
    key !== undefined && value !== undefined
      ? [{ key, values: [value] }]
      : (allowedTopologies[0]?.matchLabelExpressions ?? []);
  if (expressions.length === 0) return {};
  const matchExpressions = expressions.map((one) => ({
    key: one.key,
    operator: 'In' as const,
    values: one.values,
  }));
  return { nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions }] } } };
}

/**
 * What is to be done about a volume of this driver: held or let go as its policy, which may change, calls for, so that its disk
 * is deleted before it; and deleted with its claim.
 */
export function planDisposal({
  metadata,
  spec,
  status,
}: PersistentVolume): 'delete' | 'hold' | 'let-go' | 'leave' {
  if (metadata.annotations?.[ANNOTATION_PROVISIONED_BY] !== SIMULATED_DRIVER) return 'leave';
  const isHeld = metadata.finalizers?.includes(PROVISIONER_FINALIZER) === true;
  if (spec?.persistentVolumeReclaimPolicy !== 'Delete') return isHeld ? 'let-go' : 'leave';
  if (metadata.deletionTimestamp) return isHeld && status?.phase !== 'Bound' ? 'let-go' : 'leave';
  if (status?.phase === 'Released') return 'delete';
  return isHeld ? 'leave' : 'hold';
}

/** Why a disk cannot be given the attributes that its claim asks for; undefined when it can. */
export function attributesProblem(
  { spec }: PersistentVolumeClaim,
  attributes: VolumeAttributesClass | undefined,
): string | undefined {
  const name = spec?.volumeAttributesClassName;
  if (!name) return undefined;
  if (!attributes) return `volumeattributesclasses.storage.k8s.io "${name}" not found`;
  if (attributes.driverName === SIMULATED_DRIVER) return undefined;
  return `VolumeAttributesClass "${name}" is for driver "${attributes.driverName}"`;
}
