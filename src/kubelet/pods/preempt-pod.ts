import type { ApiClient } from '../../apiserver/client.ts';
import type { EventRecorder } from '../../machinery/event-recorder.ts';
import { isApiError } from '../../scheme/errors.ts';
import { corePods } from '../../scheme/generated/resources.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { preemptedPod } from '../stages/preempted-pod.ts';

export interface Preemption {
  readonly client: ApiClient;
  /** Speaks for the node's kubelet. */
  readonly recorder: EventRecorder;
  readonly nowMs: number;
}

/** Ends a Pod to make room for another. Gives the Pod as it is then; undefined when it has changed or gone meanwhile. */
export async function preemptPod(
  pod: Pod,
  { client, nowMs, recorder }: Preemption,
): Promise<Pod | undefined> {
  const { events, status } = preemptedPod(pod, nowMs);
  try {
    await client.update(corePods, { ...pod, status }, { subresource: 'status' });
  } catch (thrown) {
    // Ignored: who wants its room looks again, and finds another state.
    if (isApiError(thrown, 'Conflict', 'NotFound')) return undefined;
    throw thrown;
  }
  for (const note of events) recorder.record(pod, note);
  return { ...pod, status };
}
