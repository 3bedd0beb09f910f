import { randomBytes } from 'node:crypto';
import { type Job, Queue, Worker } from 'bullmq';
import { sleep, systemClock } from '../lib/clock.ts';
import { toError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { BackendQueue, QueueOptions } from '../machinery/work-queue.ts';
import type { QueueConnection } from './connection.ts';
import { tryAgainOnLoss } from './loss.ts';

/**
 * A worker that dies keeps its jobs for at most this long, plus up to two {@link STALLED_INTERVAL_MS} until another worker
 * notices. It must be well above any pause of the event loop, because a living worker that cannot renew loses its jobs too.
 */
const LOCK_DURATION_MS = 6_000;
/** Each queue looks for jobs of dead workers this often: one small statement. */
const STALLED_INTERVAL_MS = 3_000;
/**
 * Once nothing is worked on any more, BullMQ gets this long to wind up its connections. After a broken connection it may wait
 * for an answer that will not come.
 */
const CLOSE_GRACE_MS = 2_000;
const RETRY_DELAY_MS = 1_000;
/** Nobody reads BullMQ's event log. */
const MAX_LOGGED_EVENTS = 1;
/** A job is never given up: whatever it died of, its key still wants to be worked on. PostgreSQL keeps an integer. */
const FOREVER = 2_147_483_647;
/** Rows in one bulk statement. */
const MAX_BULK = 1_000;

/** The two kinds of jobs: one works on its key, the other only enqueues it when its time has come. */
const RUN = 'run';
const WAKE = 'wake';

interface KeyData {
  readonly key: string;
}

export interface BullmqQueueOptions extends QueueOptions {
  readonly connection: QueueConnection;
  readonly logger: Logger;
}

/**
 * One work queue on BullMQ. The law comes from its deduplication: a job's id in it is the key; while a job of the key waits,
 * another is dropped; while one is active, the latest other is kept aside and enqueued when the active one ends.
 */
export class BullmqQueue implements BackendQueue {
  readonly #options: BullmqQueueOptions;
  readonly #queue: Queue<KeyData>;
  readonly #worker: Worker<KeyData>;
  readonly #abort = new AbortController();
  /** See {@link #newId}. */
  readonly #idPrefix = `${randomBytes(9).toString('base64url')}.`;
  #idCount = 0;
  #losses = 0;
  /** How many losses of the server there had been when a job was claimed. */
  readonly #claimedAfter = new WeakMap<Job<KeyData>, number>();
  readonly #stopListening: () => void;
  /** Jobs of keys that are being worked on. */
  readonly #active = new Set<Promise<void>>();
  #closing: Promise<void> | undefined;

  constructor(options: BullmqQueueOptions) {
    this.#options = options;
    const { concurrency, connection, logger, name } = options;
    const shared = {
      connection: connection.connection as never,
      ...(connection.prefix === undefined ? {} : { prefix: connection.prefix }),
    };
    const factory = connection.backendFactory as never;
    this.#queue = new Queue<KeyData>(
      name,
      { ...shared, streams: { events: { maxLen: MAX_LOGGED_EVENTS } } },
      factory,
    );
    this.#worker = new Worker<KeyData>(
      name,
      (job) => this.#process(job),
      {
        ...shared,
        autorun: false,
        concurrency,
        lockDuration: LOCK_DURATION_MS,
        stalledInterval: STALLED_INTERVAL_MS,
        maxStalledCount: FOREVER,
        drainDelay: connection.idleSeconds,
        runRetryDelay: RETRY_DELAY_MS,
        removeOnComplete: { count: 0 },
        removeOnFail: { count: 0 },
      },
      factory,
    );
    // Within the same turn as the server's answer.
    this.#worker.on('active', (job) => void this.#claimedAfter.set(job, this.#losses));
    this.#stopListening = connection.addListener({
      onLoss: () => {
        this.#losses++;
        options.onLoss?.();
      },
      onRecovery: () => options.onRecovery?.(),
      onDataLoss: () => options.onDataLoss?.(),
    });
    const onError = (error: Error): void => {
      if (!this.#closing) logger.warn('queue error', { queue: name, error });
    };
    this.#queue.on('error', onError);
    this.#worker.on('error', onError);
  }

  /** @param empty Drops what a predecessor left behind. */
  async open({ empty }: { empty: boolean }): Promise<void> {
    await Promise.all([this.#queue.waitUntilReady(), this.#worker.waitUntilReady()]);
    if (!empty) return;
    await tryAgainOnLoss(() => this.#queue.obliterate({ force: true }), this.#options.logger);
  }

  async enqueue(keys: readonly string[]): Promise<void> {
    for (let start = 0; start < keys.length; start += MAX_BULK) {
      await this.#queue.addBulk(keys.slice(start, start + MAX_BULK).map(this.#toJob));
    }
  }

  async enqueueLater(key: string, delayMs: number): Promise<void> {
    // A job of its own, which enqueues the key when it is due: as a delayed job of the key it would stand in the way of
    // changes that come before.
    await this.#queue.add(WAKE, { key }, { ...this.#optionsOf(WAKE, key), delay: delayMs });
  }

  depth(): Promise<number> {
    return this.#queue.getWaitingCount();
  }

  async run(): Promise<void> {
    if (this.#closing !== undefined) return;
    const { logger, name } = this.#options;
    // Runs until it is closed.
    this.#worker.run().catch((thrown: unknown) => {
      if (!this.#closing) logger.error('queue stopped', { queue: name, error: toError(thrown) });
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { logger, name } = this.#options;
    this.#abort.abort();
    const closed = this.#worker.close().then(() => true);
    await Promise.all(this.#active);
    const patience = new AbortController();
    const late = sleep(systemClock, CLOSE_GRACE_MS, patience.signal).then(() => false);
    if (!(await Promise.race([closed, late]))) {
      // It goes on by itself and ends within an idle wait; nobody needs to wait for that.
      logger.warn('queue is slow to close its connection', { queue: name });
    }
    patience.abort();
    await this.#queue.close();
    this.#stopListening();
  }

  async #process(job: Job<KeyData>): Promise<void> {
    if (!(await this.#isOurs(job))) return;
    const { data, name, timestamp } = job;
    if (name === WAKE) return this.enqueue([data.key]);
    // The clocks of two machines may differ.
    const waitedMs = Math.max(0, systemClock.now() - timestamp);
    const run = this.#options.process(data.key, this.#abort.signal, waitedMs);
    this.#active.add(run);
    await run;
    this.#active.delete(run);
  }

  /** The server may have forgotten by now that it handed the job out, and hand it out again. */
  async #isOurs(job: Job<KeyData>): Promise<boolean> {
    if (this.#claimedAfter.get(job) === this.#losses) return true;
    return (await job.extendLock(job.token ?? '', LOCK_DURATION_MS)) > 0;
  }

  readonly #toJob = (key: string) => ({
    name: RUN,
    data: { key },
    opts: this.#optionsOf(RUN, key),
  });

  #optionsOf(name: typeof RUN | typeof WAKE, key: string) {
    return {
      jobId: this.#newId(),
      deduplication: { id: `${name}:${key}`, keepLastIfActive: true, replace: true },
      removeOnComplete: true,
      removeOnFail: true,
      // Fails only for want of the server.
      attempts: FOREVER,
      backoff: { type: 'fixed', delay: RETRY_DELAY_MS },
    };
  }

  /**
   * No job of any process ever has the id of another. BullMQ by itself counts, and after a crash the count may begin anew
   * while jobs that it has numbered are still there: BullMQ takes a job with the id of another for that one, and drops it
   * without a word. A PostgreSQL with `wal_level=minimal` forgets the first 32 numbers of a sequence that was used in the
   * transaction that made it, and BullMQ makes its sequences that way.
   */
  #newId(): string {
    return `${this.#idPrefix}${(this.#idCount++).toString(36)}`;
  }
}
