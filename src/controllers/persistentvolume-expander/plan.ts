/** Whether a claim's volume has to grow, and who does it. Pure. */
import type { EventNote } from '../../machinery/event-recorder.ts';
import { findCondition } from '../../scheme/conditions.ts';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../scheme/generated/types/core-v1.ts';
import { compareQuantities } from '../../scheme/quantity.ts';
import { ANNOTATION_STORAGE_RESIZER } from '../../scheme/storage/annotations.ts';
import { migratedDriver, migratedPluginOf } from '../../scheme/storage/migrated-plugins.ts';
import { SIMULATED_DRIVER } from '../../scheme/storage/simulated-driver.ts';
import { capacityOf, requestedStorage } from '../../scheme/storage/volume-matching.ts';
import { INFEASIBLE_RETRY_MS } from '../shared/simulated-disks.ts';
import { CONDITION_ERROR, STATUS_INFEASIBLE } from './status.ts';

const REASON_EXTERNAL_EXPANDING = 'ExternalExpanding';
const WAITING = 'waiting for an external controller to expand this PVC';

/** Whether a bound claim asks for more than it has. */
export function wantsMore({ metadata, spec, status }: PersistentVolumeClaim): boolean {
  if (metadata.deletionTimestamp || status?.phase !== 'Bound') return false;
  const wanted = spec?.resources?.requests?.storage;
  return wanted !== undefined && compareQuantities(wanted, status.capacity?.storage ?? '0') > 0;
}

export type ExpansionPlan =
  /** The driver of simulated disks does it: first the volume, unless it is large enough, then the claim. */
  | { readonly type: 'resize'; readonly storage: string; readonly growsVolume: boolean }
  /** Another driver does it, if any does. `claim` is written first where it does not say which. */
  | { readonly type: 'wait'; readonly note: EventNote; readonly claim?: PersistentVolumeClaim }
  /** The volume is not this claim's. */
  | { readonly type: 'leave' };

export function planExpansion(
  claim: PersistentVolumeClaim,
  volume: PersistentVolume,
): ExpansionPlan {
  if (volume.spec?.claimRef?.uid !== claim.metadata.uid) return { type: 'leave' };
  const driver = volume.spec?.csi?.driver;
  if (driver === SIMULATED_DRIVER) return planResize(claim, volume);
  const plugin = migratedPluginOf(volume);
  if (plugin) return planMigrated(claim, plugin);
  // Nobody is known who could; whoever comes and can is not in the way of that.
  const type = driver === undefined ? 'Warning' : 'Normal';
  return { type: 'wait', note: { type, reason: REASON_EXTERNAL_EXPANDING, message: WAITING } };
}

function planResize(claim: PersistentVolumeClaim, volume: PersistentVolume): ExpansionPlan {
  const wanted = requestedStorage(claim);
  const has = capacityOf(volume);
  const growsVolume = compareQuantities(has, wanted) < 0;
  return { type: 'resize', growsVolume, storage: growsVolume ? wanted : has };
}

function planMigrated(claim: PersistentVolumeClaim, plugin: string): ExpansionPlan {
  const message = `CSI migration enabled for ${plugin}; waiting for external resizer to expand the pvc`;
  const note: EventNote = { type: 'Normal', reason: REASON_EXTERNAL_EXPANDING, message };
  const { annotations } = claim.metadata;
  const driver = migratedDriver(plugin) ?? '';
  if (annotations?.[ANNOTATION_STORAGE_RESIZER] === driver) return { type: 'wait', note };
  const asking = { ...annotations, [ANNOTATION_STORAGE_RESIZER]: driver };
  return {
    type: 'wait',
    note,
    claim: { ...claim, metadata: { ...claim.metadata, annotations: asking } },
  };
}

/**
 * How long the next attempt is to wait: where the last one could not grow the volume to the same size, and nothing says that
 * the next could. Another size is tried at once.
 */
export function retryDelayMs(
  { status = {} }: PersistentVolumeClaim,
  storage: string,
  nowMs: number,
): number {
  const { allocatedResources, allocatedResourceStatuses, conditions } = status;
  const tried = allocatedResources?.storage ?? '0';
  const isInfeasible = allocatedResourceStatuses?.storage === STATUS_INFEASIBLE;
  if (!isInfeasible || compareQuantities(tried, storage) !== 0) return 0;
  const { lastTransitionTime = '' } = findCondition(conditions, CONDITION_ERROR) ?? {};
  const failedMs = Date.parse(lastTransitionTime);
  return Number.isNaN(failedMs) ? 0 : Math.max(0, failedMs + INFEASIBLE_RETRY_MS - nowMs);
}
