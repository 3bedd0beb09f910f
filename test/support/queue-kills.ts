import { expect } from '@jest/globals';
import { sleep, systemClock } from '../../src/lib/clock.ts';
import { seededRandom } from '../../src/lib/random.ts';
import type { QueueBackend } from '../../src/machinery/work-queue.ts';
import { createBullmqBackend } from '../../src/queues/bullmq-backend.ts';
import type { EmbeddedPostgres } from '../../src/store/embedded/embedded-postgres.ts';
import { eventually } from './eventually.ts';
import { QueueHistory } from './queue-history.ts';
import { startQueueProcess } from './queue-process.ts';
import type { RedisServer } from './redis-server.ts';

const KEYS = 60;
/** Every so often a run goes on while the server is away. */
const LONG_RUN_MS = 800;
/** Well below the time after which keys of a process that is silent are given away. */
const PATIENCE_MS = 5_000;

/** Keys that change while a server is away that is started by hand. */
const CHANGES_WHILE_AWAY = 20;

/** A server that holds queues, and can be killed. */
export interface MortalQueueServer {
  openBackend(): Promise<QueueBackend>;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  /** Resolves when it is there again. */
  restart(): Promise<void>;
}

/** It is started again by whoever embeds it. */
export function mortalPostgres(postgres: EmbeddedPostgres): MortalQueueServer {
  let killed: number;
  return {
    openBackend: () => createBullmqBackend({ databaseUrl: postgres.url }),
    kill: async () => {
      killed = postgres.pid as number;
      process.kill(killed, 'SIGKILL');
    },
    restart: async () => {
      await eventually(() => expect(postgres.pid).not.toBe(killed));
    },
  };
}

/** @param keeps Whether it has what it had when it is there again. */
export function mortalRedis(redis: RedisServer, { keeps }: { keeps: boolean }): MortalQueueServer {
  return {
    openBackend: () => createBullmqBackend({ redisUrl: redis.url }),
    kill: () => redis.kill(),
    restart: () => {
      if (!keeps) redis.forget();
      return redis.start();
    },
  };
}

/**
 * Kills the server while two processes enqueue and work on keys, which both see change before, while and after it is away.
 * Judges the whole history: each key starts again after its last change, soon after the server is back, and no key has two
 * runs at once that can write.
 *
 * @param name Of the queue: one that has never been.
 */
export async function expectQueueSurvivesKill(
  server: MortalQueueServer,
  { name, seed }: { name: string; seed: number },
): Promise<void> {
  const random = seededRandom(seed);
  const history = new QueueHistory();
  const work = () => sleep(systemClock, random() < 0.1 ? LONG_RUN_MS : random() * 20);
  const options = { openBackend: () => server.openBackend(), name, history, work };
  await using one = await startQueueProcess(options);
  await using two = await startQueueProcess(options);
  const touch = (key: string): void => {
    history.touch(key);
    for (const { queue } of [one, two]) queue.add(key);
  };
  const touchSome = async (): Promise<void> => {
    touch(`k${Math.floor(random() * KEYS)}`);
    await sleep(systemClock, 5);
  };
  while (history.starts < KEYS / 2) await touchSome();
  // More than can be worked on at once: some are killed while they wait.
  for (let i = 0; i < KEYS; i++) touch(`k${i}`);
  await sleep(systemClock, 5);
  await server.kill();
  for (let i = 0; i < CHANGES_WHILE_AWAY; i++) await touchSome();
  const restart = server.restart();
  while (one.recoveries === 0 || two.recoveries === 0) await touchSome();
  await restart;
  for (let i = 0; i < KEYS; i++) await touchSome();
  await eventually(
    () => history.unseen(),
    (unseen) => expect(unseen).toEqual([]),
    { withinMs: PATIENCE_MS },
  );
  expect(history.violations).toEqual([]);
}
