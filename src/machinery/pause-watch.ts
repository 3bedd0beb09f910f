import type { Clock, Timer } from '../lib/clock.ts';

const BEAT_MS = 500;
/**
 * A job's lock is renewed when half of its 6 s have passed, so that 3 s are left at least. A pause that is shorter by one
 * beat can cost no key.
 */
const MAX_PAUSE_MS = 2_000;

/**
 * Notices that the process stood still: it was stopped, its machine slept, or something blocked it. The first that asks
 * afterwards is told, even before any timer runs.
 */
export class PauseWatch {
  readonly #clock: Clock;
  #lastBeatMs: number;
  #pauses = 0;
  #timer: Timer | undefined;

  /** @param clock Real time. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#lastBeatMs = clock.now();
  }

  start(): void {
    this.#lastBeatMs = this.#clock.now();
    this.#schedule();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** How many pauses there were that are long enough to cost a key. */
  get pauses(): number {
    const nowMs = this.#clock.now();
    if (nowMs - this.#lastBeatMs > MAX_PAUSE_MS) this.#pauses++;
    this.#lastBeatMs = nowMs;
    return this.#pauses;
  }

  #schedule(): void {
    this.#timer = this.#clock.setTimer(BEAT_MS, () => {
      void this.pauses;
      this.#schedule();
    });
  }
}
