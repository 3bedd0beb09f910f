import { expect } from '@jest/globals';
import { sleep, systemClock } from '../../src/lib/clock.ts';
import { seededRandom } from '../../src/lib/random.ts';
import type { EmbeddedPostgres } from '../../src/store/embedded/embedded-postgres.ts';
import { eventually } from './eventually.ts';
import { QueueHistory } from './queue-history.ts';
import { startQueueProcess } from './queue-process.ts';

const KEYS = 60;
/** Every so often a run goes on while the server is away. */
const LONG_RUN_MS = 800;
/** Well below the time after which keys of a process that is silent are given away. */
const PATIENCE_MS = 5_000;

/**
 * Kills PostgreSQL while two processes enqueue and work on keys, which both see change before, while and after it is away.
 * Judges the whole history: each key starts again after its last change, soon after the server is back, and no key has two
 * runs at once that can write.
 *
 * @param name Of the queue: one that has never been.
 */
export async function expectQueueSurvivesKill(
  postgres: EmbeddedPostgres,
  { name, seed }: { name: string; seed: number },
): Promise<void> {
  const random = seededRandom(seed);
  const history = new QueueHistory();
  const work = () => sleep(systemClock, random() < 0.1 ? LONG_RUN_MS : random() * 20);
  const options = { databaseUrl: postgres.url, name, history, work };
  await using one = await startQueueProcess(options);
  await using two = await startQueueProcess(options);
  const touchSome = async (): Promise<void> => {
    const key = `k${Math.floor(random() * KEYS)}`;
    history.touch(key);
    for (const { queue } of [one, two]) queue.add(key);
    await sleep(systemClock, 5);
  };
  while (history.starts < KEYS / 2) await touchSome();
  const killed = postgres.pid as number;
  process.kill(killed, 'SIGKILL');
  while (postgres.pid === killed) await touchSome();
  while (one.recoveries === 0 || two.recoveries === 0) await touchSome();
  for (let i = 0; i < KEYS; i++) await touchSome();
  await eventually(
    () => history.unseen(),
    (unseen) => expect(unseen).toEqual([]),
    { withinMs: PATIENCE_MS },
  );
  expect(history.violations).toEqual([]);
}
