import { toRfc3339 } from '../lib/clock.ts';
import { toError } from '../lib/errors.ts';
import type { ControllerContext } from '../machinery/controller.ts';
import { observedBy, setCondition } from '../scheme/conditions.ts';
import { isApiError } from '../scheme/errors.ts';
import { corePods } from '../scheme/generated/resources.ts';
import type { Pod, PodCondition } from '../scheme/generated/types/core-v1.ts';
import { keyOf } from '../scheme/object.ts';
import type { PluginHandle } from './plugin-handle.ts';

export const REASON_UNSCHEDULABLE = 'Unschedulable';
export const REASON_SCHEDULER_ERROR = 'SchedulerError';
export const REASON_FAILED_SCHEDULING = 'FailedScheduling';
export const ACTION_SCHEDULING = 'Scheduling';

/** What became of a pod that no node took. */
export interface Failure {
  readonly message: string;
  /** @default no node takes the pod */
  readonly reason?: typeof REASON_UNSCHEDULABLE | typeof REASON_SCHEDULER_ERROR;
  /** Where room is being made for it. */
  readonly nominatedNodeName: string | undefined;
}

/** Tells the user why the pod waits: the `PodScheduled` condition and a Warning event. Nothing is written twice. */
export async function reportUnschedulable(
  { client, events, clock }: Pick<PluginHandle, 'client' | 'events' | 'clock'>,
  pod: Pod,
  failure: Failure,
): Promise<void> {
  const { message } = failure;
  events.record(pod, {
    type: 'Warning',
    reason: REASON_FAILED_SCHEDULING,
    action: ACTION_SCHEDULING,
    message,
  });
  const next = withFailure(pod, failure, toRfc3339(clock.now()));
  if (!next) return;
  try {
    await client.update(corePods, next, { subresource: 'status' });
  } catch (thrown) {
    // The pod changed or went meanwhile: its next attempt reports anew, from its newer state.
    if (!isApiError(thrown, 'Conflict', 'NotFound')) throw thrown;
  }
}

/** The pod with its status set, or undefined when it says so already. */
export function withFailure(
  pod: Pod,
  { message, nominatedNodeName, reason = REASON_UNSCHEDULABLE }: Failure,
  now: string,
): Pod | undefined {
  const current = pod.status?.conditions;
  const conditions = setCondition<PodCondition>(current, {
    type: 'PodScheduled',
    status: 'False',
    reason,
    message,
    lastTransitionTime: now,
    ...observedBy(pod),
  });
  const isNominated = pod.status?.nominatedNodeName === nominatedNodeName;
  if (conditions === current && isNominated) return undefined;
  const { nominatedNodeName: _, ...status } = pod.status ?? {};
  return {
    ...pod,
    status: {
      ...status,
      conditions: [...(conditions ?? [])],
      ...(nominatedNodeName ? { nominatedNodeName } : {}),
    },
  };
}

/**
 * Tells others, those that add nodes above all, where a pod is going whose binding has to wait for something. It goes there all
 * the same when that cannot be written.
 */
export async function reportExpectedNode(
  { client, logger }: Pick<ControllerContext, 'client' | 'logger'>,
  pod: Pod,
  nodeName: string,
): Promise<void> {
  if (pod.status?.nominatedNodeName === nodeName) return;
  const next: Pod = { ...pod, status: { ...pod.status, nominatedNodeName: nodeName } };
  try {
    await client.update(corePods, next, { subresource: 'status' });
  } catch (thrown) {
    // Of a pod that changed, went, or has its node meanwhile there is nothing to tell.
    if (isApiError(thrown, 'Conflict', 'NotFound')) return;
    logger.warn('where a pod is expected is not told', { pod: keyOf(pod), error: toError(thrown) });
  }
}
