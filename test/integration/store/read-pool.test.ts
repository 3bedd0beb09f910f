import { expect, test } from '@jest/globals';
import pg from 'pg';
import { systemClock } from '../../../src/lib/clock.ts';
import { silentLogger } from '../../../src/lib/logger.ts';
import { seededRandom } from '../../../src/lib/random.ts';
import { ReadPool } from '../../../src/store/postgres/read-pool.ts';
import { createRetryPause } from '../../../src/store/postgres/retry.ts';
import { createTestDatabase } from '../../support/database.ts';
import { testSeed } from '../../support/test-seed.ts';

test('a transaction whose session is cut between two statements is done again, and the process lives', async () => {
  await using database = await createTestDatabase({ migrated: false });
  const pool = new ReadPool({
    url: database.url,
    maxConnections: 2,
    ioClock: systemClock,
    pause: createRetryPause(systemClock, seededRandom(testSeed())),
    logger: silentLogger,
    deadlineMs: 10_000,
  });
  let attempts = 0;
  const answer = await pool.transaction(async (client) => {
    if (++attempts === 1) await cut(client, database.url);
    const { rows } = await client.query<{ answer: number }>('select 42 as answer');
    return rows[0]?.answer;
  });
  expect({ answer, attempts }).toEqual({ answer: 42, attempts: 2 });
  await pool.close();
});

/** Ends the client's session, and waits until the client has seen that. */
async function cut(client: pg.PoolClient, url: string): Promise<void> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  const ended = new Promise((resolve) => client.once('end', resolve));
  await admin.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
  await ended;
  await admin.end();
}
