import type { ApiClient } from '../../../apiserver/client.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Logger } from '../../../lib/logger.ts';
import type { ActionRecorder } from '../../../machinery/event-recorder.ts';
import { parseGoDuration } from '../../../scheme/duration.ts';
import { isApiError } from '../../../scheme/errors.ts';
import { corePods } from '../../../scheme/generated/resources.ts';
import type { Pod } from '../../../scheme/generated/types/core-v1.ts';
import type { Plugin } from '../../framework.ts';
import type { QueuedPod } from '../../queued-pod.ts';
import { ACTION_SCHEDULING } from '../../report.ts';
import { prioritySort } from '../priority-sort.ts';

/** On a pod: when its work has to be done, as `2026-01-01T00:00:00Z`. */
export const ANNOTATION_DEADLINE = 'scheduling.orrery.dev/deadline';
/** On a pod: how long its work takes, as `10m`. @default 0 */
export const ANNOTATION_DURATION = 'scheduling.orrery.dev/expected-duration';
/** On a pod: `delete` to delete it when its deadline passes before it has a node. */
export const ANNOTATION_EXPIRY_ACTION = 'scheduling.orrery.dev/expiry-action';

export const REASON_DEADLINE_CANNOT_BE_MET = 'DeadlineCannotBeMet';
export const REASON_DEADLINE_EXPIRED = 'DeadlineExpired';

export interface DeadlinesOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly events: ActionRecorder;
  readonly logger: Logger;
}

/**
 * Earliest deadline first within a priority; takes PrioritySort's place. A pod that has no node when its work ought to begin
 * gets a warning, and when its deadline has passed another, and is deleted if it says so.
 */
export function createDeadlines(options: DeadlinesOptions): Plugin {
  const watch = new DeadlineWatch(options);
  return {
    name: 'Deadlines',
    queueSort: compare,
    preEnqueue(pod) {
      watch.add(pod);
      return undefined;
    },
  };
}

function compare(a: QueuedPod, b: QueuedPod): number {
  const byPriority = b.info.priority - a.info.priority;
  if (byPriority !== 0) return byPriority;
  const [first, second] = [deadlineOf(a.info.pod), deadlineOf(b.info.pod)];
  if (first !== second) return first < second ? -1 : 1;
  return prioritySort.queueSort?.(a, b) ?? 0;
}

/** In milliseconds since the epoch; infinite without one. */
function deadlineOf({ metadata }: Pod): number {
  const ms = Date.parse(metadata.annotations?.[ANNOTATION_DEADLINE] ?? '');
  return Number.isNaN(ms) ? Number.POSITIVE_INFINITY : ms;
}

function durationOf({ metadata }: Pod): number {
  return Math.max(0, parseGoDuration(metadata.annotations?.[ANNOTATION_DURATION] ?? '') ?? 0);
}

class DeadlineWatch {
  readonly #options: DeadlinesOptions;
  /** By uid: the pods whose time is being watched. */
  readonly #watched = new Set<string>();

  constructor(options: DeadlinesOptions) {
    this.#options = options;
  }

  add(pod: Pod): void {
    const deadlineMs = deadlineOf(pod);
    const { uid = '' } = pod.metadata;
    if (deadlineMs === Number.POSITIVE_INFINITY || this.#watched.has(uid)) return;
    this.#watched.add(uid);
    const startMs = deadlineMs - durationOf(pod);
    this.#at(startMs, pod, (waiting) => this.#warn(waiting, deadlineMs));
    this.#at(deadlineMs, pod, (waiting) => this.#expire(waiting));
  }

  /** Calls `act` at the time, if the pod has no node then. */
  #at(timeMs: number, pod: Pod, act: (waiting: Pod) => Promise<void> | void): void {
    const { clock, logger } = this.#options;
    clock.setTimer(Math.max(0, timeMs - clock.now()), () => {
      this.#ifWaiting(pod, act).catch((error) =>
        logger.warn('deadline was not seen to', { pod: pod.metadata.name, error }),
      );
    });
  }

  async #ifWaiting(
    { metadata: { namespace, name = '', uid } }: Pod,
    act: (waiting: Pod) => Promise<void> | void,
  ): Promise<void> {
    try {
      const pod = await this.#options.client.get(corePods, { namespace, name });
      if (pod.metadata.uid === uid && !pod.spec?.nodeName) await act(pod);
    } catch (thrown) {
      if (!isApiError(thrown, 'NotFound', 'Conflict')) throw thrown;
    }
  }

  #warn(pod: Pod, deadlineMs: number): void {
    const deadline = new Date(deadlineMs).toISOString();
    this.#options.events.record(pod, {
      type: 'Warning',
      reason: REASON_DEADLINE_CANNOT_BE_MET,
      action: ACTION_SCHEDULING,
      message: `The Pod has no node yet, and its work would not be done by ${deadline}`,
    });
  }

  async #expire(pod: Pod): Promise<void> {
    const { name = '', namespace, uid = '', annotations } = pod.metadata;
    this.#watched.delete(uid);
    const isDeleted = annotations?.[ANNOTATION_EXPIRY_ACTION] === 'delete';
    this.#options.events.record(pod, {
      type: 'Warning',
      reason: REASON_DEADLINE_EXPIRED,
      action: ACTION_SCHEDULING,
      message: `The deadline passed before the Pod had a node${isDeleted ? '; it is deleted' : ''}`,
    });
    if (!isDeleted) return;
    await this.#options.client.delete(corePods, { namespace, name }, { preconditions: { uid } });
  }
}
