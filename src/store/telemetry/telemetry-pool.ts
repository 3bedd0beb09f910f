import type pg from 'pg';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Random } from '../../lib/random.ts';
import { ensureCluster } from '../postgres/queries/ensure-cluster.ts';
import { ReadPool } from '../postgres/read-pool.ts';
import { createRetryPause } from '../postgres/retry.ts';

/** One connection for the writer and one for readers: neither waits for the other. */
const MAX_CONNECTIONS = 2;
/** How long a write or a read waits for a PostgreSQL that is away. */
const DEADLINE_MS = 30_000;

export interface TelemetryOptions {
  /** Connection string of a migrated database. */
  readonly url: string;
  /** Name of the logical cluster. @default 'default' */
  readonly cluster?: string;
  /** Real time: deadlines wait for PostgreSQL. */
  readonly ioClock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Connections to what is kept beside the objects of one cluster. It connects at its first use. */
export class TelemetryPool {
  readonly #pool: ReadPool;
  readonly #cluster: string;
  #clusterId: Promise<number> | undefined;

  /** @param applicationName Shows up in `pg_stat_activity`. */
  constructor(applicationName: string, options: TelemetryOptions) {
    const { url, cluster = 'default', ioClock, random, logger } = options;
    this.#cluster = cluster;
    this.#pool = new ReadPool({
      url,
      applicationName,
      maxConnections: MAX_CONNECTIONS,
      ioClock,
      pause: createRetryPause(ioClock, random),
      logger,
      deadlineMs: DEADLINE_MS,
    });
  }

  /** @throws {ApiError} ServiceUnavailable when PostgreSQL cannot be reached in time */
  async run<T>(work: (db: pg.Pool, clusterId: number) => Promise<T>): Promise<T> {
    const clusterId = await this.#getClusterId();
    return this.#pool.run((db) => work(db, clusterId));
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  #getClusterId(): Promise<number> {
    this.#clusterId ??= this.#pool
      .run((db) => ensureCluster(db, this.#cluster))
      .catch((error) => {
        // The next caller tries again.
        this.#clusterId = undefined;
        throw error;
      });
    return this.#clusterId;
  }
}
