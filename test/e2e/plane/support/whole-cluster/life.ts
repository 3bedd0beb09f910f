import { expect } from '@jest/globals';
import { sleep, systemClock } from '../../../../../src/lib/clock.ts';
import { eventually } from '../../../../support/eventually.ts';
import type { WholeCluster } from './cluster.ts';
import { Dice } from './dice.ts';
import { AMPLE_QUOTA, fault, resourceQuota } from './manifests.ts';
import { readNamespace } from './namespace-state.ts';
import { problemsOf } from './problems.ts';
import { Users } from './users.ts';

const SUSPEND = `mutation ($namespace: String!, $name: String!) {
  patchBatchV1CronJob(namespace: $namespace, name: $name, type: MERGE, patch: {spec: {suspend: true}}) { kind }
}`;

const TIME = '{ clusterTime { time effectiveSpeed } }';

interface Look {
  readonly clusterTime: { readonly time: string; readonly effectiveSpeed: number };
  readonly problems: readonly string[];
}

/** Something that may go wrong after a round of actions. */
export interface Misfortune {
  readonly probability: number;
  readonly happens: (dice: Dice) => unknown;
}

export interface LifeOptions {
  readonly seed: number;
  readonly rounds: number;
  readonly misfortunes: readonly Misfortune[];
}

const ACTIONS_PER_ROUND = 5;
const FAULT_PROBABILITY = 0.2;
const LOOK_EVERY_MS = 500;
const CONVERGES_WITHIN_MS = 90_000;

/**
 * Lets users and faults at a namespace of their own, then ends all faults, and waits until everything is as it was asked
 * for. Resolves with the number of actions that were heard.
 */
export async function liveThrough(cluster: WholeCluster, options: LifeOptions): Promise<number> {
  const dice = new Dice(options.seed);
  const namespace = `seed-${options.seed}`;
  await cluster.api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const users = new Users(namespace, cluster, dice);
  for (let round = 0; round < options.rounds; round++) {
    await users.round(ACTIONS_PER_ROUND);
    if (dice.chance(FAULT_PROBABILITY)) await cluster.apply(fault(`${namespace}-${round}`, dice));
    for (const { happens, probability } of options.misfortunes) {
      if (dice.chance(probability)) await happens(dice);
    }
  }
  await relent(cluster, namespace);
  const look = async (): Promise<Look> => {
    await sleep(systemClock, LOOK_EVERY_MS);
    const { clusterTime } = await cluster.api.graphql.request<Pick<Look, 'clusterTime'>>(TIME);
    return { clusterTime, problems: problemsOf(await readNamespace(cluster.api, namespace)) };
  };
  const isWell = ({ problems }: Look): void => expect(problems).toEqual([]);
  await eventually(look, isWell, { withinMs: CONVERGES_WITHIN_MS });
  return users.acted;
}

/** All faults end, and what users may have is no longer in the way of what they want. */
async function relent(cluster: WholeCluster, namespace: string): Promise<void> {
  for (const { metadata } of await cluster.api.list('faults')) {
    await cluster.api.delete('faults', metadata.name ?? '');
  }
  await cluster.api.apply(resourceQuota(namespace, AMPLE_QUOTA));
  for (const { metadata } of await cluster.api.list('cronjobs', { namespace })) {
    // One that is being deleted starts nothing more, and may be gone at any moment.
    if (metadata.deletionTimestamp !== undefined) continue;
    await cluster.api.graphql.request(SUSPEND, { namespace, name: metadata.name });
  }
}
