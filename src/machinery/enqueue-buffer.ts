import { exponentialBackoffMs, fullJitterMs } from '../lib/backoff.ts';
import { type Clock, sleep, type Timer } from '../lib/clock.ts';
import { toError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { Random } from '../lib/random.ts';

const RETRY_BACKOFF = { baseMs: 50, maxMs: 5_000 };

/**
 * How long this process trusts that a key it enqueued still waits; after between one and two such periods it no longer
 * does. Only time lost when another process took the key and died depends on it, so it need not be short.
 */
const TRUST_PERIOD_MS = 5_000;

export interface EnqueueBufferOptions {
  /** Resolves when the keys are durably waiting. */
  readonly enqueue: (keys: readonly string[]) => Promise<void>;
  /** Real time, whatever the simulation's. */
  readonly retryClock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/**
 * Gathers keys on their way to the queue, so that a burst is one bulk enqueue, and leaves out those that need none.
 *
 * Leaving out: a key that this process enqueued, and that has not started since, will start later than now; whoever runs
 * it will see the change that this add is about. "Has not started" is certain for a run in this process, which tells
 * {@link started}. When another process runs the key, this one does not notice and leaves out adds that were needed. That
 * loses nothing while the other lives: it runs keys, so it has informers of its own, sees the same change and adds the key
 * itself. It would lose the change if the other died first, so left-out adds are made up for: a key that did not start
 * here within {@link TRUST_PERIOD_MS} is enqueued again if an add of it was left out, and no longer trusted if not. The
 * queue itself drops keys that still wait, so making up costs a row in a bulk statement.
 */
export class EnqueueBuffer {
  readonly #options: EnqueueBufferOptions;
  #gathered = new Set<string>();
  /** Enqueued and not started here: in the present trust period, and in the one before. */
  #young = new Set<string>();
  #old = new Set<string>();
  /** Of those: an add has been left out. */
  readonly #leftOut = new Set<string>();
  #flushing = false;
  #failures = 0;
  #sweep: Timer | undefined;
  /** Ends the wait after a failure. */
  #retry: AbortController | undefined;
  readonly #abort = new AbortController();

  constructor(options: EnqueueBufferOptions) {
    this.#options = options;
  }

  add(key: string): void {
    if (this.#young.has(key) || this.#old.has(key)) {
      this.#leftOut.add(key);
      return;
    }
    this.#gathered.add(key);
    this.#scheduleFlush();
  }

  /** A run of `key` starts in this process: it covers every add until now, and none from now on. */
  started(key: string): void {
    this.#gathered.delete(key);
    this.#forget(key);
  }

  /** The queue may have lost what it acknowledged: everything that has not started here is enqueued again, and at once. */
  recover(): void {
    for (const key of [...this.#young, ...this.#old]) {
      this.#forget(key);
      this.#gathered.add(key);
    }
    this.#failures = 0;
    this.#retry?.abort();
    if (this.#gathered.size > 0) this.#scheduleFlush();
  }

  /** Enqueues nothing more. */
  stop(): void {
    this.#abort.abort();
    this.#retry?.abort();
    this.#sweep?.cancel();
  }

  #forget(key: string): void {
    this.#young.delete(key);
    this.#old.delete(key);
    this.#leftOut.delete(key);
  }

  #scheduleFlush(): void {
    if (this.#flushing || this.#abort.signal.aborted) return;
    this.#flushing = true;
    // A microtask later, because informers deliver a batch of events within one turn; while one flush is on its way to
    // the queue, the next one gathers.
    queueMicrotask(() => void this.#flush());
  }

  async #flush(): Promise<void> {
    while (this.#gathered.size > 0 && !this.#abort.signal.aborted) {
      const keys = this.#gathered;
      this.#gathered = new Set();
      this.#trust(keys);
      this.#scheduleSweep();
      try {
        await this.#options.enqueue([...keys]);
        this.#failures = 0;
      } catch (thrown) {
        await this.#onFailure(keys, toError(thrown));
      }
    }
    this.#flushing = false;
  }

  #trust(keys: Iterable<string>): void {
    for (const key of keys) this.#young.add(key);
  }

  async #onFailure(keys: ReadonlySet<string>, error: Error): Promise<void> {
    if (this.#abort.signal.aborted) return;
    // A key that has started meanwhile did reach the queue.
    for (const key of keys) {
      if (!this.#young.has(key) && !this.#old.has(key)) continue;
      this.#forget(key);
      this.#gathered.add(key);
    }
    const { logger, random, retryClock } = this.#options;
    logger.warn('enqueue failed, trying again', { keys: keys.size, error });
    const delayMs = fullJitterMs(exponentialBackoffMs(++this.#failures, RETRY_BACKOFF), random);
    this.#retry = new AbortController();
    await sleep(retryClock, delayMs, this.#retry.signal);
    this.#retry = undefined;
  }

  #scheduleSweep(): void {
    this.#sweep ??= this.#options.retryClock.setTimer(TRUST_PERIOD_MS, () => {
      this.#sweep = undefined;
      this.#endTrustPeriod();
    });
  }

  #endTrustPeriod(): void {
    const distrusted = this.#old;
    this.#old = this.#young;
    this.#young = new Set();
    for (const key of distrusted) {
      const isNeeded = this.#leftOut.has(key);
      this.#forget(key);
      if (isNeeded) this.#gathered.add(key);
    }
    if (this.#gathered.size > 0) this.#scheduleFlush();
    if (this.#old.size > 0) this.#scheduleSweep();
  }
}
