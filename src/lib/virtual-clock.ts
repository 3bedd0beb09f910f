import type { Clock, Timer } from './clock.ts';
import { TimerHeap } from './timer-heap.ts';

/**
 * A clock that moves only when told to: tests and stepwise simulations advance it by hand. Timers that fall due run in
 * order of their due time, then in the order they were set.
 */
export class VirtualClock implements Clock {
  #nowMs: number;
  readonly #timers = new TimerHeap();

  /** @param startMs Milliseconds since the Unix epoch. @default 2026-01-01T00:00:00Z */
  constructor(startMs: number = Date.UTC(2026, 0, 1)) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    return this.#timers.add(this.#nowMs + Math.max(0, delayMs), callback);
  }

  /** When the next timer falls due, or undefined when none is set. */
  nextDueMs(): number | undefined {
    return this.#timers.nextDueMs();
  }

  /** Moves time forward by `deltaMs`, running each timer that falls due at its own time. */
  advance(deltaMs: number): void {
    const targetMs = this.#nowMs + deltaMs;
    for (let due = this.nextDueMs(); due !== undefined && due <= targetMs; due = this.nextDueMs()) {
      this.#nowMs = Math.max(this.#nowMs, due);
      this.#timers.runNext();
    }
    // A timer may have advanced it further.
    this.#nowMs = Math.max(this.#nowMs, targetMs);
  }
}
