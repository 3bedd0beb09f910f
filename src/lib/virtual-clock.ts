import type { Clock, Timer } from './clock.ts';
import { Heap } from './heap.ts';

interface Pending {
  readonly dueMs: number;
  readonly sequence: number;
  callback: (() => void) | undefined;
}

/**
 * A clock that moves only when told to: tests and stepwise simulations advance it by hand. Timers that fall due run in
 * order of their due time, then in the order they were set.
 */
export class VirtualClock implements Clock {
  #nowMs: number;
  #sequence = 0;
  readonly #pending = new Heap<Pending>((a, b) => a.dueMs - b.dueMs || a.sequence - b.sequence);

  /** @param startMs Milliseconds since the Unix epoch. @default 2026-01-01T00:00:00Z */
  constructor(startMs: number = Date.UTC(2026, 0, 1)) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const pending: Pending = {
      dueMs: this.#nowMs + Math.max(0, delayMs),
      sequence: this.#sequence++,
      callback,
    };
    this.#pending.push(pending);
    return {
      cancel: () => {
        pending.callback = undefined;
      },
    };
  }

  /** When the next timer falls due, or undefined when none is set. */
  nextDueMs(): number | undefined {
    for (let next = this.#pending.peek(); next; next = this.#pending.peek()) {
      if (next.callback) return next.dueMs;
      this.#pending.pop();
    }
    return undefined;
  }

  /** Moves time forward by `deltaMs`, running each timer that falls due at its own time. */
  advance(deltaMs: number): void {
    const targetMs = this.#nowMs + deltaMs;
    for (let due = this.nextDueMs(); due !== undefined && due <= targetMs; due = this.nextDueMs()) {
      this.#nowMs = Math.max(this.#nowMs, due);
      this.#pending.pop()?.callback?.();
    }
    this.#nowMs = targetMs;
  }
}
