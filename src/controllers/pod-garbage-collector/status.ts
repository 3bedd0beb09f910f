import { toRfc3339 } from '../../lib/clock.ts';
import { setCondition } from '../../scheme/conditions.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { CONDITION_DISRUPTION_TARGET, isPodTerminal } from '../shared/pods.ts';
import { type Cause, REASON_DELETION_BY_POD_GC } from './plan.ts';

/** The Pod as Failed, so that its controller counts it as lost; the same object when it has ended anyway. Pure. */
export function asFailed(pod: Pod, cause: Cause, nowMs: number): Pod {
  if (isPodTerminal(pod)) return pod;
  const before = pod.status?.conditions ?? [];
  const conditions =
    cause === 'orphaned'
      ? setCondition(before, {
          type: CONDITION_DISRUPTION_TARGET,
          status: 'True',
          reason: REASON_DELETION_BY_POD_GC,
          message: 'PodGC: node no longer exists',
          lastTransitionTime: toRfc3339(nowMs),
        })
      : before;
  return { ...pod, status: { ...pod.status, phase: 'Failed', conditions: [...conditions] } };
}
