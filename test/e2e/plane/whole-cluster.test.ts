/** A whole plane under random users and faults: whatever the seed, it ends in the state that the specs ask for. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sleep, systemClock } from '../../../src/lib/clock.ts';
import { eventually } from '../../support/eventually.ts';
import { WholeCluster } from './support/whole-cluster/cluster.ts';
import { Dice } from './support/whole-cluster/dice.ts';
import { HistoryJudge } from './support/whole-cluster/history-laws.ts';
import { AMPLE_QUOTA, fault, resourceQuota } from './support/whole-cluster/manifests.ts';
import { readNamespace } from './support/whole-cluster/namespace-state.ts';
import { problemsOf } from './support/whole-cluster/problems.ts';
import { Users } from './support/whole-cluster/users.ts';

const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1);
const ROUNDS = 20;
const ACTIONS_PER_ROUND = 5;
const LOOK_EVERY_MS = 250;

const cluster = new WholeCluster();
const judge = new HistoryJudge();

beforeAll(() => cluster.start(), 60_000);
afterAll(() => cluster[Symbol.asyncDispose]());

async function rounds(users: Users, dice: Dice): Promise<void> {
  const lossOfProcess = dice.chance(0.3) ? dice.below(ROUNDS) : undefined;
  for (let round = 0; round < ROUNDS; round++) {
    await users.round(ACTIONS_PER_ROUND);
    if (dice.chance(0.2)) await cluster.api.apply(fault(`${users.namespace}-${round}`, dice));
    if (round !== lossOfProcess) continue;
    await cluster.loseTheProcess();
    users.api = cluster.api;
  }
}

/** All faults end, and what users may have lies no longer in the way of what they want. */
async function relent(namespace: string): Promise<void> {
  const faults = await cluster.api.list('faults');
  for (const { metadata } of faults) await cluster.api.delete('faults', metadata.name ?? '');
  await cluster.api.apply(resourceQuota(namespace, AMPLE_QUOTA));
}

async function lookAtProblems(namespace: string): Promise<string[]> {
  await sleep(systemClock, LOOK_EVERY_MS);
  return problemsOf(await readNamespace(cluster.api, namespace));
}

test.each(SEEDS)(
  'seed %i: after random actions and faults everything is as it was asked for, and never was otherwise than the laws allow',
  async (seed) => {
    const t0 = Date.now();
    const dice = new Dice(seed);
    const namespace = `seed-${seed}`;
    await cluster.api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    const users = new Users(namespace, cluster.api, dice);
    await rounds(users, dice);
    await relent(namespace);
    await eventually(
      () => lookAtProblems(namespace),
      (problems) => expect(problems).toEqual([]),
      { withinMs: 90_000 },
    );
    process.stdout.write(
      `seed ${seed}: ${users.acted} actions, ${judge.seen} changes, ${Date.now() - t0} ms\n`,
    );
    expect(users.acted).toBeGreaterThan(ROUNDS);
    expect(await judge.violations(cluster.databaseUrl)).toEqual([]);
    await cluster.api.delete('namespaces', namespace);
  },
  150_000,
);
