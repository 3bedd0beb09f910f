import { createRedisBackend } from 'bullmq';
import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from '../lib/logger.ts';
import type { QueueConnection } from './connection.ts';

export interface RedisQueueOptions {
  readonly redisUrl: string;
  /** Name space of the queues within the server. */
  readonly prefix: string;
  readonly logger: Logger;
}

/** One connection for all queues; each worker adds one of its own, on which it waits for jobs. */
export async function openRedisConnection({
  redisUrl,
  prefix,
  logger,
}: RedisQueueOptions): Promise<QueueConnection> {
  // Commands wait for a server that is away instead of failing: BullMQ asks for that on what workers use.
  const redis = new EndingRedis(redisUrl, { maxRetriesPerRequest: null, lazyConnect: true });
  redis.on('error', (error: Error) => logger.warn('queue connection failed', { error }));
  await redis.connect();
  return {
    connection: redis,
    backendFactory: createRedisBackend as unknown as QueueConnection['backendFactory'],
    prefix,
    // Short, because after a broken connection a worker may sit out a whole wait.
    idleSeconds: 5,
    // `ready` comes once a connection is established again, too; the first one has been.
    onRecovery: (listener) => void redis.on('ready', listener),
    // Nothing is on its way any more; `quit` would wait for a server that is away.
    close: async () => redis.disconnect(),
  };
}

/**
 * A client that can be disconnected while it waits to reconnect. ioredis has no socket to close then, never says that it has
 * ended, and BullMQ's worker waits for that when it closes. A subclass, because BullMQ makes copies of the client.
 */
class EndingRedis extends Redis {
  override disconnect(reconnect = false): void {
    // As if it had not connected yet: then it ends by itself.
    if (!reconnect && this.status === 'reconnecting') this.status = 'wait';
    super.disconnect(reconnect);
  }

  override duplicate(override?: Partial<RedisOptions>): Redis {
    return new EndingRedis({ ...this.options, ...override } as RedisOptions);
  }
}
