import { expect, test } from '@jest/globals';
import { silentLogger } from '../../../../src/lib/logger.ts';
import { seededRandom } from '../../../../src/lib/random.ts';
import { VirtualClock } from '../../../../src/lib/virtual-clock.ts';
import type { HttpExtender } from '../../../../src/scheduler/extenders/http-extender.ts';
import type { Plugin, Profile } from '../../../../src/scheduler/framework.ts';
import { toPodInfo } from '../../../../src/scheduler/pod-info.ts';
import { ProfileRunner } from '../../../../src/scheduler/profile-runner.ts';
import { Pace } from '../../../../src/scheduler/simulation/pace.ts';
import { simulate } from '../../../../src/scheduler/simulation/simulate.ts';
import type { SimulatedCluster } from '../../../../src/scheduler/simulation/simulated-cluster.ts';
import { WaitingPods } from '../../../../src/scheduler/waiting-pods.ts';
import { buildPod, type NodeFields, type PodFields } from '../../../support/builders.ts';
import { defaultProfile, TestCluster } from '../../../support/scheduling.ts';

interface Setting {
  readonly nodes: readonly NodeFields[];
  /** Runs beside the default plugins. */
  readonly plugin?: Plugin;
  readonly extenders?: readonly Partial<HttpExtender>[];
}

/** A cluster to simulate on. */
function clusterOf({ extenders = [], nodes, plugin }: Setting) {
  const test = new TestCluster(nodes, {
    createProfile: (handle): Profile => {
      const profile = defaultProfile(handle);
      return plugin ? { ...profile, plugins: [...profile.plugins, plugin] } : profile;
    },
  });
  const runner = new ProfileRunner({
    profile: test.profile,
    cache: test.cache,
    random: seededRandom(1),
    waitingPods: new WaitingPods(new VirtualClock()),
  });
  const simulated = {
    cache: test.cache,
    extenders,
    logger: silentLogger,
    runnerOf: () => runner,
  } as unknown as SimulatedCluster;
  const ask = (fields: PodFields, count: number, pace = new Pace(60_000)) =>
    simulate(simulated, { pod: buildPod(fields), count }, pace);
  return { test, ask };
}

const nodes = (count: number, fields: NodeFields = {}): NodeFields[] =>
  Array.from({ length: count }, (_, index) => ({ name: `node-${index}`, ...fields }));
const ONE_CPU: PodFields = { requests: { cpu: '1' } };

test('a node is looked at once, and again for each Pod that it takes, however many Pods are there', async () => {
  let looks = 0;
  const plugin: Plugin = {
    name: 'Counting',
    preFilter: () => ({
      filter: () => {
        looks++;
        return undefined;
      },
    }),
  };
  const looksBeside = async (existing: number): Promise<number> => {
    const { ask, test } = clusterOf({ nodes: nodes(50, { cpu: '64' }), plugin });
    for (let index = 0; index < existing; index++) {
      test.place(`node-${index % 50}`, { name: `there-${index}` });
    }
    looks = 0;
    expect((await ask(ONE_CPU, 100)).fits).toBe(100);
    return looks;
  };
  const alone = await looksBeside(0);
  expect(alone).toBeLessThanOrEqual(50 + 100);
  expect(await looksBeside(1_000)).toBe(alone);
});

test('what was placed is taken away again, to the last count', async () => {
  const { ask, test } = clusterOf({ nodes: nodes(3) });
  test.place('node-0', { labels: { app: 'web' } });
  const state = () =>
    [...test.cache.nodes()].map(({ podCount, requested }) => [
      podCount,
      Object.values(requested).reduce((sum, amount) => sum + amount, 0),
    ]);
  const before = state();
  const port = { containerPort: 80, hostPort: 80 };
  const spec = { containers: [{ name: 'a', image: 'a', ports: [port] }] };
  const said = await ask({ labels: { app: 'web' }, spec }, 5);
  expect(said).toMatchObject({ fits: 3, end: 'NoNodeFits' });
  expect(state()).toEqual(before);
  expect((await ask(ONE_CPU, 9)).fits).toBe(9);
  expect(state()).toEqual(before);
});

test('what a plugin reserved is given back, also when it refuses half way', async () => {
  const held = new Set<string>();
  const plugin: Plugin = {
    name: 'Licences',
    reserve({ key }) {
      if (held.size === 2) throw new Error('no licence is left');
      held.add(key);
    },
    unreserve: ({ key }) => {
      held.delete(key);
    },
  };
  const { ask } = clusterOf({ nodes: nodes(1), plugin });
  const said = await ask({}, 9);
  expect(said).toMatchObject({
    fits: 2,
    end: 'NoNodeFits',
    obstacle: { message: 'running Reserve plugin "Licences": no licence is left' },
  });
  expect(held.size).toBe(0);
});

test('when time is up it says how far it came', async () => {
  const { ask } = clusterOf({ nodes: nodes(1) });
  const said = await ask({}, 5, new Pace(0));
  expect(said).toMatchObject({ fits: 0, end: 'TimeLimit', count: 5 });
  expect(said).not.toHaveProperty('obstacle');
});

test('who asked and has gone is not answered, and leaves nothing behind', async () => {
  const { test } = clusterOf({ nodes: nodes(1) });
  const abort = new AbortController();
  const runner = { profile: test.profile } as ProfileRunner;
  const cluster = { cache: test.cache, runnerOf: () => runner } as unknown as SimulatedCluster;
  abort.abort();
  const question = { pod: buildPod({}), count: 3, signal: abort.signal };
  await expect(simulate(cluster, question, new Pace(60_000))).rejects.toThrow(/abort/);
  expect(test.cache.node('node-0')?.podCount).toBe(0);
});

test('room that is kept for a Pod that waits is left alone', async () => {
  const { ask, test } = clusterOf({ nodes: nodes(1, { cpu: '4' }) });
  const waiting = toPodInfo(buildPod({ name: 'waiting', requests: { cpu: '3' } }));
  test.cache.nominations.set(waiting, 'node-0');
  expect((await ask(ONE_CPU, 9)).fits).toBe(1);
});

test('extenders have their say, and their failure is told', async () => {
  const isInterested = () => true;
  const config = { ignorable: false } as HttpExtender['config'];
  const onlyFirst: Partial<HttpExtender> = {
    config,
    isInterested,
    filter: async () => ({
      accepted: new Set(['node-0']),
      rejections: [{ plugin: 'extender', reasons: ['not mine'] }],
    }),
    prioritize: async () => new Map(),
  };
  const { ask } = clusterOf({ nodes: nodes(3, { pods: '2' }), extenders: [onlyFirst] });
  const said = await ask({}, 9);
  expect(said.placements).toEqual([{ nodeName: 'node-0', count: 2 }]);
  const failing: Partial<HttpExtender> = {
    config,
    isInterested,
    filter: async () => {
      throw new Error('extender down');
    },
  };
  const broken = clusterOf({ nodes: nodes(1), extenders: [failing] });
  expect(await broken.ask({}, 2)).toMatchObject({
    fits: 0,
    obstacle: { message: 'extender down' },
  });
});

test('a cluster without nodes takes nothing, and says so', async () => {
  const { ask } = clusterOf({ nodes: [] });
  expect(await ask({}, 2)).toMatchObject({
    nodes: 0,
    fits: 0,
    obstacle: { message: 'no nodes available to schedule pods', reasons: [] },
  });
});
