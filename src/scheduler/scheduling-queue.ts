import { exponentialBackoffMs } from '../lib/backoff.ts';
import type { Clock } from '../lib/clock.ts';
import { Heap } from '../lib/heap.ts';
import type { Pod } from '../scheme/generated/types/core-v1.ts';
import type { NamespacedKey } from '../scheme/object.ts';
import { type ClusterEvent, DEFAULT_SCHEDULER_NAME, type Profile } from './framework.ts';
import { type PodInfo, toPodInfo } from './pod-info.ts';
import type { QueuedPod } from './queued-pod.ts';

/** How long a pod waits after a failed attempt: longer with each, up to the most. */
export interface QueueBackoff {
  readonly baseMs: number;
  readonly maxMs: number;
}

/** Kubernetes' podInitialBackoffSeconds and podMaxBackoffSeconds. */
const DEFAULT_BACKOFF: QueueBackoff = { baseMs: 1_000, maxMs: 10_000 };
/** A pod that no event has moved is tried again after this long all the same (podMaxInUnschedulablePodsDuration). */
export const UNSCHEDULABLE_TIMEOUT_MS = 300_000;

const NO_PLUGINS: ReadonlySet<string> = new Set();
const NOBODY: ReadonlySet<QueuedPod> = new Set();
/** Stands for the plugins of a pod that none rejected. */
const NO_PLUGIN = '';

export interface SchedulingQueueOptions {
  /** Who rejects pods and who orders them: every profile has the same plugin for that. */
  readonly profiles: readonly Profile[];
  readonly clock: Clock;
  /** @default 1 to 10 seconds */
  readonly backoff?: QueueBackoff;
}

/**
 * The pods that want a node. Each is in one place:
 *
 * - `gated`: a preEnqueue plugin keeps it out; only its own update lets it in.
 * - `active`: to be tried now, in the order of the queueSort plugin.
 * - `backoff`: to be tried when its backoff is over.
 * - `unschedulable`: no node took it; an event that one of the rejecting plugins thinks helpful moves it to `active`, or to
 *   `backoff` while that lasts.
 * - `none`: popped; the caller places it, gives it back or lets it go.
 */
