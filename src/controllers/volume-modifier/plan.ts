/** Whether the attributes of a claim's disk have to change, and whether they can. Pure. */
import type {
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../scheme/generated/types/core-v1.ts';
import type { VolumeAttributesClass } from '../../scheme/generated/types/storage-v1.ts';
import { SIMULATED_DRIVER } from '../../scheme/storage/simulated-driver.ts';

/** The class of attributes that a bound claim asks for and does not have; undefined when there is none. */
export function targetOf({ metadata, spec, status }: PersistentVolumeClaim): string | undefined {
  if (metadata.deletionTimestamp || status?.phase !== 'Bound') return undefined;
  const wanted = spec?.volumeAttributesClassName;
  return wanted && wanted !== status.currentVolumeAttributesClassName ? wanted : undefined;
}

/** Whether something was begun that the claim asks for no more: it has again what it has. */
export function isGivenUp(claim: PersistentVolumeClaim): boolean {
  return claim.status?.modifyVolumeStatus !== undefined && targetOf(claim) === undefined;
}

export type ModificationPlan =
  | { readonly type: 'leave' }
  /** First the volume, then the claim. */
  | { readonly type: 'modify'; readonly target: string }
  /** The class may come. */
  | { readonly type: 'wait'; readonly target: string; readonly message: string }
  | { readonly type: 'refuse'; readonly target: string; readonly message: string };

/** @param attributes the class that the claim asks for; undefined when it is not there */
export function planModification(
  claim: PersistentVolumeClaim,
  volume: PersistentVolume,
  attributes: VolumeAttributesClass | undefined,
): ModificationPlan {
  const target = targetOf(claim);
  const isOwn = volume.spec?.claimRef?.uid === claim.metadata.uid;
  if (!target || !isOwn || volume.spec?.csi?.driver !== SIMULATED_DRIVER) return { type: 'leave' };
  if (!attributes) return { type: 'wait', target, message: `VAC ${target} does not exist.` };
  if (attributes.driverName === SIMULATED_DRIVER) return { type: 'modify', target };
  const message = `VAC ${target} is for driver ${attributes.driverName}, not for ${SIMULATED_DRIVER}`;
  return { type: 'refuse', target, message };
}
