import type { Clock, Timer } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import { Histogram } from '../../lib/metrics.ts';
import { serviceUnavailable, tooManyRequests } from '../../scheme/errors.ts';
import type { ApiObject } from '../../scheme/object.ts';
import { deepFreeze } from '../deep-freeze.ts';
import type { ObjectCodec } from '../encryption/object-codec.ts';
import type { LogBatch } from '../log/log-entry.ts';
import type { CommitOptions, StoreWrite } from '../store.ts';
import { applyOutcome, type TransactionResult } from './batch.ts';
import type { BatchSender, SentBatch } from './batch-sender.ts';
import type { CommitQueue } from './commit-queue.ts';
import { createTransaction, reject, type Transaction } from './transaction.ts';

/** In seconds, for the time that a batch is with PostgreSQL. */
const BATCH_BOUNDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

/** How exactly deadlines are kept. */
const DEADLINE_CHECK_MS = 250;

/** Turns of the event loop without foreground work, before background work goes alone. */
const QUIET_TURNS = 4;

export interface CommitterOptions {
  readonly queue: CommitQueue;
  readonly sender: Pick<BatchSender, 'giveUp' | 'send'>;
  /** Gets what each batch added to the log, before its callers get their answers. */
  readonly onCommitted: (log: LogBatch) => void;
  readonly codec: ObjectCodec;
  readonly logger: Logger;
  /** Freezes what is handed out. For tests. */
  readonly freeze: boolean;
  /** Real time: deadlines wait for PostgreSQL. */
  readonly ioClock: Clock;
  readonly deadlineMs: number;
  readonly maxQueuedWrites: number;
  /** In characters of JSON. */
  readonly maxQueuedSize: number;
}

/**
 * Group commit. Writes that arrive while a batch is with PostgreSQL form the next one, so that the more there is to do, the
 * more writes share a transaction. While PostgreSQL works on a batch, this process encodes the next and hands out the last.
 */
export class Committer {
  readonly #options: CommitterOptions;
  #running: Promise<void> | undefined;
  #inFlight: readonly Transaction[] = [];
  #sending: Promise<SentBatch[]> | undefined;
  #deadlineTimer: Timer | undefined;
  #stopping = false;
  /** How long batches were with PostgreSQL. */
  readonly batchSeconds = new Histogram(BATCH_BOUNDS);
  #sentMs = 0;
  #committedWrites = 0;

  constructor(options: CommitterOptions) {
    this.#options = options;
  }

  async commit(
    writes: readonly StoreWrite[],
    options: CommitOptions,
  ): Promise<readonly ApiObject[]> {
    if (writes.length === 0) return [];
    options.signal?.throwIfAborted();
    this.#assertOpen();
    const { codec, ioClock, deadlineMs, queue } = this.#options;
    const transaction = createTransaction(writes, {
      ...options,
      deadlineMs: ioClock.now() + deadlineMs,
      codec,
    });
    queue.add(transaction);
    this.#deadlineTimer ??= ioClock.setTimer(DEADLINE_CHECK_MS, () => this.#expire());
    this.#running ??= this.#run();
    const { signal } = options;
    return signal ? this.#answerUnlessAborted(transaction, signal) : transaction.answer.promise;
  }

  /** The batch that is with PostgreSQL; resolves, and never rejects, with its answer. */
  get inFlight(): Promise<unknown> | undefined {
    return this.#sending;
  }

  /** Writes that wait for the next batch. */
  get waitingWrites(): number {
    return this.#options.queue.writes;
  }

  /** Writes that have been committed. */
  get committedWrites(): number {
    return this.#committedWrites;
  }

