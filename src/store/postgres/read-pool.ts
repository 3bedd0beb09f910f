import pg from 'pg';
import type { Clock } from '../../lib/clock.ts';
import { toError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { clientConfig } from './connection.ts';
import { classifyFailure, translateError } from './errors.ts';
import type { RetryPause } from './retry.ts';

/** Reads are short; one that takes longer has lost its server. */
const READ_TIMEOUT_MS = 30_000;

export interface ReadPoolOptions {
  readonly url: string;
  /** Shown in pg_stat_activity. @default 'orrery-read' */
  readonly applicationName?: string;
  readonly maxConnections: number;
  /** Real time: deadlines wait for PostgreSQL. */
  readonly ioClock: Clock;
  readonly pause: RetryPause;
  readonly logger: Logger;
  /** How long a read waits for a PostgreSQL that is away, before it is ServiceUnavailable. */
  readonly deadlineMs: number;
}

/** Where everything but the commits and the notifications is read. Reads that fail for a passing reason are repeated. */
export class ReadPool {
  readonly #options: ReadPoolOptions;
  readonly #pool: pg.Pool;
  readonly #closed = new AbortController();

  constructor(options: ReadPoolOptions) {
    this.#options = options;
    const { url, applicationName = 'orrery-read', maxConnections, logger } = options;
    this.#pool = new pg.Pool({
      ...clientConfig({ url, applicationName }),
      max: maxConnections,
      query_timeout: READ_TIMEOUT_MS,
      allowExitOnIdle: true,
    });
    // Without listeners the loss of a connection would end the process. The pool replaces an idle one; who has one between
    // two statements learns of it by the next.
    this.#pool.on('error', (error) => logger.info('lost an idle connection', { error }));
    this.#pool.on('connect', (client) => void client.on('error', () => undefined));
  }

  /**
   * Runs `work`, again if need be. With a `signal` it never gives up until that aborts; without, it fails at the deadline.
   *
   * @throws an ApiError
   */
  async run<T>(work: (pool: pg.Pool) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { ioClock, deadlineMs, pause, logger } = this.#options;
    const deadline = signal ? Number.POSITIVE_INFINITY : ioClock.now() + deadlineMs;
    const stop = signal ? AbortSignal.any([signal, this.#closed.signal]) : this.#closed.signal;
    for (let failures = 1; ; failures++) {
      try {
        return await work(this.#pool);
      } catch (error) {
        const final =
          classifyFailure(error) === 'refused' || stop.aborted || ioClock.now() >= deadline;
        if (final) throw translateError(error);
        logger.warn('read failed, trying again', { failures, error: toError(error) });
        await pause.wait(failures, stop);
      }
    }
  }

  /** Runs `work` in a transaction that sees one moment, however many statements it makes. */
  snapshot<T>(work: (client: pg.PoolClient) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const begin = 'begin isolation level repeatable read read only';
    return this.run((pool) => withTransaction(pool, begin, work), signal);
  }

  /** Runs `work` in a transaction that may write; again, whole, when it fails for a passing reason. */
  transaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    return this.run((pool) => withTransaction(pool, 'begin', work));
  }

  /** Waits for what is running; nothing is tried again. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#pool.end();
  }
}

async function withTransaction<T>(
  pool: pg.Pool,
  begin: string,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    failure = toError(error);
    throw error;
  } finally {
    // A failed connection is closed rather than given back: it may be in the middle of anything.
    client.release(failure);
  }
}
