import { systemClock } from '../../lib/clock.ts';

/** What has something to write. */
export interface Flushable {
  flush(): void;
}

/** After a flush the next one waits this long at least, in milliseconds. */
const MIN_INTERVAL_MS = 4;
/** And this many times as long as the flush took, so that writing leaves three quarters of the time to the rest. */
const REST_FACTOR = 3;
/** But never longer than this, in milliseconds: what is written late is delivered late. */
const MAX_INTERVAL_MS = 40;

/**
 * Decides when connections write. A write costs the same whether it carries one frame or a hundred: after a pause frames
 * go out at once, and under load they gather, the longer the more there is to write. Its time is that of the network,
 * which no simulation moves.
 */
export class FlushScheduler {
  #due = new Set<Flushable>();
  #isScheduled = false;
  /** When the next flush may happen, in milliseconds of the monotonic clock. */
  #notBefore = 0;

  schedule(flushable: Flushable): void {
    this.#due.add(flushable);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const waitMs = this.#notBefore - performance.now();
    if (waitMs <= 0) setImmediate(this.#flush);
    else systemClock.setTimer(waitMs, this.#flush);
  }

  readonly #flush = (): void => {
    this.#isScheduled = false;
    const due = this.#due;
    this.#due = new Set();
    const startedAt = performance.now();
    for (const flushable of due) flushable.flush();
    const endedAt = performance.now();
    const restMs = (endedAt - startedAt) * REST_FACTOR;
    this.#notBefore = endedAt + Math.min(MAX_INTERVAL_MS, Math.max(MIN_INTERVAL_MS, restMs));
  };
}
