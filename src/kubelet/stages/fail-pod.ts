import { toRfc3339 } from '../../lib/clock.ts';
import { setCondition } from '../../scheme/conditions.ts';
import type { Pod, PodCondition } from '../../scheme/generated/types/core-v1.ts';
import type { PodTransition } from '../stage.ts';
import type { Ending } from '../status/container-status.ts';
import { stopContainers } from './stop-containers.ts';

/** Why the kubelet gives a Pod up. */
export interface Failure {
  readonly reason: string;
  readonly message: string;
  /** How its containers end. */
  readonly ending: number | Ending;
}

/** The Pod, stopped and failed by its kubelet: whoever counts disruptions sees that it was not the Pod's own fault. */
export function failPod(
  pod: Pod,
  { ending, message, reason }: Failure,
  nowMs: number,
): Required<Pick<PodTransition, 'status' | 'events'>> {
  const { events, status } = stopContainers(pod, nowMs, ending, {
    others: { phase: 'Failed', reason, message },
  });
  const target: PodCondition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'TerminationByKubelet',
    message,
    lastTransitionTime: toRfc3339(nowMs),
  };
  return {
    status: { ...status, conditions: [...setCondition(status.conditions, target)] },
    events,
  };
}
