import { exponentialBackoffMs } from '../../lib/backoff.ts';
import type { NamespacedKey } from '../../scheme/object.ts';

/** The kubelet's wait between looks for what a Pod misses. */
const WAIT_BACKOFF = { baseMs: 500, maxMs: 122_000 };

/** A stage that finds its time not come yet does nothing, a few times at most. */
const FREE_FRUITLESS_STEPS = 8;
/** A Pod whose stages do nothing, again and again, is looked at ever more seldom. */
const FRUITLESS_BACKOFF = { baseMs: 1_000, maxMs: 300_000 };
/** Steps that are this far apart burn nothing, as the attempts at an image that never comes. */
const CALM_MS = 5_000;

interface Memory {
  readonly uid: string | undefined;
  readonly announcedMs: Map<string, number>;
  lookedInVain: number;
  /** When it is looked for again what the Pod misses. */
  nextLookMs: number;
  /** Steps in a row that changed nothing. */
  fruitless: number;
  /** When the Pod may take another step. */
  nextStepMs: number;
}

/**
 * What a kubelet remembers of its Pods that the API does not: what it has said, and how often it has looked for something in
 * vain. Only Pods that something happened to have a memory; it ends with them.
 */
export class PodMemory {
  readonly #memories = new Map<NamespacedKey, Memory>();

  announcedMs(key: NamespacedKey, uid: string | undefined, what: string): number | undefined {
    return this.#find(key, uid)?.announcedMs.get(what);
  }

  announce(
    key: NamespacedKey,
    uid: string | undefined,
    whats: readonly string[],
    nowMs: number,
  ): void {
    const { announcedMs } = this.#of(key, uid);
    for (const what of whats) announcedMs.set(what, nowMs);
  }

  /** Something that the Pod needs is missing: each time it is waited longer. */
  wait(key: NamespacedKey, uid: string | undefined, nowMs: number): void {
    const memory = this.#of(key, uid);
    memory.lookedInVain++;
    memory.nextLookMs = nowMs + exponentialBackoffMs(memory.lookedInVain, WAIT_BACKOFF);
  }

  /** Milliseconds until it may be looked again. */
  msToNextLook(key: NamespacedKey, uid: string | undefined, nowMs: number): number {
    return Math.max(0, (this.#find(key, uid)?.nextLookMs ?? nowMs) - nowMs);
  }

  /**
   * A step has changed nothing, so that the next one is the same: after some of them the Pod has to wait. Says whether this one
   * was the first too many.
   */
  noteFruitless(key: NamespacedKey, uid: string | undefined, nowMs: number): boolean {
    const memory = this.#of(key, uid);
    if (nowMs > memory.nextStepMs + CALM_MS) memory.fruitless = 0;
    memory.fruitless++;
    const excess = memory.fruitless - FREE_FRUITLESS_STEPS;
    memory.nextStepMs = nowMs + (excess > 0 ? exponentialBackoffMs(excess, FRUITLESS_BACKOFF) : 0);
    return excess === 1;
  }

  /** A step has changed something. */
  noteProgress(key: NamespacedKey): void {
    const memory = this.#memories.get(key);
    if (!memory) return;
    memory.fruitless = 0;
    memory.nextStepMs = 0;
  }

  /** Milliseconds until the Pod may take another step. */
  msToNextStep(key: NamespacedKey, uid: string | undefined, nowMs: number): number {
    return Math.max(0, (this.#find(key, uid)?.nextStepMs ?? nowMs) - nowMs);
  }

  /** Nothing is missing any more. */
  endWait(key: NamespacedKey): void {
    const memory = this.#memories.get(key);
    if (!memory) return;
    memory.lookedInVain = 0;
    memory.nextLookMs = 0;
  }

  forget(key: NamespacedKey): void {
    this.#memories.delete(key);
  }

  #find(key: NamespacedKey, uid: string | undefined): Memory | undefined {
    const memory = this.#memories.get(key);
    return memory?.uid === uid ? memory : undefined;
  }

  #of(key: NamespacedKey, uid: string | undefined): Memory {
    let memory = this.#find(key, uid);
    if (!memory) {
      memory = {
        uid,
        announcedMs: new Map(),
        lookedInVain: 0,
        nextLookMs: 0,
        fruitless: 0,
        nextStepMs: 0,
      };
      this.#memories.set(key, memory);
    }
    return memory;
  }
}
