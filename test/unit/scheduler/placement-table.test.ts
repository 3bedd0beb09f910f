import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { seededRandom } from '../../../src/lib/random.ts';
import { ClusterCache } from '../../../src/scheduler/cluster-cache.ts';
import { diagnose } from '../../../src/scheduler/diagnosis.ts';
import type { Plugin, Profile } from '../../../src/scheduler/framework.ts';
import { PlacementTable } from '../../../src/scheduler/placement-table.ts';
import { toPodInfo } from '../../../src/scheduler/pod-info.ts';
import { buildNode, buildPod, type NodeFields, type PodFields } from '../../support/builders.ts';
import { defaultProfile, pluginHandle } from '../../support/scheduling.ts';

function tableFor(cache: ClusterCache, fields: PodFields): PlacementTable {
  const pod = toPodInfo(buildPod(fields));
  const profile = profileFor(cache);
  return new PlacementTable({ pod, profile, cache, random: seededRandom(1) });
}

function profileFor(cache: ClusterCache): Profile {
  return defaultProfile(pluginHandle(cache));
}

function clusterOf(...nodes: NodeFields[]): ClusterCache {
  const cache = new ClusterCache();
  for (const fields of nodes) cache.setNode(buildNode(fields));
  return cache;
}

function expectMessage(cache: ClusterCache, fields: PodFields, message: string): void {
  const table = tableFor(cache, fields);
  expect(table.best()).toBeUndefined();
  expect(diagnose(cache.nodeCount, table.rejections()).message).toBe(message);
}

describe('filters', () => {
  test('a pod that is too big for every node gets the reason of each', () => {
    const cache = clusterOf({ name: 'a' }, { name: 'b' }, { name: 'c' });
    expectMessage(
      cache,
      { requests: { cpu: '5' } },
      '0/3 nodes are available: 3 Insufficient cpu.',
    );
  });

  test('an extended resource that no node has is insufficient', () => {
    expectMessage(
      clusterOf({}),
      { requests: { 'nvidia.com/gpu': '1' } },
      '0/1 nodes are available: 1 Insufficient nvidia.com/gpu.',
    );
  });

  test('a full node takes no more pods', () => {
    const cache = clusterOf({ name: 'a', pods: '1' });
    cache.place(toPodInfo(buildPod()), 'a');
    expectMessage(cache, {}, '0/1 nodes are available: 1 Too many pods.');
  });

  test('a cordoned node and a tainted node each say why', () => {
    const cache = clusterOf(
      { name: 'a', unschedulable: true },
      { name: 'b', taints: [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }] },
    );
    expectMessage(
      cache,
      {},
      '0/2 nodes are available: 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable.',
    );
  });

  test('a toleration opens a tainted node', () => {
    const cache = clusterOf({
      name: 'a',
      taints: [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }],
    });
    const tolerations = [{ key: 'dedicated', operator: 'Exists' as const }];
    expect(tableFor(cache, { spec: { tolerations } }).best()).toBe('a');
  });

  test('a node selector that no node matches is said in so many words', () => {
    expectMessage(
      clusterOf({}),
      { spec: { nodeSelector: { disk: 'ssd' } } },
      "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
    );
  });

  test('a node without an object takes no pods', () => {
    const cache = new ClusterCache();
    cache.place(toPodInfo(buildPod()), 'ghost');
    expectMessage(cache, {}, 'no nodes available to schedule pods');
  });

  test('a pod pinned by name goes to that node', () => {
    const cache = clusterOf({ name: 'a' }, { name: 'b' });
    const term = {
      matchFields: [{ key: 'metadata.name', operator: 'In' as const, values: ['b'] }],
    };
    const nodeAffinity = {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] },
    };
    expect(tableFor(cache, { spec: { affinity: { nodeAffinity } } }).best()).toBe('b');
  });
});

