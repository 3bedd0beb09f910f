/** The status of a claim on its way to a larger volume. Pure. */

import { removeCondition, setCondition } from '../../scheme/conditions.ts';
import type {
  PersistentVolumeClaim,
  PersistentVolumeClaimStatus,
} from '../../scheme/generated/types/core-v1.ts';
import { requestedStorage } from '../../scheme/storage/volume-matching.ts';

const CONDITION_RESIZING = 'Resizing';
const STATUS_IN_PROGRESS = 'ControllerResizeInProgress';

/** As its driver begins: what is asked for is set aside. @param now RFC 3339 */
export function resizingStatus(
  claim: PersistentVolumeClaim,
  now: string,
): PersistentVolumeClaimStatus {
  const { allocatedResources, allocatedResourceStatuses, conditions } = claim.status ?? {};
  const condition = { type: CONDITION_RESIZING, status: 'True' as const, lastTransitionTime: now };
  return {
    ...claim.status,
    allocatedResources: { ...allocatedResources, storage: requestedStorage(claim) },
    allocatedResourceStatuses: { ...allocatedResourceStatuses, storage: STATUS_IN_PROGRESS },
    conditions: [...setCondition(conditions, condition)],
  };
}

/** Once the volume is as large as is asked for. */
export function resizedStatus(
  claim: PersistentVolumeClaim,
  storage: string,
): PersistentVolumeClaimStatus {
  const { allocatedResourceStatuses, conditions = [], ...rest } = claim.status ?? {};
  const { storage: _, ...others } = allocatedResourceStatuses ?? {};
  const left = removeCondition(conditions, CONDITION_RESIZING);
  return {
    ...rest,
    capacity: { ...rest.capacity, storage },
    ...(left.length > 0 ? { conditions: [...left] } : {}),
    ...(Object.keys(others).length > 0 ? { allocatedResourceStatuses: others } : {}),
  };
}