export class SchedulingQueue {
  readonly #clock: Clock;
  readonly #profiles: readonly Profile[];
  readonly #pods = new Map<NamespacedKey, QueuedPod>();
  readonly #active: Heap<QueuedPod>;
  readonly #backoff = new Heap<QueuedPod>(
    (a, b) => this.#backoffEndsMs(a) - this.#backoffEndsMs(b),
  );
  readonly #backoffTimes: QueueBackoff;
  #events = 0;
  readonly #unschedulable = new Set<QueuedPod>();
  /** The unschedulable pods by the plugins that rejected them: an event looks at those alone that it could help. */
  readonly #rejected = new Map<string, Set<QueuedPod>>();

  constructor({ profiles, clock, backoff = DEFAULT_BACKOFF }: SchedulingQueueOptions) {
    this.#backoffTimes = backoff;
    this.#profiles = profiles;
    this.#clock = clock;
    const sort = profiles[0]?.plugins.find((plugin) => plugin.queueSort);
    if (!sort) throw new Error('a profile needs one plugin that sorts the queue');
    this.#active = new Heap((a, b) => sort.queueSort?.(a, b) ?? 0);
  }

  /** How many pods wait, wherever. */
  get size(): number {
    return this.#pods.size;
  }

  /** How many pods wait in each place. */
  counts(): Readonly<Record<QueuedPod['place'], number>> {
    const counts = { gated: 0, active: 0, backoff: 0, unschedulable: 0, none: 0 };
    for (const { place } of this.#pods.values()) counts[place]++;
    return counts;
  }

  /** A pod without a node appeared or changed. A change of its spec or labels lets it be tried at once. */
  set(pod: Pod): QueuedPod {
    const info = toPodInfo(pod);
    const known = this.#pods.get(info.key);
    if (known?.info.uid !== info.uid) return this.#enter(info);
    this.#update(known, info);
    return known;
  }

  /** Whether the pod is still the one that was popped. */
  holds(queued: QueuedPod): boolean {
    return this.#pods.get(queued.info.key) === queued;
  }

  has(key: NamespacedKey): boolean {
    return this.#pods.has(key);
  }

  #enter(info: PodInfo): QueuedPod {
    this.delete(info.key);
    const queued: QueuedPod = {
      info,
      queuedAtMs: this.#clock.now(),
      attempts: 0,
      failedAtMs: 0,
      rejectedBy: NO_PLUGINS,
      place: 'none',
    };
    this.#pods.set(info.key, queued);
    this.#admit(queued);
    return queued;
  }

  /** The pod is gone, has a node, or has ended. */
  delete(key: NamespacedKey): void {
    const queued = this.#pods.get(key);
    if (!queued) return;
    this.#pods.delete(key);
    this.#leaveUnschedulable(queued);
    // The heaps drop it when it comes up: see #next.
    queued.place = 'none';
  }

  /** The next pod to try, or undefined when none is active. */
  pop(): QueuedPod | undefined {
    const queued = this.#next(this.#active, 'active');
    if (queued) {
      queued.place = 'none';
      queued.attempts++;
    }
    return queued;
  }

  get hasActive(): boolean {
    for (let top = this.#active.peek(); top; top = this.#active.peek()) {
      if (this.#isIn(top, 'active')) return true;
      this.#active.pop();
    }
    return false;
  }

  /** No node took the pod; `rejectedBy` names the plugins that said no. */
  addUnschedulable(queued: QueuedPod, rejectedBy: ReadonlySet<string>): void {
    if (this.#pods.get(queued.info.key) !== queued) return;
    queued.failedAtMs = this.#clock.now();
    queued.rejectedBy = rejectedBy;
    queued.place = 'unschedulable';
    this.#unschedulable.add(queued);
    for (const name of namesOf(queued)) {
      const pods = this.#rejected.get(name);
      if (pods) pods.add(queued);
      else this.#rejected.set(name, new Set([queued]));
    }
  }

  /** Something went wrong that is not the pod's fault: it is tried again after its backoff. */
  addBackoff(queued: QueuedPod): void {
    if (this.#pods.get(queued.info.key) !== queued) return;
    this.#leaveUnschedulable(queued);
    queued.failedAtMs = this.#clock.now();
    this.#toBackoff(queued);
  }

  /** How many events there were: whoever decides over a while sees by it whether something happened. */
  get eventCount(): number {
    return this.#events;
  }

  /** Moves the unschedulable pods that `event` could help, but for those that `skips` leaves out. */
  onEvent(event: ClusterEvent, skips: (pod: PodInfo) => boolean = () => false): void {
    this.#events++;
    if (this.#unschedulable.size === 0) return;
    for (const { schedulerName, plugins } of this.#profiles) {
      for (const plugin of plugins) {
        if (!plugin.helpedBy?.includes(event.type)) continue;
        const helps = ({ info }: QueuedPod) =>
          !skips(info) && (plugin.couldHelp?.(event, info) ?? true);
        this.#retryRejected(`${schedulerName}/${plugin.name}`, helps);
      }
    }
    // A pod that no plugin rejected found no nodes at all: any event may help.
    this.#retryRejected(NO_PLUGIN, () => true);
  }

  #retryRejected(rejectedBy: string, helps: (queued: QueuedPod) => boolean): void {
    for (const queued of this.#rejected.get(rejectedBy) ?? NOBODY) {
      if (helps(queued)) this.#retry(queued);
    }
  }

  /** Lets waiting pods be tried at once, because a plugin knows that they can go now. */
  activate(keys: Iterable<NamespacedKey>): void {
    for (const key of keys) {
      const queued = this.#pods.get(key);
      if (queued?.place !== 'unschedulable' && queued?.place !== 'backoff') continue;
      this.#leaveUnschedulable(queued);
      this.#activate(queued);
    }
  }

  /** Activates what is due; returns when to call again, in milliseconds from now, or undefined when nothing waits. */
  flush(): number | undefined {
    const now = this.#clock.now();
    let nextMs = Number.POSITIVE_INFINITY;
    for (let top = this.#backoff.peek(); top; top = this.#backoff.peek()) {
      if (this.#isIn(top, 'backoff')) {
        nextMs = this.#backoffEndsMs(top);
        if (nextMs > now) break;
        this.#activate(top);
      }
      this.#backoff.pop();
      nextMs = Number.POSITIVE_INFINITY;
    }
    for (const queued of this.#unschedulable) {
      const dueMs = queued.failedAtMs + UNSCHEDULABLE_TIMEOUT_MS;
      nextMs = Math.min(nextMs, Math.max(dueMs, now));
      // The set is in the order of failure: behind the first that is not due, none is.
      if (dueMs > now) break;
      this.#retry(queued);
    }
    return nextMs === Number.POSITIVE_INFINITY ? undefined : nextMs - now;
  }

  #update(queued: QueuedPod, info: PodInfo): void {
    const before = queued.info.pod;
    queued.info = info;
    if (queued.place === 'gated') this.#admit(queued);
    else if (queued.place === 'unschedulable' && mayHelpItself(before, info.pod))
      this.#retry(queued);
  }

  #admit(queued: QueuedPod): void {
    const name = schedulerNameOf(queued);
    const profile = this.#profiles.find(({ schedulerName }) => schedulerName === name);
    const gated = profile?.plugins.some(
      (plugin) => plugin.preEnqueue?.(queued.info.pod) !== undefined,
    );
    if (gated) queued.place = 'gated';
    else this.#activate(queued);
  }

  #retry(queued: QueuedPod): void {
    this.#leaveUnschedulable(queued);
    if (this.#backoffEndsMs(queued) > this.#clock.now()) this.#toBackoff(queued);
    else this.#activate(queued);
  }

  #leaveUnschedulable(queued: QueuedPod): void {
    if (!this.#unschedulable.delete(queued)) return;
    for (const name of namesOf(queued)) {
      const pods = this.#rejected.get(name);
      pods?.delete(queued);
      if (pods?.size === 0) this.#rejected.delete(name);
    }
  }

  #backoffEndsMs({ attempts, failedAtMs }: QueuedPod): number {
    return failedAtMs + exponentialBackoffMs(attempts, this.#backoffTimes);
  }

  #activate(queued: QueuedPod): void {
    queued.place = 'active';
    queued.queuedAtMs = this.#clock.now();
    this.#active.push(queued);
  }

  #toBackoff(queued: QueuedPod): void {
    queued.place = 'backoff';
    this.#backoff.push(queued);
  }

  #next(heap: Heap<QueuedPod>, place: QueuedPod['place']): QueuedPod | undefined {
    for (let top = heap.pop(); top; top = heap.pop()) if (this.#isIn(top, place)) return top;
    return undefined;
  }

  /** A heap may still hold a pod that was deleted or has moved on. */
  #isIn(queued: QueuedPod, place: QueuedPod['place']): boolean {
    return queued.place === place && this.#pods.get(queued.info.key) === queued;
  }
}

/** The plugins that rejected the pod, by profile, or the stand-in for none. */
function namesOf(queued: QueuedPod): readonly string[] {
  if (queued.rejectedBy.size === 0) return [NO_PLUGIN];
  const schedulerName = schedulerNameOf(queued);
  return [...queued.rejectedBy].map((plugin) => `${schedulerName}/${plugin}`);
}

function schedulerNameOf({ info }: QueuedPod): string {
  return info.pod.spec?.schedulerName ?? DEFAULT_SCHEDULER_NAME;
}

/** A change of status alone (our own condition, say) gives no new reason to try. */
function mayHelpItself(before: Pod, after: Pod): boolean {
  return (
    before.metadata.generation !== after.metadata.generation ||
    JSON.stringify(before.metadata.labels) !== JSON.stringify(after.metadata.labels)
  );
}
