import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import type { PodTransition } from '../stage.ts';
import { failPod } from './fail-pod.ts';
import { stoppedCode } from './pod-terminate.ts';

const REASON_PREEMPTING = 'Preempting';
const MESSAGE = 'Preempted in order to admit critical pod';
const DISRUPTION_MESSAGE = 'Pod was preempted by Kubelet to accommodate a critical pod.';

/** The Pod, ended by its kubelet in favour of a critical one. */
export function preemptedPod(
  pod: Pod,
  nowMs: number,
): Required<Pick<PodTransition, 'events' | 'status'>> {
  const ending = stoppedCode(pod);
  const disruption = DISRUPTION_MESSAGE;
  const failure = { reason: REASON_PREEMPTING, message: MESSAGE, ending, disruption };
  const { events, status } = failPod(pod, failure, nowMs);
  const note = { type: 'Warning', reason: REASON_PREEMPTING, message: MESSAGE } as const;
  return { status, events: [note, ...events] };
}
