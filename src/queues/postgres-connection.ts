import { PostgresConnection, runMigrations } from 'bullmq';
import pg from 'pg';
import { toError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { ClaimKeeper } from './claim-keeper.ts';
import type { QueueConnection, ServerListener } from './connection.ts';
import { tryAgainOnLoss } from './loss.ts';
import { type BullmqClient, PostgresPool } from './postgres-pool.ts';

/**
 * Session settings. The schema is BullMQ's own. A commit does not wait for the disk, which is most of what a job costs:
 * when PostgreSQL crashes it may forget the last fraction of a second, and those who listen for that make up for it: what
 * has not started is enqueued again, and what is being worked on is not taken for granted.
 */
const SESSION_OPTIONS = '-c search_path=bullmq -c synchronous_commit=off';

export interface PostgresQueueOptions {
  readonly databaseUrl: string;
  /** For all queues together; one of them listens. */
  readonly maxConnections: number;
  readonly logger: Logger;
}

/**
 * One pool for all queues, and in it one connection that listens for all workers: BullMQ by itself would open a pool and a
 * listener a worker, and PostgreSQL would wake each of them for every job.
 *
 * @throws when PostgreSQL refuses, or cannot be reached for a second
 */
export function openPostgresConnection(options: PostgresQueueOptions): Promise<QueueConnection> {
  return tryAgainOnLoss(() => openOnce(options), options.logger);
}

async function openOnce({
  databaseUrl,
  maxConnections,
  logger,
}: PostgresQueueOptions): Promise<QueueConnection> {
  const pool = new pg.Pool({
    ...poolAddress(databaseUrl),
    max: maxConnections,
    keepAlive: true,
    application_name: 'orrery-queues',
  });
  pool.on('connect', (client) => {
    // Every worker waits on the one listening client.
    client.setMaxListeners(0);
    // Whoever has the client learns of its loss by the next statement; without a listener the process would end.
    client.on('error', () => undefined);
  });
  pool.on('error', (error) => logger.warn('queue connection lost', { error }));
  try {
    await migrate(pool);
    const connection = new SharedPostgresConnection(pool, logger);
    await connection.waitUntilReady();
    return connection;
  } catch (thrown) {
    await pool.end();
    throw thrown;
  }
}

/** A URL's own `options` would replace the session settings: both are needed. */
function poolAddress(databaseUrl: string): pg.PoolConfig {
  const url = new URL(databaseUrl);
  const own = url.searchParams.get('options');
  url.searchParams.delete('options');
  const options = own === null ? SESSION_OPTIONS : `${own} ${SESSION_OPTIONS}`;
  return { connectionString: url.href, options };
}

async function migrate(pool: pg.Pool): Promise<void> {
  // The migration's lock belongs to a session, so it needs one.
  const client = await pool.connect();
  try {
    await runMigrations(client as unknown as BullmqClient);
  } finally {
    client.release();
  }
}

class SharedPostgresConnection implements QueueConnection {
  readonly idleSeconds = 30;
  readonly connection: object;
  readonly #pool: pg.Pool;
  readonly #shared: PostgresConnection;
  readonly #backends = new Set<ClaimKeeper>();
  readonly #listeners = new Set<ServerListener>();

  constructor(pool: pg.Pool, logger: Logger) {
    this.#pool = pool;
    const facade = new PostgresPool(pool, {
      onLoss: () => {
        for (const backend of this.#backends) backend.doubt();
        for (const listener of this.#listeners) listener.onLoss();
      },
      onRecovery: () => {
        for (const backend of this.#backends) backend.recover();
        for (const listener of this.#listeners) listener.onRecovery();
      },
    });
    this.connection = facade.toPool();
    this.#shared = new PostgresConnection(facade.toPool());
    this.#shared.on('error', (error: unknown) =>
      logger.warn('queue connection failed', { error: toError(error) }),
    );
    this.#shared.on('listenerinvalidated', () => {
      facade.noteLoss();
      this.#listenAnew();
    });
  }

  readonly backendFactory: QueueConnection['backendFactory'] = (name, opts) => {
    // Not the owner: closing one queue must leave the connection to the others.
    const backend = new ClaimKeeper(this.#shared, name, opts as never, false);
    this.#backends.add(backend);
    backend.once('close', () => this.#backends.delete(backend));
    return backend;
  };

  /** BullMQ looks at the schema once, and remembers a failure for good. */
  waitUntilReady(): Promise<void> {
    return this.#shared.waitUntilReady();
  }

  addListener(listener: ServerListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    await this.#shared.close();
    await this.#pool.end();
  }

  /** Backends that own their connection do so by themselves. */
  #listenAnew(): void {
    for (const backend of this.#backends) {
      void backend.reconnectBlocking();
      void backend.disconnect();
    }
  }
}
