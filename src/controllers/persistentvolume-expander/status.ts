/** The status of a claim on its way to a larger volume. Pure. */
import { removeCondition, setCondition } from '../../scheme/conditions.ts';
import type {
  PersistentVolumeClaim,
  PersistentVolumeClaimStatus,
} from '../../scheme/generated/types/core-v1.ts';
import { compareQuantities } from '../../scheme/quantity.ts';

const CONDITION_RESIZING = 'Resizing';
export const CONDITION_ERROR = 'ControllerResizeError';
const STATUS_IN_PROGRESS = 'ControllerResizeInProgress';
export const STATUS_INFEASIBLE = 'ControllerResizeInfeasible';

/**
 * As its driver begins: what is asked for is set aside. Another attempt at the same leaves the status as it is.
 * @param now RFC 3339
 */
export function resizingStatus(
  { status }: PersistentVolumeClaim,
  storage: string,
  now: string,
): PersistentVolumeClaimStatus {
  const { allocatedResources, allocatedResourceStatuses, conditions } = status ?? {};
  const isKnown =
    allocatedResourceStatuses?.storage !== undefined &&
    compareQuantities(allocatedResources?.storage ?? '0', storage) === 0;
  if (status && isKnown) return status;
  const condition = { type: CONDITION_RESIZING, status: 'True' as const, lastTransitionTime: now };
  return {
    ...status,
    allocatedResources: { ...allocatedResources, storage },
    allocatedResourceStatuses: { ...allocatedResourceStatuses, storage: STATUS_IN_PROGRESS },
    conditions: [...setCondition(conditions, condition)],
  };
}

/** When its driver could not, and whether it ever will. @param now RFC 3339 */
export function failedStatus(
  { status }: PersistentVolumeClaim,
  { isInfeasible, message }: { readonly isInfeasible: boolean; readonly message: string },
  now: string,
): PersistentVolumeClaimStatus {
  const condition = {
    type: CONDITION_ERROR,
    status: 'True' as const,
    lastTransitionTime: now,
    message: `failed to expand pvc with ${message}`,
  };
  // The time is that of the last failure: from then on it is waited.
  const others = removeCondition(status?.conditions ?? [], CONDITION_ERROR);
  const progress = isInfeasible ? STATUS_INFEASIBLE : STATUS_IN_PROGRESS;
  return {
    ...status,
    allocatedResourceStatuses: { ...status?.allocatedResourceStatuses, storage: progress },
    conditions: [...others, condition],
  };
}

/** Once the volume is as large as is asked for. */
export function resizedStatus(
  claim: PersistentVolumeClaim,
  storage: string,
): PersistentVolumeClaimStatus {
  const { allocatedResourceStatuses, conditions = [], ...rest } = claim.status ?? {};
  const { storage: _, ...others } = allocatedResourceStatuses ?? {};
  const left = removeCondition(removeCondition(conditions, CONDITION_RESIZING), CONDITION_ERROR);
  return {
    ...rest,
    capacity: { ...rest.capacity, storage },
    ...(left.length > 0 ? { conditions: [...left] } : {}),
    ...(Object.keys(others).length > 0 ? { allocatedResourceStatuses: others } : {}),
  };
}
