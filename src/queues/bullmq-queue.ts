import { type Job, Queue, Worker } from 'bullmq';
import { sleep, systemClock } from '../lib/clock.ts';
import { toError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { BackendQueue, QueueOptions } from '../machinery/work-queue.ts';
import type { QueueConnection } from './connection.ts';

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
const MAX_STALLED_COUNT = 2_147_483_647;
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
        maxStalledCount: MAX_STALLED_COUNT,
        drainDelay: connection.idleSeconds,
        runRetryDelay: RETRY_DELAY_MS,
        removeOnComplete: { count: 0 },
        removeOnFail: { count: 0 },
      },
      factory,
    );
    const onError = (error: Error): void => {
      if (!this.#closing) logger.warn('queue error', { queue: name, error });
    };
    this.#queue.on('error', onError);
    this.#worker.on('error', onError);
  }

  /** @param empty Drops what a predecessor left behind. */
  async open({ empty }: { empty: boolean }): Promise<void> {
    await Promise.all([this.#queue.waitUntilReady(), this.#worker.waitUntilReady()]);
    if (empty) await this.#queue.obliterate({ force: true });
  }

  async enqueue(keys: readonly string[]): Promise<void> {
    for (let start = 0; start < keys.length; start += MAX_BULK) {
      await this.#queue.addBulk(keys.slice(start, start + MAX_BULK).map(toJob));
    }
  }

  async enqueueLater(key: string, delayMs: number): Promise<void> {
    // A job of its own, which enqueues the key when it is due: as a delayed job of the key it would stand in the way of
    // changes that come before.
    await this.#queue.add(WAKE, { key }, { ...optionsOf(`${WAKE}:${key}`), delay: delayMs });
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
  }

  async #process({ data, name, timestamp }: Job<KeyData>): Promise<void> {
    if (name === WAKE) return this.enqueue([data.key]);
    // The clocks of two machines may differ.
    const waitedMs = Math.max(0, systemClock.now() - timestamp);
    const run = this.#options.process(data.key, this.#abort.signal, waitedMs);
    this.#active.add(run);
    await run;
    this.#active.delete(run);
  }
}

function toJob(key: string) {
  return { name: RUN, data: { key }, opts: optionsOf(`${RUN}:${key}`) };
}

function optionsOf(id: string) {
  return {
    deduplication: { id, keepLastIfActive: true, replace: true },
    removeOnComplete: true,
    removeOnFail: true,
  };
}
