/** When the Pods of a tainted Node must go. Pure. */

import { findCondition } from '../../scheme/conditions.ts';
import type { Node, Pod, Taint, Toleration } from '../../scheme/generated/types/core-v1.ts';
import { TAINT_NO_EXECUTE, tolerates } from '../../scheme/taints.ts';
import { CONDITION_POD_SCHEDULED } from '../shared/pods.ts';

export interface EvictionPlanInput {
  readonly node: Node;
  readonly pods: readonly Pod[];
  /** When a taint that does not say so itself was first seen here. */
  readonly seenMs: (taint: Taint) => number;
  readonly nowMs: number;
}

export interface EvictionPlan {
  readonly evict: readonly Pod[];
  /** Pods that must go later. */
  readonly scheduled: readonly Pod[];
  /** How long until the next one must go. */
  readonly nextInMs: number | undefined;
}

export function noExecuteTaints(node: Node): readonly Taint[] {
  return node.spec?.taints?.filter(({ effect }) => effect === TAINT_NO_EXECUTE) ?? [];
}

export function planEvictions(input: EvictionPlanInput): EvictionPlan {
  const taints = noExecuteTaints(input.node);
  const evict: Pod[] = [];
  const scheduled: Pod[] = [];
  let nextMs = Number.POSITIVE_INFINITY;
  for (const pod of taints.length > 0 ? input.pods : []) {
    if (pod.metadata.deletionTimestamp) continue;
    const dueMs = dueTimeMs(pod, taints, input);
    if (dueMs <= input.nowMs) {
      evict.push(pod);
    } else if (dueMs !== Number.POSITIVE_INFINITY) {
      scheduled.push(pod);
      nextMs = Math.min(nextMs, dueMs);
    }
  }
  const nextInMs = nextMs === Number.POSITIVE_INFINITY ? undefined : nextMs - input.nowMs;
  return { evict, scheduled, nextInMs };
}

/** The earliest time at which some taint is tolerated no more: in the past for one that is not tolerated at all. */
function dueTimeMs(pod: Pod, taints: readonly Taint[], { seenMs }: EvictionPlanInput): number {
  let dueMs = Number.POSITIVE_INFINITY;
  for (const taint of taints) {
    const toleration = pod.spec?.tolerations?.find((one: Toleration) => tolerates(one, taint));
    if (!toleration) return Number.NEGATIVE_INFINITY;
    if (toleration.tolerationSeconds === undefined) continue;
    const taintedMs = taint.timeAdded ? Date.parse(taint.timeAdded) : seenMs(taint);
    // A Pod that came later is given its whole time.
    const sinceMs = Math.max(taintedMs, scheduledMs(pod));
    dueMs = Math.min(dueMs, sinceMs + Math.max(0, toleration.tolerationSeconds) * 1000);
  }
  return dueMs;
}

function scheduledMs(pod: Pod): number {
  const scheduled = findCondition(pod.status?.conditions, CONDITION_POD_SCHEDULED);
  const timestamp = scheduled?.lastTransitionTime ?? pod.metadata.creationTimestamp;
  return timestamp ? Date.parse(timestamp) : 0;
}
