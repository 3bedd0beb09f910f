/** Whether a claim's volume has to grow, and who does it. Pure. */
import type {
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../scheme/generated/types/core-v1.ts';
import { compareQuantities } from '../../scheme/quantity.ts';
import { SIMULATED_DRIVER } from '../../scheme/storage/simulated-driver.ts';
import { capacityOf, requestedStorage } from '../../scheme/storage/volume-matching.ts';

/** Whether a bound claim asks for more than it has. */
export function wantsMore({ metadata, spec, status }: PersistentVolumeClaim): boolean {
  if (metadata.deletionTimestamp || status?.phase !== 'Bound') return false;
  const wanted = spec?.resources?.requests?.storage;
  return wanted !== undefined && compareQuantities(wanted, status.capacity?.storage ?? '0') > 0;
}

export type ExpansionPlan =
  /** The driver of simulated disks does it: first the volume, unless it is large enough, then the claim. */
  | { readonly type: 'resize'; readonly storage: string; readonly growsVolume: boolean }
  /** Another driver does it. */
  | { readonly type: 'hand-over' }
  /** No driver can. */
  | { readonly type: 'refuse' };

export function planExpansion(
  claim: PersistentVolumeClaim,
  volume: PersistentVolume,
): ExpansionPlan {
  const driver = volume.spec?.csi?.driver;
  if (driver === undefined) return { type: 'refuse' };
  if (driver !== SIMULATED_DRIVER) return { type: 'hand-over' };
  const wanted = requestedStorage(claim);
  const has = capacityOf(volume);
  const growsVolume = compareQuantities(has, wanted) < 0;
  return { type: 'resize', growsVolume, storage: growsVolume ? wanted : has };
}
