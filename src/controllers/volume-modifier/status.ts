/** The status of a claim on its way to other attributes. Pure. */
import { removeCondition, setCondition } from '../../scheme/conditions.ts';
import type {
  PersistentVolumeClaim,
  PersistentVolumeClaimStatus,
} from '../../scheme/generated/types/core-v1.ts';

const CONDITION_MODIFYING = 'ModifyingVolume';
const CONDITION_ERROR = 'ModifyVolumeError';

type ClaimStatus = PersistentVolumeClaimStatus;

/** While the class is not there. */
export function pendingStatus(claim: PersistentVolumeClaim, target: string): ClaimStatus {
  return statusOf(claim, { status: 'Pending', target });
}

/** As the driver begins. @param now RFC 3339 */
export function modifyingStatus(
  claim: PersistentVolumeClaim,
  target: string,
  now: string,
): ClaimStatus {
  const message = 'ModifyVolume operation in progress.';
  const condition = { type: CONDITION_MODIFYING, message, now };
  return statusOf(claim, { status: 'InProgress', target, condition });
}

/** When the driver cannot. @param now RFC 3339 */
export function refusedStatus(
  claim: PersistentVolumeClaim,
  {
    message,
    now,
    target,
  }: { readonly target: string; readonly message: string; readonly now: string },
): ClaimStatus {
  const text = `ModifyVolume failed with error: ${message}. Waiting for retry.`;
  const condition = { type: CONDITION_ERROR, message: text, now };
  return statusOf(claim, { status: 'Infeasible', target, condition });
}

/** Once the disk has the attributes `current`. */
export function settledStatus(
  claim: PersistentVolumeClaim,
  current: string | undefined,
): ClaimStatus {
  const { modifyVolumeStatus: _, ...rest } = unconditioned(claim);
  return current ? { ...rest, currentVolumeAttributesClassName: current } : rest;
}

interface Progress {
  readonly status: 'InProgress' | 'Infeasible' | 'Pending';
  readonly target: string;
  readonly condition?: { readonly type: string; readonly message: string; readonly now: string };
}

/** The status there is where it says so. */
function statusOf(
  claim: PersistentVolumeClaim,
  { condition, status, target }: Progress,
): ClaimStatus {
  const before = claim.status ?? {};
  const known = before.modifyVolumeStatus;
  const isKnown = known?.status === status && known.targetVolumeAttributesClassName === target;
  if (isKnown) return before;
  const next: ClaimStatus = {
    ...unconditioned(claim),
    modifyVolumeStatus: { status, targetVolumeAttributesClassName: target },
  };
  if (!condition) return next;
  const { message, now, type } = condition;
  const own = { type, status: 'True' as const, message, lastTransitionTime: now };
  return { ...next, conditions: [...setCondition(next.conditions, own)] };
}

/** The status without what it says of other attempts. */
function unconditioned({ status }: PersistentVolumeClaim): ClaimStatus {
  const { conditions = [], ...rest } = status ?? {};
  const left = removeCondition(removeCondition(conditions, CONDITION_MODIFYING), CONDITION_ERROR);
  return left.length > 0 ? { ...rest, conditions: [...left] } : rest;
}
