import fs from 'node:fs';
import { expect, test } from '@jest/globals';
import { startEmbeddedPostgres } from '../../../src/store/embedded/embedded-postgres.ts';
import { expectQueueSurvivesKill, mortalPostgres } from '../../support/queue-kills.ts';
import { temporaryDataDirectory } from '../../support/server.ts';
import { testSeed } from '../../support/test-seed.ts';

const KILLS = 50;
/** The embedded server is not started again any more when it dies too often. */
const KILLS_A_START = 4;

test('PostgreSQL killed fifty times under load: no key of a work queue is lost, late or run twice at once', async () => {
  const seed = testSeed();
  const dataDirectory = temporaryDataDirectory();
  let kills = 0;
  while (kills < KILLS) {
    const postgres = await startEmbeddedPostgres({ dataDirectory });
    for (let i = 0; i < KILLS_A_START; i++) {
      kills++;
      await expectQueueSurvivesKill(mortalPostgres(postgres), {
        name: `killed-${kills}`,
        seed: seed + kills,
      });
    }
    await postgres.stop();
  }
  expect(kills).toBeGreaterThanOrEqual(KILLS);
  fs.rmSync(dataDirectory, { recursive: true, force: true });
}, 1_800_000);
