import { describe, expect, test } from '@jest/globals';
import { explain, MAX_LISTED_NODES } from '../../../../src/scheduler/decisions/explain.ts';
import type { NodeAssessment } from '../../../../src/scheme/scheduling/decision.ts';
import type { NodeFields, PodFields } from '../../../support/builders.ts';
import { TestCluster } from '../../../support/scheduling.ts';

const ZONE = 'topology.kubernetes.io/zone';
const explained = (cluster: TestCluster, pod: PodFields, winner?: string) =>
  explain(cluster.tableFor(pod), cluster.cache, winner);
const verdictOf = (node: NodeAssessment | undefined, plugin: string) =>
  node?.plugins.find((verdict) => verdict.plugin === plugin);
const nodes = (count: number, fields: NodeFields = {}): NodeFields[] =>
  Array.from({ length: count }, (_, index) => ({ name: `node-${index}`, ...fields }));

describe('candidates', () => {
  test('are the best nodes, best first, each with what its total is made of', () => {
    const cluster = new TestCluster(nodes(3));
    cluster.place('node-0', { requests: { cpu: '2' } }).place('node-1', { requests: { cpu: '1' } });
    const table = cluster.tableFor({ requests: { cpu: '1' } });
    const { candidates, plugins } = explain(table, cluster.cache, undefined);
    expect(candidates.map(({ nodeName }) => nodeName)).toEqual(['node-2', 'node-1', 'node-0']);
    expect(table.best()).toBe('node-2');
    const weights = new Map(plugins.map(({ plugin, weight }) => [plugin, weight]));
    for (const { total, plugins: verdicts } of candidates) {
      const sum = verdicts.reduce(
        (all, { plugin, score = 0 }) => all + score * (weights.get(plugin) ?? 0),
        0,
      );
      expect(sum).toBe(total);
    }
  });

  test('have the winner first among equals, and last when it is none of the best', () => {
    const cluster = new TestCluster(nodes(30));
    const names = (winner?: string) =>
      explained(cluster, {}, winner).candidates.map(({ nodeName }) => nodeName);
    expect(names()).toHaveLength(MAX_LISTED_NODES);
    expect(names('node-29')[0]).toBe('node-29');
    cluster.place('node-29', { requests: { cpu: '3' } });
    expect(names('node-29').at(-1)).toBe('node-29');
    expect(names('node-29')).toHaveLength(MAX_LISTED_NODES);
  });

  test('tell scores raw and on the scale of 0 to 100', () => {
    const taints = [{ key: 'slow', effect: 'PreferNoSchedule' as const }];
    const cluster = new TestCluster([{ name: 'clean' }, { name: 'tainted', taints }]);
    const { candidates } = explained(cluster, {});
    const of = (name: string) =>
      verdictOf(
        candidates.find(({ nodeName }) => nodeName === name),
        'TaintToleration',
      );
    expect(of('clean')).toMatchObject({ rawScore: 0, score: 100 });
    expect(of('tainted')).toMatchObject({ rawScore: 1, score: 0 });
  });

  test('tell what topology gives each of its domains', () => {
    const cluster = new TestCluster([
      { name: 'east', labels: { [ZONE]: 'east' } },
      { name: 'west', labels: { [ZONE]: 'west' } },
    ]);
    const labels = { app: 'web' };
    cluster.place('east', { labels });
    const { candidates } = explained(cluster, {
      labels,
      spec: {
        topologySpreadConstraints: [
          {
            topologyKey: ZONE,
            maxSkew: 1,
            whenUnsatisfiable: 'ScheduleAnyway',
            labelSelector: { matchLabels: labels },
          },
        ],
      },
    });
    const scores = candidates.map((node) => verdictOf(node, 'PodTopologySpread')?.score ?? 0);
    expect(candidates[0]?.nodeName).toBe('west');
    expect(scores[0]).toBeGreaterThan(scores[1] as number);
  });
});

describe('refused nodes', () => {
  test('have every plugin say what it thinks, whichever was first to refuse', () => {
    const taints = [{ key: 'own', effect: 'NoSchedule' as const }];
    const cluster = new TestCluster([{ name: 'small', cpu: '1', taints }]);
    const { refused } = explained(cluster, { requests: { cpu: '2' } });
    expect(verdictOf(refused[0], 'TaintToleration')?.reasons).toHaveLength(1);
    expect(verdictOf(refused[0], 'NodeResourcesFit')?.reasons).toEqual(['Insufficient cpu']);
    expect(verdictOf(refused[0], 'NodeUnschedulable')).toEqual({ plugin: 'NodeUnschedulable' });
  });

  test('are a few of many, one at least for each reason; the reasons count all', () => {
    const cluster = new TestCluster([
      ...nodes(50, { cpu: '1' }),
      { name: 'cordoned', unschedulable: true },
    ]);
    const { reasons, refused } = explained(cluster, { requests: { cpu: '2' } });
    expect(refused).toHaveLength(MAX_LISTED_NODES);
    expect(refused.map(({ nodeName }) => nodeName)).toContain('cordoned');
    expect(reasons.map(({ count, reason }) => [reason, count])).toEqual([
      ['Insufficient cpu', 50],
      ['node(s) were unschedulable', 1],
    ]);
  });

  test('say whose topology refuses them', () => {
    const cluster = new TestCluster(nodes(2));
    const { refused, reasons } = explained(cluster, {
      labels: { app: 'web' },
      spec: {
        topologySpreadConstraints: [
          {
            topologyKey: 'no.such/label',
            maxSkew: 1,
            whenUnsatisfiable: 'DoNotSchedule',
            labelSelector: { matchLabels: { app: 'web' } },
          },
        ],
      },
    });
    expect(reasons).toMatchObject([{ plugin: 'PodTopologySpread', count: 2 }]);
    expect(verdictOf(refused[0], 'PodTopologySpread')?.reasons).toHaveLength(1);
  });

  test('are none when a plugin refuses the Pod whatever the node: it counts for all', () => {
    const cluster = new TestCluster(nodes(3));
    const { candidates, reasons, refused } = explained(cluster, {
      spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] },
    });
    expect([candidates, refused]).toEqual([[], []]);
    expect(reasons).toEqual([
      {
        plugin: 'VolumeBinding',
        reason: 'persistentvolumeclaim "data" not found',
        count: 3,
      },
    ]);
  });
});

test('plugins are timed, each for all the nodes that are listed', () => {
  const { plugins } = explained(new TestCluster(nodes(3)), { requests: { cpu: '1' } });
  const fit = plugins.find(({ plugin }) => plugin === 'NodeResourcesFit');
  expect(fit?.weight).toBe(1);
  expect(fit?.filterMicros).toBeGreaterThan(0);
  expect(fit?.scoreMicros).toBeGreaterThan(0);
});
