import type { Clock, Timer } from '../lib/clock.ts';
import { formatGoDuration } from '../scheme/duration.ts';
import type { PodInfo } from './pod-info.ts';

/** A placement was taken back by a plugin's word. */
export class PermitRejection extends Error {
  override readonly name = 'PermitRejection';
  readonly plugin: string;

  constructor(plugin: string, reason: string) {
    super(reason);
    this.plugin = plugin;
  }
}

export interface WaitingPod {
  readonly pod: PodInfo;
  readonly nodeName: string;
  /** The plugins that it waits for. */
  readonly pending: ReadonlySet<string>;
  /** One plugin has no objection any more. */
  allow(plugin: string): void;
  /** The placement is taken back. */
  reject(plugin: string, reason: string): void;
}

/** One plugin's wish to wait. */
export interface Wait {
  readonly plugin: string;
  readonly timeoutMs: number;
}

/** The placed pods whose binding waits for plugins. */
export class WaitingPods {
  readonly #clock: Clock;
  readonly #pods = new Map<string, Waiting>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(uid: string): WaitingPod | undefined {
    return this.#pods.get(uid);
  }

  all(): Iterable<WaitingPod> {
    return this.#pods.values();
  }

  /** Resolves when every plugin has allowed the placement. @throws {PermitRejection} when one rejects it or time is up */
  async wait(pod: PodInfo, nodeName: string, waits: readonly Wait[]): Promise<void> {
    const waiting = new Waiting(pod, nodeName, waits, this.#clock);
    this.#pods.set(pod.uid, waiting);
    try {
      await waiting.settled;
    } finally {
      this.#pods.delete(pod.uid);
    }
  }
}

class Waiting implements WaitingPod {
  readonly pod: PodInfo;
  readonly nodeName: string;
  readonly settled: Promise<void>;
  readonly #timers = new Map<string, Timer>();
  #resolve: () => void = () => {};
  #reject: (rejection: PermitRejection) => void = () => {};

  constructor(pod: PodInfo, nodeName: string, waits: readonly Wait[], clock: Clock) {
    this.pod = pod;
    this.nodeName = nodeName;
    this.settled = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    for (const { plugin, timeoutMs } of waits) {
      const reason = `rejected due to timeout after waiting ${formatGoDuration(timeoutMs)} at plugin ${plugin}`;
      this.#timers.set(
        plugin,
        clock.setTimer(timeoutMs, () => this.reject(plugin, reason)),
      );
    }
  }

  get pending(): ReadonlySet<string> {
    return new Set(this.#timers.keys());
  }

  allow(plugin: string): void {
    this.#timers.get(plugin)?.cancel();
    this.#timers.delete(plugin);
    if (this.#timers.size === 0) this.#resolve();
  }

  reject(plugin: string, reason: string): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    this.#reject(new PermitRejection(plugin, reason));
  }
}
