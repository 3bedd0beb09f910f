import { expect, test } from '@jest/globals';
import { sleep, systemClock } from '../../../src/lib/clock.ts';
import { seededRandom } from '../../../src/lib/random.ts';
import { cutSessions } from '../../support/cut-sessions.ts';
import { createTestDatabase } from '../../support/database.ts';
import { startServer } from '../../support/server.ts';
import { testSeed } from '../../support/test-seed.ts';

const random = seededRandom(testSeed());
const MAX_CUTS = 8;

/** Those that last: the first two, which make and migrate the database, end a start by name. */
const NAMES = ['orrery-read', 'orrery-write', 'orrery-listen', 'orrery-queues'];

/** Cuts sessions at random until `isOver`; returns how many. */
async function cutUntil(url: string, isOver: () => boolean): Promise<number> {
  let cuts = 0;
  while (!isOver() && cuts < MAX_CUTS) {
    cuts += await cutSessions(url, { names: NAMES, share: random() * 0.5 });
    await sleep(systemClock, random() * 150);
  }
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
    const [cuts, server] = await Promise.all([cutUntil(database.url, () => isOver), starting]);
    await using _ = server;
    expect(cuts).toBeGreaterThan(0);
  },
);
