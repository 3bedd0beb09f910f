import { type BackoffOptions, exponentialBackoffMs } from '../lib/backoff.ts';
import type { Clock } from '../lib/clock.ts';
import { type Deferred, deferred } from '../lib/deferred.ts';
import { toError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { type Random, randomSuffix } from '../lib/random.ts';
import { isApiError } from '../scheme/errors.ts';
import { type Reconcile, TerminalError } from './controller.ts';
import { DelayQueue } from './delay-queue.ts';
import { EnqueueBuffer } from './enqueue-buffer.ts';
import type { WorkQueue } from './work-queue.ts';

/** Kubernetes' defaults for a failing key. */
const DEFAULT_FAILURE_BACKOFF: BackoffOptions = { baseMs: 5, maxMs: 1_000_000 };

/**
 * How often a job may run its key in a row when the key is touched while it runs. Running on saves a trip through the
 * queue; the bound lets other keys have their turn.
 */
const MAX_RUNS_PER_JOB = 8;

export interface ControllerQueueOptions {
  readonly controller: string;
  readonly enqueue: (keys: readonly string[]) => Promise<void>;
  /**
   * Keeps the deadlines that runs give (requeueAfter, backoff) outside this process as well, in real time, for other
   * processes that work on the same queue: this one may be gone by then. @default in memory alone, on the Clock
   */
  readonly enqueueLater?: (key: string, delayMs: number) => Promise<void>;
  /** Hears of each key that failed and is tried again. */
  readonly onRetry?: () => void;
  readonly clock: Clock;
  readonly retryClock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** See Controller.minIntervalMs. @default 0 */
  readonly minIntervalMs?: number;
  /** See Controller.failureBackoff. @default from 5 ms to 1,000 s */
  readonly failureBackoff?: BackoffOptions | undefined;
}

/** How much later than here a deadline comes due outside: only where this process has not seen to it. */
const HEIR_GRACE_MS = 1_000;

interface Waiting {
  /** On the Clock. */
  readonly sinceMs: number;
  /** The same moment in real time. */
  readonly realMs: number;
}

/** How long a key that was added here, and has not started here, counts as waiting where other processes run keys as well. */
const ANOTHERS_AFTER_MS = 2_000;

interface ActiveRun {
  /** When it began to wait or to run, on the Clock. */
  readonly sinceMs: number;
  /** The key was added since the run started. */
  touched: boolean;
  /** The queue's server may have handed the key to another process since. */
  lost: boolean;
  readonly finished: Deferred<void>;
}

/**
 * The work queue of one controller in one process: what happens to a key around its time in the backend's queue. Keys that
 * wait for a deadline wait here, on the Clock; keys that fail wait here for their backoff; a key that is touched while it
 * runs here runs on in the same job. None of that needs to survive the process: a job that dies with its process is run
 * again by the backend, and a process that starts adds every key. Only what a run alone knows, when it wants to run again,
 * is kept outside as well (`enqueueLater`) where other processes go on when this one stops.
 */
export class ControllerQueue implements WorkQueue {
  readonly #options: ControllerQueueOptions;
  readonly #buffer: EnqueueBuffer;
  /** Deadlines from {@link addAfter}: kept until due. */
  readonly #delayed: DelayQueue;
  /** Deadlines that a run gave (requeueAfter, backoff): the next run gives its own. */
  readonly #requeues: DelayQueue;
  readonly #active = new Map<string, ActiveRun>();
  /** Keys that wait to be run, oldest first. */
  readonly #waiting = new Map<string, Waiting>();
  readonly #failures = new Map<string, number>();
  /** When keys last started, oldest first; only those within minIntervalMs. */
  readonly #lastStartsMs = new Map<string, number>();
  readonly #reconcileIdPrefix: string;
  #reconcileCount = 0;
  #stopped = false;

  constructor(options: ControllerQueueOptions) {
    this.#options = options;
    const { clock, enqueue, logger, random, retryClock } = options;
    this.#buffer = new EnqueueBuffer({ enqueue, logger, random, retryClock });
    const addAll = (keys: readonly string[]): void => {
      for (const key of keys) this.add(key);
    };
    this.#delayed = new DelayQueue(clock, addAll);
    this.#requeues = new DelayQueue(clock, addAll);
    this.#reconcileIdPrefix = randomSuffix(5, random);
  }

  add(key: string): void {
    if (this.#stopped) return;
    const run = this.#active.get(key);
    if (run) {
      run.touched = true;
      return;
    }
    const waitMs = this.#intervalLeftMs(key);
    if (waitMs > 0) this.#delayed.schedule(key, waitMs);
    else this.#enqueue(key);
  }

  addAfter(key: string, delayMs: number): void {
    if (this.#stopped) return;
    if (delayMs > 0) this.#delayed.schedule(key, delayMs);
    else this.add(key);
  }

  /** Works on one key that the backend handed out, to be called by it. Never rejects. */
  async process(key: string, reconcile: Reconcile, signal: AbortSignal): Promise<void> {
    const running = this.#active.get(key);
    if (running) {
      // The backend took this process for dead (its event loop stood still past the job's lock) and hands the same job
      // out again. Two runs of a key at once are never right: the first one runs on, and this job ends with it.
      running.touched = true;
      return running.finished.promise;
    }
    const sinceMs = this.#waiting.get(key)?.sinceMs ?? this.#options.clock.now();
    const run: ActiveRun = { sinceMs, touched: false, lost: false, finished: deferred() };
    this.#waiting.delete(key);
    this.#active.set(key, run);
    await this.#runWhileTouched(key, run, reconcile, signal);
    this.#active.delete(key);
    if (run.touched) this.add(key);
    run.finished.resolve();
  }

  /** Since when the oldest of its keys waits to be run, or runs, on the Clock; undefined when nothing is to be done. */
  oldestWorkMs(): number | undefined {
    const waiting = this.#oldestWaiting()?.sinceMs;
    const active = this.#active.values().next().value?.sinceMs;
    if (waiting === undefined || active === undefined) return waiting ?? active;
    return Math.min(waiting, active);
  }

  /** See QueueOptions.onLoss. What is touched while it runs goes through the queue once more, which knows whose turn it is. */
  noteLoss(): void {
    for (const run of this.#active.values()) run.lost = true;
  }

  /** See QueueOptions.onRecovery. */
  recover(): void {
    if (!this.#stopped) this.#buffer.recover();
  }

  /** Forgets what waits here and takes no more. */
  stop(): void {
    this.#stopped = true;
    this.#waiting.clear();
    this.#buffer.stop();
    this.#delayed.clear();
    this.#requeues.clear();
  }

  #enqueue(key: string): void {
    const { clock, retryClock } = this.#options;
    if (!this.#waiting.has(key)) {
      this.#waiting.set(key, { sinceMs: clock.now(), realMs: retryClock.now() });
    }
    this.#buffer.add(key);
  }

  /** With shared queues another process may have run what did not start here: it is forgotten after a while. */
  #oldestWaiting(): Waiting | undefined {
    const { enqueueLater, retryClock } = this.#options;
    for (const [key, waiting] of this.#waiting) {
      if (!enqueueLater || retryClock.now() - waiting.realMs < ANOTHERS_AFTER_MS) return waiting;
      this.#waiting.delete(key);
    }
    return undefined;
  }

  async #runWhileTouched(
    key: string,
    run: ActiveRun,
    reconcile: Reconcile,
    signal: AbortSignal,
  ): Promise<void> {
    // With a minimal interval the next run is not due yet, so the key goes through add().
    const maxRuns = this.#options.minIntervalMs ? 1 : MAX_RUNS_PER_JOB;
    for (let runs = 0; runs < maxRuns; runs++) {
      run.touched = false;
      this.#buffer.started(key);
      this.#requeues.cancel(key);
      this.#noteStart(key);
      await this.#runOnce(key, reconcile, signal);
      if (!run.touched || run.lost || signal.aborted) return;
    }
  }

  async #runOnce(key: string, reconcile: Reconcile, signal: AbortSignal): Promise<void> {
    const reconcileId = `${this.#reconcileIdPrefix}-${++this.#reconcileCount}`;
    try {
      const { requeueAfterMs } = await reconcile(key, signal);
      this.#failures.delete(key);
      if (requeueAfterMs !== undefined) await this.#requeue(key, requeueAfterMs);
    } catch (thrown) {
      await this.#onFailure(key, reconcileId, toError(thrown));
    }
  }

  /** Also when stopped, where the deadline is kept outside: others go on. */
  async #requeue(key: string, delayMs: number): Promise<void> {
    const { controller, enqueueLater, logger } = this.#options;
    if (delayMs <= 0) {
      this.add(key);
      return;
    }
    // The clock may be faster than real time when the deadline comes, so that it is kept here too, and is first.
    if (!this.#stopped) this.#requeues.schedule(key, delayMs);
    if (!enqueueLater) return;
    try {
      await enqueueLater(key, delayMs + HEIR_GRACE_MS);
    } catch (thrown) {
      const error = toError(thrown);
      logger.warn('deadline kept in memory alone, the queue is not reachable', {
        controller,
        key,
        error,
      });
    }
  }

  async #onFailure(key: string, reconcileId: string, error: Error): Promise<void> {
    const { controller, failureBackoff = DEFAULT_FAILURE_BACKOFF, logger } = this.#options;
    if (error instanceof TerminalError) {
      this.#failures.delete(key);
      logger.error('reconcile failed, not retried', { controller, key, reconcileId, error });
      return;
    }
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    const retryInMs = exponentialBackoffMs(failures, failureBackoff);
    const fields = { controller, key, reconcileId, failures, retryInMs, error };
    // Losing a compare-and-swap is everyday life for a reconciler.
    if (isApiError(error, 'Conflict')) logger.debug('reconcile lost a race, trying again', fields);
    else logger.error('reconcile failed, trying again', fields);
    this.#options.onRetry?.();
    await this.#requeue(key, retryInMs);
  }

  #noteStart(key: string): void {
    const { clock, minIntervalMs = 0 } = this.#options;
    if (minIntervalMs === 0) return;
    const nowMs = clock.now();
    this.#lastStartsMs.delete(key);
    this.#lastStartsMs.set(key, nowMs);
    for (const [oldest, startMs] of this.#lastStartsMs) {
      if (nowMs - startMs < minIntervalMs) break;
      this.#lastStartsMs.delete(oldest);
    }
  }

  #intervalLeftMs(key: string): number {
    const { clock, minIntervalMs = 0 } = this.#options;
    const lastStartMs = minIntervalMs === 0 ? undefined : this.#lastStartsMs.get(key);
    return lastStartMs === undefined ? 0 : lastStartMs + minIntervalMs - clock.now();
  }
}
