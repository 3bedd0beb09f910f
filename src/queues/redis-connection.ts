import { createRedisBackend } from 'bullmq';
import { Redis, type RedisOptions } from 'ioredis';
import { toError } from '../lib/errors.ts';
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
  const redis = endingOnDisconnect(
    new Redis(redisUrl, { maxRetriesPerRequest: null, lazyConnect: true }),
  );
  let lastError: Error | undefined;
  redis.on('error', (error: Error) => {
    lastError = error;
    logger.warn('queue connection failed', { error });
  });
  // Every queue has listeners on it.
  redis.setMaxListeners(0);
  try {
    await redis.connect();
  } catch (thrown) {
    // It would go on trying, with nobody left to use it.
    redis.disconnect();
    const { host, port } = redis.options;
    const why = (lastError ?? toError(thrown)).message;
    throw new Error(
      `cannot reach Redis at ${host}:${port}: ${why}; start it, or leave REDIS_URL unset to keep the queues in PostgreSQL`,
      { cause: thrown },
    );
  }
  return {
    connection: redis,
    backendFactory: createRedisBackend as unknown as QueueConnection['backendFactory'],
    prefix,
    // Short, because after a broken connection a worker may sit out a whole wait.
    idleSeconds: 5,
    addListener: ({ onLoss, onRecovery }) => {
      const onReady = (): void => {
        onLoss();
        onRecovery();
      };
      redis.on('close', onLoss);
      // Comes once a connection is established again, too; the first one has been.
      redis.on('ready', onReady);
      return () => void redis.off('close', onLoss).off('ready', onReady);
    },
    // Nothing is on its way any more; `quit` would wait for a server that is away.
    close: async () => redis.disconnect(),
  };
}

/**
 * Lets the client, and the copies that BullMQ makes of it, be disconnected while it waits to reconnect. ioredis has no socket
 * to close then, never says that it has ended, and BullMQ's worker waits for that when it closes.
 */
function endingOnDisconnect(client: Redis): Redis {
  const disconnect = client.disconnect.bind(client);
  const duplicate = client.duplicate.bind(client);
  return Object.assign(client, {
    disconnect: (reconnect = false): void => {
      // As if it had not connected yet: then it ends by itself.
      if (!reconnect && client.status === 'reconnecting') client.status = 'wait';
      disconnect(reconnect);
    },
    duplicate: (override?: Partial<RedisOptions>): Redis => endingOnDisconnect(duplicate(override)),
  });
}
