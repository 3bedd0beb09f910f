import { expect, test } from '@jest/globals';
import pg from 'pg';
import { sleep, systemClock } from '../../../src/lib/clock.ts';
import { seededRandom } from '../../../src/lib/random.ts';
import { createTestDatabase } from '../../support/database.ts';
import { startServer } from '../../support/server.ts';
import { testSeed } from '../../support/test-seed.ts';

const random = seededRandom(testSeed());
const MAX_CUTS = 8;

/** Ends sessions of the store and the queues at random until `isOver`, whatever they are doing; returns how many. */
async function cutSessions(url: string, isOver: () => boolean): Promise<number> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  let cuts = 0;
  while (!isOver() && cuts < MAX_CUTS) {
    const { rowCount } = await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and random() < $1::float8
         and application_name in ('orrery-read', 'orrery-write', 'orrery-listen', 'orrery-queues')`,
      [random() * 0.5],
    );
    cuts += rowCount ?? 0;
    await sleep(systemClock, random() * 150);
  }
  await admin.end();
  return cuts;
}

test.each([1, 2, 3])(
  'a server serves in the end though sessions are cut while it starts, history %i',
  async () => {
    await using database = await createTestDatabase();
    let isOver = false;
    const starting = startServer({ databaseUrl: database.url }).finally(() => {
      isOver = true;
    });
    const [cuts, server] = await Promise.all([cutSessions(database.url, () => isOver), starting]);
    await using _ = server;
    expect(cuts).toBeGreaterThan(0);
  },
);
