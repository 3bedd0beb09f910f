/** What a claim's new disk is to be filled from. Pure. */
import type {
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../scheme/generated/types/core-v1.ts';
import { compareQuantities } from '../../scheme/quantity.ts';
import { namesStorageClass } from '../../scheme/storage/annotations.ts';
import { SIMULATED_DRIVER } from '../../scheme/storage/simulated-driver.ts';
import { hasSameMode, requestedStorage } from '../../scheme/storage/volume-matching.ts';

/**
 * From what it is: nothing, the disk of another claim, or something that only others know. Of the latter they also make the
 * volume.
 */
export type DataSource =
  | { readonly type: 'none' | 'foreign' }
  | { readonly type: 'claim'; readonly name: string };

export function dataSourceOf({ spec }: PersistentVolumeClaim): DataSource {
  const source = spec?.dataSourceRef ?? spec?.dataSource;
  if (!source) return { type: 'none' };
  const isClaim = !source.apiGroup && source.kind === 'PersistentVolumeClaim';
  return isClaim ? { type: 'claim', name: source.name } : { type: 'foreign' };
}

/** The claim to be copied, and its volume, as far as they are there. */
export interface Original {
  readonly name: string;
  readonly claim: PersistentVolumeClaim | undefined;
  readonly volume: PersistentVolume | undefined;
}

/** Why the disk of the other claim cannot be copied for this one; undefined when it can. */
export function copyProblem(wanted: PersistentVolumeClaim, original: Original): string | undefined {
  const reason = unfitReason(wanted, original);
  if (reason === undefined) return undefined;
  return `error getting handle for DataSource Type PersistentVolumeClaim by Name ${original.name}: ${reason}`;
}

function unfitReason(
  wanted: PersistentVolumeClaim,
  { claim, name, volume }: Original,
): string | undefined {
  if (!claim) {
    const { namespace } = wanted.metadata;
    return `error getting PVC ${name} (namespace "${namespace}") from api server: persistentvolumeclaims "${name}" not found`;
  }
  const phase = claim.status?.phase;
  if (phase !== 'Bound') {
    return `the PVC DataSource ${name} must have a status of Bound. Got ${phase}`;
  }
  if (claim.metadata.deletionTimestamp) {
    return `the PVC DataSource ${name} is currently being deleted`;
  }
  if (!namesStorageClass(claim)) return `the source PVC (${name}) storageclass cannot be empty`;
  return sizeProblem(wanted, claim) ?? volumeProblem(wanted, name, volume);
}

function sizeProblem(
  wanted: PersistentVolumeClaim,
  { status }: PersistentVolumeClaim,
): string | undefined {
  const size = requestedStorage(wanted);
  const has = status?.capacity?.storage ?? '0';
  if (compareQuantities(size, has) >= 0) return undefined;
  return `error, new PVC request must be greater than or equal in size to the specified PVC data source, requested ${size} but source is ${has}`;
}

function volumeProblem(
  wanted: PersistentVolumeClaim,
  name: string,
  volume: PersistentVolume | undefined,
): string | undefined {
  if (volume?.spec?.csi?.driver !== SIMULATED_DRIVER) {
    return `the source volume ${volume?.metadata.name ?? ''} for PVC ${name} is handled by a different CSI driver than requested by StorageClass`;
  }
  return hasSameMode(volume, wanted)
    ? undefined
    : 'the source PVC and destination PVCs must have the same volume mode for cloning';
}
