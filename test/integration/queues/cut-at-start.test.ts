import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { seededRandom } from '../../../src/lib/random.ts';
import { createBullmqBackend } from '../../../src/queues/bullmq-backend.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { testSeed } from '../../support/test-seed.ts';

const random = seededRandom(testSeed());

let database: TestDatabase;
let admin: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
});

afterAll(async () => {
  await admin.end();
  await database[Symbol.asyncDispose]();
});

/** Ends some of the queues' sessions, whatever they are doing, and returns how many. */
async function cutSome(): Promise<number> {
  const { rowCount } = await admin.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name = 'orrery-queues' and random() < $1::float8`,
    [random()],
  );
  return rowCount ?? 0;
}

test.each(Array.from({ length: 12 }, (_, index) => index + 1))(
  'a queue opens and runs its keys though its sessions are cut meanwhile, history %i',
  async (index) => {
    const starts = new Set<string>();
    const opening = (async () => {
      const backend = await createBullmqBackend({ databaseUrl: database.url, exclusive: true });
      const queue = await backend.open({
        name: `cut-${index}`,
        concurrency: 2,
        process: async (key) => void starts.add(key),
      });
      await queue.run();
      return { backend, queue };
    })();
    let isOpen = false;
    const opened = opening.finally(() => {
      isOpen = true;
    });
    opened.catch(() => undefined);
    let cuts = 0;
    while (!isOpen && cuts < 3) cuts += await cutSome();
    const { backend, queue } = await opened;
    await eventually(() => queue.enqueue(['a', 'b']));
    await eventually(() => expect([...starts].sort()).toEqual(['a', 'b']));
    await backend.close();
  },
);
