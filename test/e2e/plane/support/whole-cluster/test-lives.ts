import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { WholeCluster } from './cluster.ts';
import { HistoryJudge } from './history-laws.ts';
import { liveThrough } from './life.ts';

const ROUNDS = 15;
const LOSS_PROBABILITY = 0.02;

/** A test for each seed, on one cluster: whatever users and faults do, it ends in the state that the specs ask for. */
export function testLives(seeds: readonly number[]): void {
  const cluster = new WholeCluster();
  const judge = new HistoryJudge();

  beforeAll(() => cluster.start(), 60_000);
  afterAll(() => cluster[Symbol.asyncDispose]());

  const misfortunes = [{ probability: LOSS_PROBABILITY, happens: () => cluster.loseTheProcess() }];

  test.each(seeds)(
    'seed %i: after random actions and faults everything is as it was asked for, and no law was broken on the way',
    async (seed) => {
      const acted = await liveThrough(cluster, { seed, rounds: ROUNDS, misfortunes });
      expect(acted).toBeGreaterThan(ROUNDS);
      expect(await judge.violations(cluster.databaseUrl)).toEqual([]);
      await cluster.api.delete('namespaces', `seed-${seed}`);
    },
    150_000,
  );
}
