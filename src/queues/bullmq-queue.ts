import { type Job, Queue, Worker } from 'bullmq';
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
/** An idle worker is woken by a notification; this often it also looks by itself, should one get lost. */
const DRAIN_DELAY_SECONDS = 30;
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
        drainDelay: DRAIN_DELAY_SECONDS,
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
    this.#abort.abort();
    await this.#worker.close();
    await this.#queue.close();
  }

  async #process({ data, name }: Job<KeyData>): Promise<void> {
    if (name === WAKE) await this.enqueue([data.key]);
    else await this.#options.process(data.key, this.#abort.signal);
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
