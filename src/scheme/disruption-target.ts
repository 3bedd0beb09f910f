import { toRfc3339 } from '../lib/clock.ts';
import { observedBy, setCondition } from './conditions.ts';
import type { Pod } from './generated/types/core-v1.ts';

/** The condition of a Pod that is about to be ended by others, and not by its own doing. */
export const CONDITION_DISRUPTION_TARGET = 'DisruptionTarget';

/** Why a Pod is to go, as its condition says it. */
export interface Disruption {
  readonly reason: string;
  readonly message: string;
}

/** The Pod with the reason why it is about to go; the same object when it tells already. Pure. */
export function withDisruptionTarget(pod: Pod, disruption: Disruption, nowMs: number): Pod {
  const before = pod.status?.conditions ?? [];
  const conditions = setCondition(before, {
    type: CONDITION_DISRUPTION_TARGET,
    status: 'True',
    ...disruption,
    lastTransitionTime: toRfc3339(nowMs),
    ...observedBy(pod),
  });
  if (conditions === before) return pod;
  return { ...pod, status: { ...pod.status, conditions: [...conditions] } };
}
