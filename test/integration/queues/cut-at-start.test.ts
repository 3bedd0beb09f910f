import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { seededRandom } from '../../../src/lib/random.ts';
import { createBullmqBackend } from '../../../src/queues/bullmq-backend.ts';
import { cutSessions } from '../../support/cut-sessions.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { testSeed } from '../../support/test-seed.ts';

const random = seededRandom(testSeed());

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

const cutSome = (): Promise<number> =>
  cutSessions(database.url, { names: ['orrery-queues'], share: random() });

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
