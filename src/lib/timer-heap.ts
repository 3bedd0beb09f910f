import type { Timer } from './clock.ts';
import { Heap } from './heap.ts';

interface Pending {
  readonly dueMs: number;
  readonly sequence: number;
  callback: (() => void) | undefined;
}

/** Below this many cancelled timers the heap is not worth rebuilding. */
const REBUILD_THRESHOLD = 1_024;

/**
 * The timers of a clock that is not the machine's own: in order of their due time, then in the order they were set.
 * Cancelled ones stay in the heap until they surface or are most of it.
 */
export class TimerHeap {
  #sequence = 0;
  #live = 0;
  #heap = new Heap<Pending>(compare);

  /** Sets a timer; it runs when {@link runNext} or {@link runDue} gets to it. */
  add(dueMs: number, callback: () => void): Timer {
    const pending: Pending = { dueMs, sequence: this.#sequence++, callback };
    this.#heap.push(pending);
    this.#live++;
    return {
      cancel: () => {
        if (!pending.callback) return;
        pending.callback = undefined;
        this.#live--;
        this.#rebuildIfOutdated();
      },
    };
  }

  /** When the next timer falls due, or undefined when none is set. */
  nextDueMs(): number | undefined {
    for (let next = this.#heap.peek(); next; next = this.#heap.peek()) {
      if (next.callback) return next.dueMs;
      this.#heap.pop();
    }
    return undefined;
  }

  /** Takes the next timer out and runs it; there must be one. */
  runNext(): void {
    const next = this.#heap.pop();
    const callback = next?.callback;
    if (!next || !callback) return;
    next.callback = undefined;
    this.#live--;
    callback();
  }

  /** Runs what is due at `nowMs`; what these set in turn waits for the next call. */
  runDue(nowMs: number): void {
    const end = this.#sequence;
    for (let due = this.nextDueMs(); due !== undefined && due <= nowMs; due = this.nextDueMs()) {
      if ((this.#heap.peek()?.sequence ?? end) >= end) return;
      this.runNext();
    }
  }

  #rebuildIfOutdated(): void {
    if (this.#heap.size < 2 * this.#live + REBUILD_THRESHOLD) return;
    const outdated = this.#heap;
    this.#heap = new Heap<Pending>(compare);
    for (let next = outdated.pop(); next; next = outdated.pop()) {
      if (next.callback) this.#heap.push(next);
    }
  }
}

function compare(a: Pending, b: Pending): number {
  return a.dueMs - b.dueMs || a.sequence - b.sequence;
}