describe('scores', () => {
  test('the emptier node wins', () => {
    const cache = clusterOf({ name: 'a' }, { name: 'b' });
    cache.place(toPodInfo(buildPod({ requests: { cpu: '2', memory: '4Gi' } })), 'a');
    expect(tableFor(cache, { requests: { cpu: '1', memory: '2Gi' } }).best()).toBe('b');
  });

  test('a preferred label outweighs a little load', () => {
    const cache = clusterOf({ name: 'a', labels: { disk: 'ssd' } }, { name: 'b' });
    cache.place(toPodInfo(buildPod({ requests: { cpu: '200m', memory: '400Mi' } })), 'a');
    const preference = { matchExpressions: [{ key: 'disk', operator: 'Exists' as const }] };
    const nodeAffinity = {
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference }],
    };
    const requests = { cpu: '1', memory: '2Gi' };
    expect(tableFor(cache, { requests, spec: { affinity: { nodeAffinity } } }).best()).toBe('a');
  });

  test('a PreferNoSchedule taint is avoided while there is another node', () => {
    const taints = [{ key: 'old', effect: 'PreferNoSchedule' as const }];
    const cache = clusterOf({ name: 'a', taints }, { name: 'b' });
    expect(tableFor(cache, {}).best()).toBe('b');
    cache.removeNode('b');
    expect(tableFor(cache, {}).best()).toBe('a');
  });

  test('equal nodes share pods evenly', () => {
    const cache = clusterOf(...Array.from({ length: 10 }, (_, i) => ({ name: `n${i}` })));
    const table = tableFor(cache, { requests: { cpu: '100m', memory: '100Mi' } });
    for (let i = 0; i < 50; i++) {
      const requests = { cpu: '100m', memory: '100Mi' };
      cache.place(toPodInfo(buildPod({ name: `p${i}`, requests })), table.best() ?? 'none');
    }
    expect([...cache.nodes()].map((node) => node.podCount)).toEqual(Array(10).fill(5));
  });
});

interface Change {
  readonly node: string;
  readonly what: 'set' | 'remove' | 'place' | 'drop';
  readonly cpu: string;
  readonly labels: Record<string, string>;
  readonly preferNot: boolean;
}

const changes = fc.array(
  fc.record<Change>({
    node: fc.constantFrom('a', 'b', 'c', 'd'),
    what: fc.constantFrom('set', 'remove', 'place', 'drop'),
    cpu: fc.constantFrom('1', '2', '4'),
    labels: fc.constantFrom<Record<string, string>>(
      {},
      { disk: 'ssd' },
      { disk: 'ssd', zone: 'a' },
    ),
    preferNot: fc.boolean(),
  }),
  { maxLength: 40 },
);

function makeChange(cache: ClusterCache, placed: string[], change: Change): void {
  const { what, node, cpu, labels } = change;
  const taints = change.preferNot ? [{ key: 'old', effect: 'PreferNoSchedule' as const }] : [];
  if (what === 'set') cache.setNode(buildNode({ name: node, cpu, labels, taints }));
  if (what === 'remove') cache.removeNode(node);
  if (what === 'drop') cache.removePod(placed.pop() ?? '');
  if (what === 'place') {
    const pod = toPodInfo(buildPod({ requests: { cpu: '500m' } }));
    placed.push(pod.uid);
    cache.place(pod, node);
  }
}

/** Prefers one label over another, so that normalised scores move with the nodes that are there. */
function choosyPod(): PodFields {
  const preferred = ['disk', 'zone'].map((key, index) => ({
    weight: 10 + index,
    preference: { matchExpressions: [{ key, operator: 'Exists' as const }] },
  }));
  const nodeAffinity = { preferredDuringSchedulingIgnoredDuringExecution: preferred };
  return { requests: { cpu: '500m' }, spec: { affinity: { nodeAffinity } } };
}