  /** Commits what waits, unless PostgreSQL cannot be reached: then its callers hear so. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#options.sender.giveUp();
    await this.#running;
    this.#deadlineTimer?.cancel();
  }

  #assertOpen(): void {
    const { queue, maxQueuedWrites, maxQueuedSize } = this.#options;
    if (this.#stopping) throw serviceUnavailable('the store is stopping');
    if (queue.writes >= maxQueuedWrites || queue.size >= maxQueuedSize) {
      throw tooManyRequests(`${queue.writes} writes are waiting to be stored; try again later`, 1);
    }
  }

  async #answerUnlessAborted(
    transaction: Transaction,
    signal: AbortSignal,
  ): Promise<readonly ApiObject[]> {
    const onAbort = (): void => {
      this.#options.queue.remove((waiting) => waiting === transaction);
      reject(transaction, signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await transaction.answer.promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  async #run(): Promise<void> {
    // Whoever else commits in this turn of the event loop joins the first batch.
    await turnOfEventLoop();
    const { queue } = this.#options;
    while (!queue.isEmpty) {
      if (!queue.hasForeground) await this.#awaitQuiet();
      this.#sendNext();
      await this.#finishAll();
    }
    this.#running = undefined;
  }

  /** As long as there is foreground work, one batch follows the other. */
  async #finishAll(): Promise<void> {
    const { queue } = this.#options;
    while (this.#sending !== undefined) {
      const sent = await this.#sending;
      this.batchSeconds.observe((performance.now() - this.#sentMs) / 1_000);
      this.#sending = undefined;
      this.#inFlight = [];
      // PostgreSQL gets its next work before we hand out the results of the last.
      if (queue.hasForeground) this.#sendNext();
      for (const batch of sent) this.#finish(batch);
      // Who hears of a commit may commit at once, while nothing is under way.
      if (this.#sending === undefined && queue.hasForeground) this.#sendNext();
    }
  }

  /**
   * Background work goes alone only when nobody has anything else to commit for a few turns of the event loop: these take no
   * time in a process that is idle, and are full of others' work in one that is busy. Beside that work it has its share.
   */
  async #awaitQuiet(): Promise<void> {
    const { queue } = this.#options;
    for (let turn = 0; turn < QUIET_TURNS && !queue.hasForeground; turn++) await turnOfEventLoop();
  }

  #sendNext(): void {
    const { queue, sender } = this.#options;
    this.#inFlight = queue.takeBatch();
    this.#sentMs = performance.now();
    this.#sending = this.#inFlight.length === 0 ? undefined : sender.send(this.#inFlight);
  }

  #finish({ transactions, outcome }: SentBatch): void {
    if (outcome instanceof Error) {
      for (const transaction of transactions) reject(transaction, outcome);
      return;
    }
    const { results, log } = applyOutcome(transactions, outcome);
    if (this.#options.freeze) for (const { object } of log?.entries ?? []) deepFreeze(object);
    // First the caches, so that whoever has its answer finds its write in them.
    if (log) {
      this.#committedWrites += log.entries.length;
      this.#handOver(log);
    }
    for (const [i, transaction] of transactions.entries()) {
      settle(transaction, results[i] as TransactionResult);
    }
  }

  #handOver(log: LogBatch): void {
    try {
      this.#options.onCommitted(log);
    } catch (error) {
      // Absorbed, and loud: it is a fault of this program, but the writes are committed and their callers must hear so.
      this.#options.logger.error('committed writes could not be handed over', { error });
    }
  }

  /** Tells callers whose time is up. What waits is taken out; what is with PostgreSQL may still be committed. */
  #expire(): void {
    const { queue, ioClock, deadlineMs } = this.#options;
    const now = ioClock.now();
    const isOverdue = ({ deadlineMs }: Transaction): boolean => deadlineMs <= now;
    const seconds = deadlineMs / 1_000;
    for (const transaction of queue.remove(isOverdue)) {
      reject(
        transaction,
        serviceUnavailable(`PostgreSQL cannot be reached: nothing was written within ${seconds} s`),
      );
    }
    for (const transaction of this.#inFlight.filter(isOverdue)) {
      reject(
        transaction,
        serviceUnavailable(
          `PostgreSQL did not confirm the write within ${seconds} s; read the object to learn whether it was written`,
        ),
      );
    }
    const idle = queue.isEmpty && this.#inFlight.length === 0;
    this.#deadlineTimer = idle
      ? undefined
      : ioClock.setTimer(DEADLINE_CHECK_MS, () => this.#expire());
  }
}

const turnOfEventLoop = (): Promise<unknown> => new Promise(setImmediate);

function settle(transaction: Transaction, result: TransactionResult): void {
  if (result.committed) {
    transaction.settled = true;
    transaction.answer.resolve(result.entries.map(({ object }) => object));
  } else {
    reject(transaction, result.error);
  }
}
