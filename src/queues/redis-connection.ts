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
  const dataLoss = await watchForDataLoss(redis);
  return {
    connection: redis,
    backendFactory: createRedisBackend as unknown as QueueConnection['backendFactory'],
    prefix,
    // Short, because after a broken connection a worker may sit out a whole wait.
    idleSeconds: 5,
    addListener: ({ onLoss, onRecovery, onDataLoss }) => {
      const onReady = (): void => {
        onLoss();
        onRecovery();
      };
      redis.on('close', onLoss);
      // Comes once a connection is established again, too; the first one has been.
      redis.on('ready', onReady);
      if (onDataLoss) dataLoss.add(onDataLoss);
      return () => {
        redis.off('close', onLoss).off('ready', onReady);
        if (onDataLoss) dataLoss.delete(onDataLoss);
      };
    },
    // Nothing is on its way any more; `quit` would wait for a server that is away.
    close: async () => redis.disconnect(),
  };
}

/**
 * Calls those in the returned set when the server turns out to be another one: it was started anew, with as much as it had
 * written to a disk, or a replica took its place.
 */
async function watchForDataLoss(redis: Redis): Promise<Set<() => void>> {
  const listeners = new Set<() => void>();
  let known = await readRunId(redis);
  const compare = async (): Promise<void> => {
    const current = (await readRunId(redis)) ?? known;
    const isAnother = known !== undefined && current !== known;
    known = current;
    if (isAnother) for (const onDataLoss of listeners) onDataLoss();
  };
  redis.on('ready', () => void compare());
  return listeners;
}

/** Redis draws it when it starts. */
async function readRunId(redis: Redis): Promise<string | undefined> {
  try {
    return /^run_id:(\w+)/m.exec(await redis.info('server'))?.[1];
  } catch {
    // Ignored: it is lost again, and asked again when it is back; or it tells this user nothing.
    return undefined;
  }
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
