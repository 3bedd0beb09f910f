import { toRfc3339 } from '../../lib/clock.ts';
import { setCondition } from '../../scheme/conditions.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { CONDITION_DISRUPTION_TARGET } from '../shared/pods.ts';

export const REASON_DELETION_BY_TAINT_MANAGER = 'DeletionByTaintManager';

/** The Pod with the reason why it is about to be deleted; the same object when it tells already. Pure. */
export function withDisruptionTarget(pod: Pod, nowMs: number): Pod {
  const before = pod.status?.conditions ?? [];
  const conditions = setCondition(before, {
    type: CONDITION_DISRUPTION_TARGET,
    status: 'True',
    reason: REASON_DELETION_BY_TAINT_MANAGER,
    message: 'Taint manager: deleting due to NoExecute taint',
    lastTransitionTime: toRfc3339(nowMs),
  });
  if (conditions === before) return pod;
  return { ...pod, status: { ...pod.status, conditions: [...conditions] } };
}
