import { randomBytes } from 'node:crypto';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { QueueBackend } from '../../src/machinery/work-queue.ts';
import { type BullmqBackendOptions, createBullmqBackend } from '../../src/queues/bullmq-backend.ts';
import { cutSessions } from './cut-sessions.ts';
import { createTestDatabase } from './database.ts';

/** A server that holds queues, for the tests that want the same of each. */
export interface QueueServer extends AsyncDisposable {
  readonly kind: 'postgres' | 'redis';
  readonly url: string;
  /** Unique a server: a queue name, and on Redis the prefix as well. */
  readonly name: string;
  backend(options?: Partial<BullmqBackendOptions>): Promise<QueueBackend>;
  /** Everything that is kept about the queue's jobs: rows, or keys. */
  countLeftovers(): Promise<number>;
  /** Ends every connection of every backend, as a network fault would. */
  cutConnections(): Promise<void>;
}

export async function postgresQueueServer(): Promise<QueueServer> {
  const database = await createTestDatabase();
  const { url } = database;
  const query = async (text: string, values: unknown[] = []): Promise<pg.QueryResult> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return await client.query(text, values);
    } finally {
      await client.end();
    }
  };
  return {
    kind: 'postgres',
    url,
    name: 'law',
    backend: (options) => createBullmqBackend({ databaseUrl: url, ...options }),
    countLeftovers: async () => {
      const { rows } = await query(
        `select (select count(*) from bullmq.job) + (select count(*) from bullmq.dedup)
          + (select count(*) from bullmq.dedup_next) as count`,
      );
      return Number(rows[0].count);
    },
    cutConnections: async () => {
      await cutSessions(url, { names: ['orrery-queues'] });
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

export async function redisQueueServer(shared: string): Promise<QueueServer> {
  const name = `law-${randomBytes(4).toString('hex')}`;
  const redis = new Redis(shared);
  const own = new URL(shared);
  // Tells our connections from those of others, who may use the server as well. BullMQ's own names begin with the prefix.
  own.searchParams.set('connectionName', name);
  const url = own.href;
  return {
    kind: 'redis',
    url,
    name,
    backend: (options) => createBullmqBackend({ redisUrl: url, prefix: name, ...options }),
    countLeftovers: async () => {
      const keys = await redis.keys(`${name}:*`);
      const kept = keys.filter((key) => !/:(meta|id|events|stalled-check|marker)$/.test(key));
      return kept.length;
    },
    cutConnections: async () => {
      const clients = String(await redis.call('CLIENT', 'LIST')).split('\n');
      for (const client of clients.filter((line) => line.includes(` name=${name}`))) {
        const [, id = ''] = /^id=(\d+) /.exec(client) ?? [];
        await redis.call('CLIENT', 'KILL', 'ID', id);
      }
    },
    [Symbol.asyncDispose]: async () => {
      const queue = new Queue(name, { connection: redis as never, prefix: name });
      await queue.obliterate({ force: true });
      await queue.close();
      await redis.quit();
    },
  };
}
