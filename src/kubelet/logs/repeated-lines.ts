import type { Clock } from '../../lib/clock.ts';
import type { ContainerLog } from '../../lib/container-log.ts';
import { DelayQueue } from '../../machinery/delay-queue.ts';
import type { ContainerStatus, Pod } from '../../scheme/generated/types/core-v1.ts';
import type { NamespacedKey } from '../../scheme/object.ts';
import { ANNOTATION_LOG_EVERY, declaredLines, declaredLogEveryMs } from '../annotations.ts';
import { statusesOf } from '../status/container-slots.ts';
import { declaredLinesAt } from './lines-of-transition.ts';

interface Plan {
  readonly pod: Pod;
  readonly dueMs: number;
}

/** A running container that prints its lines every so often. */
interface Repetition {
  readonly status: ContainerStatus;
  readonly startedMs: number;
  readonly everyMs: number;
}

/**
 * Lets containers print their lines again, at whole intervals since their start: it follows from the Pod alone when that is,
 * so that several kubelet processes write the very same lines, which the log keeps once. A Pod that declares no interval
 * costs a look at its annotations.
 */
export class RepeatedLines {
  readonly #clock: Clock;
  readonly #log: ContainerLog;
  readonly #delays: DelayQueue;
  readonly #plans = new Map<NamespacedKey, Plan>();

  constructor(clock: Clock, log: ContainerLog) {
    this.#clock = clock;
    this.#log = log;
    this.#delays = new DelayQueue(clock, (keys) => {
      for (const key of keys) this.#print(key);
    });
  }

  /** Takes note of what the Pod is now. */
  observe(key: NamespacedKey, pod: Pod): void {
    this.forget(key);
    const repetitions = repetitionsOf(pod);
    if (repetitions.length === 0) return;
    const nowMs = this.#clock.now();
    const dueMs = Math.min(...repetitions.map((repetition) => nextMs(repetition, nowMs)));
    this.#plans.set(key, { pod, dueMs });
    this.#delays.schedule(key, dueMs - nowMs);
  }

  /** Nothing is printed for the Pod any more. */
  forget(key: NamespacedKey): void {
    if (this.#plans.delete(key)) this.#delays.cancel(key);
  }

  /** Forgets everything. */
  clear(): void {
    this.#delays.clear();
    this.#plans.clear();
  }

  /** Times that passed while this process slept are left out. */
  #print(key: NamespacedKey): void {
    const plan = this.#plans.get(key);
    if (!plan) return;
    const { dueMs, pod } = plan;
    for (const { everyMs, startedMs, status } of repetitionsOf(pod)) {
      if ((dueMs - startedMs) % everyMs !== 0) continue;
      for (const line of declaredLinesAt(pod, status, dueMs)) this.#log.write(line);
    }
    this.observe(key, pod);
  }
}

/** The first whole interval after `nowMs`. */
function nextMs({ everyMs, startedMs }: Repetition, nowMs: number): number {
  const passed = Math.floor((nowMs - startedMs) / everyMs);
  return startedMs + (Math.max(0, passed) + 1) * everyMs;
}

function repetitionsOf(pod: Pod): Repetition[] {
  const repetitions: Repetition[] = [];
  if (!declaresInterval(pod)) return repetitions;
  for (const status of statusesOf(pod.status)) {
    const everyMs = declaredLogEveryMs(pod, status.name);
    const startedAt = status.state?.running?.startedAt;
    if (everyMs === undefined || startedAt === undefined) continue;
    if (declaredLines(pod, status.name).length === 0) continue;
    repetitions.push({ status, everyMs, startedMs: Date.parse(startedAt) });
  }
  return repetitions;
}

function declaresInterval({ metadata }: Pod): boolean {
  for (const annotation in metadata.annotations) {
    if (annotation.startsWith(ANNOTATION_LOG_EVERY)) return true;
  }
  return false;
}
