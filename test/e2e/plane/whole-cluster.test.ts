/** A whole plane under random users and faults: whatever the seed, it ends in the state that the specs ask for. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { WholeCluster } from './support/whole-cluster/cluster.ts';
import { HistoryJudge } from './support/whole-cluster/history-laws.ts';
import { liveThrough } from './support/whole-cluster/life.ts';

const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1);
const ROUNDS = 20;

const cluster = new WholeCluster();
const judge = new HistoryJudge();

beforeAll(() => cluster.start(), 60_000);
afterAll(() => cluster[Symbol.asyncDispose]());

const MISFORTUNES = [{ probability: 0.02, happens: () => cluster.loseTheProcess() }];

test.each(SEEDS)(
  'seed %i: after random actions and faults everything is as it was asked for, and no law was broken on the way',
  async (seed) => {
    const acted = await liveThrough(cluster, { seed, rounds: ROUNDS, misfortunes: MISFORTUNES });
    expect(acted).toBeGreaterThan(ROUNDS);
    expect(await judge.violations(cluster.databaseUrl)).toEqual([]);
    await cluster.api.delete('namespaces', `seed-${seed}`);
  },
  150_000,
);
