import { describe, expect, test } from '@jest/globals';
import { seededRandom } from '../../../src/lib/random.ts';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import { ClusterCache } from '../../../src/scheduler/cluster-cache.ts';
import { parseSchedulerConfiguration } from '../../../src/scheduler/configuration/scheduler-configuration.ts';
import { sampleSize } from '../../../src/scheduler/node-sample.ts';
import { toPodInfo } from '../../../src/scheduler/pod-info.ts';
import { ProfileRunner } from '../../../src/scheduler/profile-runner.ts';
import { WaitingPods } from '../../../src/scheduler/waiting-pods.ts';
import { buildNode, buildPod } from '../../support/builders.ts';
import { pluginHandle } from '../../support/scheduling.ts';

test.each([
  [99, 10, 99],
  [500, 30, 150],
  [1000, 5, 100],
  [5000, 50, 2500],
  [5000, 100, 5000],
])('of %i nodes with %i percent the best of %i is chosen', (nodes, percentage, size) => {
  expect(sampleSize(nodes, percentage)).toBe(size);
});

const NODES = 250;
const FAVOURITE = 'node-7';

/** Runs the default profile on many nodes, of which one alone is the right one. */
function runnerWith(fields: object): { choose: () => string | undefined; ranked: () => number } {
  const cache = new ClusterCache();
  const { createProfiles } = parseSchedulerConfiguration({
    apiVersion: 'kubescheduler.config.k8s.io/v1',
    kind: 'KubeSchedulerConfiguration',
    ...fields,
  });
  const [profile] = createProfiles(pluginHandle(cache));
  if (!profile) throw new Error('there is no profile');
  const waitingPods = new WaitingPods(new VirtualClock());
  const runner = new ProfileRunner({ profile, cache, random: seededRandom(1), waitingPods });
  for (let number = 0; number < NODES; number++) {
    const name = `node-${number}`;
    cache.setNode(buildNode({ name, labels: name === FAVOURITE ? { disk: 'ssd' } : {} }));
  }
  const expression = { key: 'disk', operator: 'In' as const, values: ['ssd'] };
  const preference = { weight: 100, preference: { matchExpressions: [expression] } };
  const nodeAffinity = { preferredDuringSchedulingIgnoredDuringExecution: [preference] };
  const pod = toPodInfo(buildPod({ spec: { affinity: { nodeAffinity } } }));
  return {
    choose: () => runner.best(runner.tables.tableFor(pod)),
    ranked: () => runner.ranked(runner.tables.tableFor(pod)).length,
  };
}

describe('percentageOfNodesToScore', () => {
  test.each([
    ['is not set', {}],
    ['is 0', { percentageOfNodesToScore: 0 }],
    ['is 100', { percentageOfNodesToScore: 100 }],
    [
      'is 0 in the profile',
      { percentageOfNodesToScore: 40, profiles: [{ percentageOfNodesToScore: 0 }] },
    ],
  ])('leaves all nodes where it %s', (_, fields) => {
    const { choose, ranked } = runnerWith(fields);
    for (let pod = 0; pod < 5; pod++) expect(choose()).toBe(FAVOURITE);
    expect(ranked()).toBe(NODES);
  });

  test.each([
    ['of all profiles', { percentageOfNodesToScore: 40 }],
    [
      'of the profile',
      { percentageOfNodesToScore: 100, profiles: [{ percentageOfNodesToScore: 40 }] },
    ],
  ])('%s has each pod look on where the search for the one before ended', (_, fields) => {
    const { choose } = runnerWith(fields);
    // A hundred nodes a pod: the favourite is among the first hundred, and among the third when the nodes are through.
    const chosen = Array.from({ length: 5 }, choose).map((name) => name === FAVOURITE);
    expect(chosen).toEqual([true, false, true, false, false]);
  });
});
