import type { Pod, Service } from '../../scheme/generated/types/core-v1.ts';
import { podReadyCondition } from './pods.ts';

/** When that happened which the last change of the endpoints tells: who measures how late proxies are reads it. */
export const ANNOTATION_TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';

/** Times as they are written, which sort as they pass. */
interface Seen {
  readonly service: string;
  readonly pods: ReadonlyMap<string, string>;
}

/** Remembers what changes of Services and Pods have been seen, to tell of the earliest that is new. */
export class TriggerTimes {
  readonly #seen = new Map<string, Seen>();

  /** @returns undefined when nothing of it has a time that is new; of a Service that is new, when it was made */
  next(key: string, service: Service, pods: readonly Pod[]): string | undefined {
    const before = this.#seen.get(key);
    const now: Seen = { service: service.metadata.creationTimestamp ?? '', pods: timesOf(pods) };
    this.#seen.set(key, now);
    if (!before) return now.service || undefined;
    let earliest = now.service > before.service ? now.service : undefined;
    for (const [name, time] of now.pods) {
      const isNew = time > (before.pods.get(name) ?? '');
      if (isNew && (earliest === undefined || time < earliest)) earliest = time;
    }
    return earliest;
  }

  /** The Service is gone. */
  forget(key: string): void {
    this.#seen.delete(key);
  }
}

/** A Pod changes its endpoint when it becomes ready and when it ceases to be. */
function timesOf(pods: readonly Pod[]): ReadonlyMap<string, string> {
  const times = new Map<string, string>();
  for (const pod of pods) {
    const time = podReadyCondition(pod)?.lastTransitionTime;
    if (time) times.set(pod.metadata.name ?? '', time);
  }
  return times;
}

/** The annotations with the time; undefined where there are none. @param time undefined removes it */
export function withTriggerTime(
  annotations: Readonly<Record<string, string>> | undefined,
  time: string | undefined,
): Record<string, string> | undefined {
  const { [ANNOTATION_TRIGGER_TIME]: _before, ...others } = annotations ?? {};
  if (time !== undefined) return { ...others, [ANNOTATION_TRIGGER_TIME]: time };
  return Object.keys(others).length > 0 ? others : undefined;
}
