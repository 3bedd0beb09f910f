import fs from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { deferred } from '../../../src/lib/deferred.ts';
import { createBullmqBackend } from '../../../src/queues/bullmq-backend.ts';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../../src/store/embedded/embedded-postgres.ts';
import { eventually } from '../../support/eventually.ts';
import { expectQueueSurvivesKill, mortalPostgres } from '../../support/queue-kills.ts';
import { temporaryDataDirectory } from '../../support/server.ts';
import { testSeed } from '../../support/test-seed.ts';

const seed = testSeed();

let dataDirectory: string;
let postgres: EmbeddedPostgres;

beforeAll(async () => {
  dataDirectory = temporaryDataDirectory();
  // Durable: a kill is to lose what it would lose in a cluster, and no more.
  postgres = await startEmbeddedPostgres({ dataDirectory });
}, 60_000);

afterAll(async () => {
  await postgres.stop();
  fs.rmSync(dataDirectory, { recursive: true, force: true });
});

async function query(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(text);
  await client.end();
}

async function kill(): Promise<void> {
  const killed = postgres.pid as number;
  process.kill(killed, 'SIGKILL');
  await eventually(() => expect(postgres.pid).not.toBe(killed));
}

test('keys that are enqueued after a kill run, whichever were enqueued before it and are still there', async () => {
  const backend = await createBullmqBackend({ databaseUrl: postgres.url });
  const gate = deferred();
  const starts = new Set<string>();
  let recoveries = 0;
  const queue = await backend.open({
    name: 'numbered-anew',
    concurrency: 4,
    process: async (key) => {
      starts.add(key);
      await gate.promise;
    },
    onRecovery: () => void recoveries++,
  });
  await queue.run();
  const before = Array.from({ length: 10 }, (_, index) => `before-${index}`);
  const after = Array.from({ length: 20 }, (_, index) => `after-${index}`);
  for (const key of before) await queue.enqueue([key]);
  // A commit that waits for the disk takes along those before it, which did not.
  await query('create table flushed ()');
  await kill();
  await eventually(() => expect(recoveries).toBeGreaterThan(0));
  for (const key of after) await queue.enqueue([key]);
  gate.resolve();
  await eventually(
    () => [...starts].sort(),
    (started) => expect(started).toEqual([...before, ...after].sort()),
  );
  await backend.close();
});

test('a key that a worker has claimed without knowing it is given back when the server is back, and the key that it works on is not', async () => {
  const backend = await createBullmqBackend({ databaseUrl: postgres.url });
  const gate = deferred();
  const starts: string[] = [];
  const queue = await backend.open({
    name: 'strays',
    concurrency: 1,
    process: async (key) => {
      starts.push(key);
      await gate.promise;
    },
  });
  await queue.run();
  await queue.enqueue(['held']);
  await eventually(() => expect(starts).toEqual(['held']));
  await queue.enqueue(['stray']);
  // As it is when the server claims a job, and is lost before it says so. The lock would last for an hour.
  await query(`update bullmq.job stray
    set state = 'active', locked_until_ms = held.locked_until_ms + 3600000,
      lock_token = split_part(held.lock_token, ':', 1) || ':999'
    from bullmq.job held
    where stray.data ->> 'key' = 'stray' and held.data ->> 'key' = 'held'`);
  await query(`select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'orrery-queues'`);
  await eventually(() => queue.enqueue(['later']));
  gate.resolve();
  await eventually(() => expect(starts.toSorted()).toEqual(['held', 'later', 'stray']));
  await backend.close();
});

test.each([1, 2])(
  'no key is lost, late or run twice at once when PostgreSQL is killed under load (kill %i)',
  async (round) => {
    await expectQueueSurvivesKill(mortalPostgres(postgres), {
      name: `killed-${round}`,
      seed: seed + round,
    });
  },
);
