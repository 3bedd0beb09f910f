import type { Clock } from '../../lib/clock.ts';
import { DelayQueue } from '../../machinery/delay-queue.ts';
import type { NamespacedKey } from '../../scheme/object.ts';
import type { PlannedStage, PodStage } from '../stage.ts';

/** Pods that are due within the same tick are worked on together. */
const TICK_MS = 20;

interface Plan {
  readonly shardKey: string;
  readonly stage: PodStage;
}

/** What comes next for each Pod, and which Pods are due, by shard. */
export class DuePods {
  readonly #clock: Clock;
  readonly #delays: DelayQueue;
  readonly #plans = new Map<NamespacedKey, Plan>();
  readonly #due = new Map<string, Set<NamespacedKey>>();
  readonly #onDue: (shardKey: string) => void;

  /** @param onDue Called when a shard has Pods to work on. */
  constructor(clock: Clock, onDue: (shardKey: string) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
    this.#delays = new DelayQueue(clock, (keys) => this.#markDue(keys));
  }

  /** Replaces what was planned for the Pod. */
  plan(key: NamespacedKey, shardKey: string, { delayMs, stage }: PlannedStage): void {
    this.forget(key);
    this.#plans.set(key, { shardKey, stage });
    if (delayMs > 0) this.#delays.schedule(key, this.#toTick(delayMs));
    else this.#markDue([key]);
  }

  /** Nothing is planned for the Pod any more. */
  forget(key: NamespacedKey): void {
    const plan = this.#plans.get(key);
    if (!plan) return;
    this.#plans.delete(key);
    this.#delays.cancel(key);
    this.#due.get(plan.shardKey)?.delete(key);
  }

  /** Hands out the shard's due Pods with their stages, once. */
  take(shardKey: string): [NamespacedKey, PodStage][] {
    const keys = this.#due.get(shardKey);
    if (!keys || keys.size === 0) return [];
    this.#due.delete(shardKey);
    const taken: [NamespacedKey, PodStage][] = [];
    for (const key of keys) {
      const plan = this.#plans.get(key);
      if (plan) taken.push([key, plan.stage]);
      this.#plans.delete(key);
    }
    return taken;
  }

  /** Forgets everything. */
  clear(): void {
    this.#delays.clear();
    this.#plans.clear();
    this.#due.clear();
  }

  #toTick(delayMs: number): number {
    const nowMs = this.#clock.now();
    return Math.ceil((nowMs + delayMs) / TICK_MS) * TICK_MS - nowMs;
  }

  #markDue(keys: readonly NamespacedKey[]): void {
    const shards = new Set<string>();
    for (const key of keys) {
      const plan = this.#plans.get(key);
      if (!plan) continue;
      let due = this.#due.get(plan.shardKey);
      if (!due) {
        due = new Set();
        this.#due.set(plan.shardKey, due);
      }
      due.add(key);
      shards.add(plan.shardKey);
    }
    for (const shardKey of shards) this.#onDue(shardKey);
  }
}
