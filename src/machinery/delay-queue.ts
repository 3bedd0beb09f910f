import type { Clock, Timer } from '../lib/clock.ts';
import { Heap } from '../lib/heap.ts';

interface Entry {
  readonly key: string;
  readonly dueMs: number;
}

/** Below this many outdated entries the heap is not worth rebuilding. */
const REBUILD_THRESHOLD = 1_024;

/**
 * Keys that wait for their time, on a Clock. One timer, a heap and a map: a hundred thousand waiting keys cost memory
 * and nothing else. Entries that were cancelled or overtaken stay in the heap until they surface or are half of it.
 */
export class DelayQueue {
  readonly #clock: Clock;
  readonly #onDue: (keys: readonly string[]) => void;
  readonly #entries = new Map<string, Entry>();
  #heap = new Heap<Entry>((a, b) => a.dueMs - b.dueMs);
  #timer: Timer | undefined;
  #timerDueMs = Number.POSITIVE_INFINITY;

  /** @param onDue Gets all keys whose time has come, earliest first. */
  constructor(clock: Clock, onDue: (keys: readonly string[]) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** How many keys wait. */
  get size(): number {
    return this.#entries.size;
  }

  /** Makes `key` due `delayMs` from now, unless it is due earlier already. */
  schedule(key: string, delayMs: number): void {
    const dueMs = this.#clock.now() + Math.max(0, delayMs);
    const existing = this.#entries.get(key);
    if (existing && existing.dueMs <= dueMs) return;
    const entry: Entry = { key, dueMs };
    this.#entries.set(key, entry);
    this.#heap.push(entry);
    this.#rebuildIfOutdated();
    this.#arm();
  }

  cancel(key: string): void {
    this.#entries.delete(key);
  }

  /** Forgets every key. */
  clear(): void {
    this.#timer?.cancel();
    this.#timerDueMs = Number.POSITIVE_INFINITY;
    this.#entries.clear();
    this.#heap = new Heap<Entry>((a, b) => a.dueMs - b.dueMs);
  }

  #arm(): void {
    const next = this.#next();
    if (!next || next.dueMs >= this.#timerDueMs) return;
    this.#timer?.cancel();
    this.#timerDueMs = next.dueMs;
    this.#timer = this.#clock.setTimer(next.dueMs - this.#clock.now(), () => this.#fire());
  }

  #fire(): void {
    this.#timerDueMs = Number.POSITIVE_INFINITY;
    const nowMs = this.#clock.now();
    const due: string[] = [];
    for (let next = this.#next(); next && next.dueMs <= nowMs; next = this.#next()) {
      this.#heap.pop();
      this.#entries.delete(next.key);
      due.push(next.key);
    }
    this.#arm();
    if (due.length > 0) this.#onDue(due);
  }

  /** The earliest entry that still counts. */
  #next(): Entry | undefined {
    for (let top = this.#heap.peek(); top; top = this.#heap.peek()) {
      if (this.#entries.get(top.key) === top) return top;
      this.#heap.pop();
    }
    return undefined;
  }

  #rebuildIfOutdated(): void {
    if (this.#heap.size < 2 * this.#entries.size + REBUILD_THRESHOLD) return;
    this.#heap = new Heap<Entry>((a, b) => a.dueMs - b.dueMs);
    for (const entry of this.#entries.values()) this.#heap.push(entry);
  }
}