test('a table kept up to date chooses as one made anew, after any history of changes', () => {
  fc.assert(
    fc.property(changes, (history) => {
      const cache = clusterOf({ name: 'a' }, { name: 'b' });
      const fields = choosyPod();
      const kept = tableFor(cache, fields);
      const placed: string[] = [];
      for (const change of history) {
        makeChange(cache, placed, change);
        const fresh = tableFor(cache, fields);
        expect(scoreOf(cache, fields, kept.best())).toBe(scoreOf(cache, fields, fresh.best()));
        fresh.close();
      }
    }),
  );
});

/** The weighted score of one node, computed the slow way from the plugins, over all feasible nodes. */
function scoreOf(cache: ClusterCache, fields: PodFields, name: string | undefined): number {
  if (name === undefined) return -1;
  const pod = toPodInfo(buildPod(fields));
  const profile = profileFor(cache);
  const filters = profile.plugins.map((plugin) => plugin.preFilter?.(pod)?.filter);
  const feasible = [...cache.nodes()].filter((node) => filters.every((filter) => !filter?.(node)));
  const node = feasible.find((candidate) => candidate.name === name);
  if (!node) throw new Error(`${name} cannot take the pod`);
  let total = 0;
  for (const plugin of profile.plugins) total += weightedScore(plugin, feasible.indexOf(node));
  return total;

  function weightedScore(plugin: Plugin, index: number): number {
    const scorer = plugin.preScore?.(pod);
    if (!scorer) return 0;
    const raw = feasible.map((candidate) => scorer.score(candidate));
    const maximum = Math.max(...raw);
    const own = raw[index] as number;
    const weight = profile.weights[plugin.name] ?? 1;
    if (scorer.normalize === 'max') {
      return weight * (maximum === 0 ? 0 : Math.floor((own * 100) / maximum));
    }
    if (scorer.normalize === 'reverse-max') {
      return weight * (maximum === 0 ? 100 : 100 - Math.floor((own * 100) / maximum));
    }
    return weight * own;
  }
}

describe('nodes that topology judges alike', () => {
  const HOSTNAME = 'kubernetes.io/hostname';
  const ZONE = 'topology.kubernetes.io/zone';
  const apart: PodFields = {
    labels: { app: 'a' },
    requests: { cpu: '100m' },
    spec: {
      topologySpreadConstraints: [HOSTNAME, ZONE].map((topologyKey) => ({
        topologyKey,
        maxSkew: 1,
        whenUnsatisfiable: 'ScheduleAnyway' as const,
        labelSelector: { matchLabels: { app: 'a' } },
      })),
    },
  };
  const nodes = (count: number) =>
    Array.from({ length: count }, (_, i) => ({
      name: `n${i}`,
      labels: { [HOSTNAME]: `n${i}`, [ZONE]: `z${i % 3}` },
    }));

  test('are weighed together: the work of a pod does not grow with the nodes', () => {
    const cache = clusterOf(...nodes(300));
    const table = tableFor(cache, apart);
    let most = 0;
    for (let i = 0; i < 400; i++) {
      cache.place(toPodInfo(buildPod({ ...apart, name: `p${i}` })), table.best() ?? '');
      most = Math.max(most, table.groupCount);
    }
    const counts = [...cache.nodes()].map(({ podCount }) => podCount);
    expect(counts.every((count) => count === 1 || count === 2)).toBe(true);
    // Three zones, and nodes with so many or one more of the pods.
    expect(most).toBeLessThanOrEqual(6);
  });

  test('are told apart again when two nodes have one name', () => {
    const [first, second] = nodes(2);
    const cache = clusterOf({ ...first }, { ...second });
    const table = tableFor(cache, apart);
    expect(table.groupCount).toBe(2);
    const twin = { name: 'twin', labels: { [HOSTNAME]: 'n0', [ZONE]: 'z0' } };
    cache.setNode(buildNode(twin));
    cache.place(toPodInfo(buildPod(apart)), 'n0');
    // The pod counts on the twin as well: both share its domain.
    expect(table.best()).toBe('n1');
    expect(table.groupCount).toBe(2);
  });
});
