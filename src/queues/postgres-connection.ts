import { type PgPool, PostgresConnection, PostgresQueueBackend, runMigrations } from 'bullmq';
import pg from 'pg';
import { toError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { QueueConnection } from './connection.ts';

/**
 * Session settings. The schema is BullMQ's own. A commit does not wait for the disk, which is most of what a job costs:
 * when PostgreSQL crashes it may forget the last fraction of a second, and {@link QueueConnection.onRecovery} makes up for
 * that by enqueuing again what has not started.
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
 */
export async function openPostgresConnection({
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
  // Every worker waits on the one listening client.
  pool.on('connect', (client) => client.setMaxListeners(0));
  pool.on('error', (error) => logger.warn('queue connection lost', { error }));
  try {
    await migrate(pool);
  } catch (thrown) {
    await pool.end();
    throw thrown;
  }
  return new SharedPostgresConnection(pool, logger);
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
  readonly connection: object;
  readonly #pool: pg.Pool;
  readonly #shared: PostgresConnection;
  readonly #recoveryListeners: (() => void)[] = [];

  constructor(pool: pg.Pool, logger: Logger) {
    this.#pool = pool;
    const facade = poolFacade(pool);
    this.connection = facade;
    this.#shared = new PostgresConnection(facade);
    this.#shared.setMaxListeners(0);
    this.#shared.on('error', (error: unknown) =>
      logger.warn('queue connection failed', { error: toError(error) }),
    );
    this.#shared.on('listenerinvalidated', () => this.#onListenerLost());
  }

  readonly backendFactory: QueueConnection['backendFactory'] = (name, opts) => {
    // Not the owner: closing one queue must leave the connection to the others.
    const backend = new PostgresQueueBackend(this.#shared, name, opts as never, false);
    this.#shared.on('listenerinvalidated', () => {
      // Only owners listen anew by themselves.
      void backend.reconnectBlocking();
      void backend.disconnect();
    });
    return backend;
  };

  onRecovery(listener: () => void): void {
    this.#recoveryListeners.push(listener);
  }

  async close(): Promise<void> {
    await this.#shared.close();
    await this.#pool.end();
  }

  #onListenerLost(): void {
    for (const listener of this.#recoveryListeners) listener();
  }
}

/**
 * The pool as BullMQ sees it: statements are prepared once a connection, and any loss of the server has the code by which
 * BullMQ knows that it should wait and try again.
 */
function poolFacade(pool: pg.Pool): PgPool {
  const names = new Map<string, string>();
  const nameOf = (text: string): string => {
    let name = names.get(text);
    if (name === undefined) {
      name = `bullmq_${names.size}`;
      names.set(text, name);
    }
    return name;
  };
  const query = async (text: string, values: readonly unknown[] = []): Promise<unknown> => {
    try {
      return await pool.query({ name: nameOf(text), text, values: [...values] });
    } catch (thrown) {
      throw toConnectionError(toError(thrown));
    }
  };
  const facade = {
    query,
    connect: async () => serialClient(await pool.connect()),
    end: () => pool.end(),
    on: (event: string, listener: (...args: unknown[]) => void) =>
      pool.on(event as 'error', listener),
    removeAllListeners: (event?: string) => pool.removeAllListeners(event),
    options: pool.options,
  };
  return facade as unknown as PgPool;
}

type BullmqClient = Awaited<ReturnType<PgPool['connect']>>;

/** Workers share the listening client, and a client of pg runs one statement at a time: the others wait for their turn. */
function serialClient(client: pg.PoolClient): BullmqClient {
  let last: Promise<unknown> = Promise.resolve();
  const query = (text: string, values?: unknown[]): Promise<unknown> => {
    const result = last.then(() => client.query(text, values));
    last = result.catch(() => undefined);
    return result;
  };
  const serial = {
    query,
    // BullMQ turns the socket's keep-alive on.
    connection: (client as unknown as BullmqClient).connection,
    release: (destroy?: boolean) => client.release(destroy),
    on: (event: string, listener: (...args: unknown[]) => void) => {
      client.on(event as 'error', listener);
      return serial;
    },
    removeListener: (event: string, listener: (...args: unknown[]) => void) => {
      client.removeListener(event, listener);
      return serial;
    },
    removeAllListeners: (event?: string) => {
      // Without a name this would take the pool's own listeners away as well.
      for (const name of event ? [event] : ['notification']) client.removeAllListeners(name);
      return serial;
    },
  };
  return serial as unknown as BullmqClient;
}

/** SQLSTATE classes 08 (connection) and 57P (operator intervention: shutting down, starting up), and a dead socket. */
const LOST_SERVER = /^(08...|57P0[123])$/;
const LOST_SOCKET = /ECONNRESET|EPIPE|ETIMEDOUT|Connection terminated|connection timeout/i;

function toConnectionError(error: Error & { code?: string }): Error {
  const lost =
    LOST_SERVER.test(error.code ?? '') || LOST_SOCKET.test(`${error.code} ${error.message}`);
  if (!lost) return error;
  return Object.assign(new Error(`queue server lost: ${error.message}`, { cause: error }), {
    code: 'ECONNREFUSED',
  });
}
