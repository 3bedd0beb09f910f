import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Random } from '../../lib/random.ts';
import { appendAuditEvents } from '../postgres/queries/append-audit-events.ts';
import { ensureCluster } from '../postgres/queries/ensure-cluster.ts';
import { expireAuditEvents } from '../postgres/queries/expire-audit-events.ts';
import {
  type AuditQuery,
  type AuditRow,
  readAuditEvents,
} from '../postgres/queries/read-audit-events.ts';
import { ReadPool } from '../postgres/read-pool.ts';
import { createRetryPause } from '../postgres/retry.ts';
import type { AuditEvent } from './audit-event.ts';

/** One connection for the writer and one for readers: neither waits for the other. */
const MAX_CONNECTIONS = 2;
/** How long an append or a read waits for a PostgreSQL that is away. */
const DEADLINE_MS = 30_000;

export interface AuditTableOptions {
  /** Connection string of a migrated database. */
  readonly url: string;
  /** Name of the logical cluster. @default 'default' */
  readonly cluster?: string;
  /** Real time: deadlines wait for PostgreSQL. */
  readonly ioClock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** The audit events of one cluster in PostgreSQL. It connects at its first use. */
export class AuditTable {
  readonly #pool: ReadPool;
  readonly #cluster: string;
  #clusterId: Promise<number> | undefined;

  constructor({ url, cluster = 'default', ioClock, random, logger }: AuditTableOptions) {
    this.#cluster = cluster;
    this.#pool = new ReadPool({
      url,
      applicationName: 'orrery-audit',
      maxConnections: MAX_CONNECTIONS,
      ioClock,
      pause: createRetryPause(ioClock, random),
      logger,
      deadlineMs: DEADLINE_MS,
    });
  }

  /** Adds `events` in their order. @throws {ApiError} ServiceUnavailable when PostgreSQL cannot be reached in time */
  async append(events: readonly AuditEvent[]): Promise<void> {
    const clusterId = await this.#getClusterId();
    await this.#pool.run((db) => appendAuditEvents(db, clusterId, events));
  }

  /** Newest first. */
  async read(query: AuditQuery): Promise<AuditRow[]> {
    const clusterId = await this.#getClusterId();
    return this.#pool.run((db) => readAuditEvents(db, clusterId, query));
  }

  /** Drops what is older than `beforeMs`; returns how many events that were. */
  async expire(beforeMs: number): Promise<number> {
    const clusterId = await this.#getClusterId();
    return this.#pool.run((db) => expireAuditEvents(db, clusterId, beforeMs));
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
