/**
 * Work queues on BullMQ: the entry point of this room, and the only one that knows BullMQ. Payloads are keys; what a key
 * means is the controllers' business. Nothing here outlives its use: jobs are dropped when they end.
 */
import { type Logger, silentLogger } from '../lib/logger.ts';
import type { BackendQueue, QueueBackend, QueueOptions } from '../machinery/work-queue.ts';
import { BullmqQueue } from './bullmq-queue.ts';
import type { QueueConnection } from './connection.ts';
import { openPostgresConnection } from './postgres-connection.ts';
import { openRedisConnection } from './redis-connection.ts';

const DEFAULT_PREFIX = 'orrery';
const DEFAULT_MAX_CONNECTIONS = 8;

export interface BullmqBackendOptions {
  /** PostgreSQL, which holds the queues in the schema `bullmq`, unless {@link redisUrl} is set. */
  readonly databaseUrl?: string;
  readonly redisUrl?: string;
  /** Keeps control planes apart that share a Redis. @default 'orrery' */
  readonly prefix?: string;
  /** PostgreSQL connections, for all queues of the process together. @default 8 */
  readonly maxConnections?: number;
  /**
   * No other process works on these queues: what a predecessor left behind, half-done jobs above all, is dropped when a
   * queue opens instead of waited for. Right for whoever adds every key at start.
   * @default false
   */
  readonly exclusive?: boolean;
  readonly logger?: Logger;
}

/**
 * Connects, and migrates BullMQ's schema where it must.
 *
 * @throws when neither URL is given, or the server cannot be reached
 */
export async function createBullmqBackend(options: BullmqBackendOptions): Promise<QueueBackend> {
  const connection = await connect(options);
  return new BullmqBackend(connection, options);
}

function connect({
  databaseUrl,
  redisUrl,
  prefix = DEFAULT_PREFIX,
  maxConnections = DEFAULT_MAX_CONNECTIONS,
  logger = silentLogger,
}: BullmqBackendOptions): Promise<QueueConnection> {
  if (redisUrl !== undefined) return openRedisConnection({ redisUrl, prefix, logger });
  if (databaseUrl !== undefined) {
    return openPostgresConnection({ databaseUrl, maxConnections, logger });
  }
  throw new Error('queues need a server: set databaseUrl or redisUrl');
}

class BullmqBackend implements QueueBackend {
  readonly #connection: QueueConnection;
  readonly #options: BullmqBackendOptions;
  readonly #queues = new Set<BullmqQueue>();

  constructor(connection: QueueConnection, options: BullmqBackendOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  async open(options: QueueOptions): Promise<BackendQueue> {
    const { exclusive = false, logger = silentLogger } = this.#options;
    const queue = new BullmqQueue({ ...options, connection: this.#connection, logger });
    this.#queues.add(queue);
    await queue.open({ empty: exclusive });
    return queue;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#queues].map((queue) => queue.close()));
    await this.#connection.close();
  }
}
