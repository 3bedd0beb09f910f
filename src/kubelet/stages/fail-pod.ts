import { withDisruptionTarget } from '../../scheme/disruption-target.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import type { PodTransition } from '../stage.ts';
import type { Ending } from '../status/container-status.ts';
import { stopContainers } from './stop-containers.ts';

const REASON_TERMINATION_BY_KUBELET = 'TerminationByKubelet';

/** Why the kubelet gives a Pod up. */
export interface Failure {
  readonly reason: string;
  readonly message: string;
  /** How its containers end. */
  readonly ending: number | Ending;
  /** What its condition DisruptionTarget says. @default the message */
  readonly disruption?: string;
}

/** The Pod, stopped and failed by its kubelet: whoever counts disruptions sees that it was not the Pod's own fault. */
export function failPod(
  pod: Pod,
  { ending, message, reason, disruption: told = message }: Failure,
  nowMs: number,
): Required<Pick<PodTransition, 'status' | 'events'>> {
  const { events, status } = stopContainers(pod, nowMs, ending, {
    others: { phase: 'Failed', reason, message },
  });
  const disruption = { reason: REASON_TERMINATION_BY_KUBELET, message: told };
  const marked = withDisruptionTarget({ ...pod, status }, disruption, nowMs);
  return { status: marked.status ?? status, events };
}
