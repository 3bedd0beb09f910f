import { describe, expect, test } from '@jest/globals';
import type { ClusterEvent } from '../../../../src/scheduler/framework.ts';
import { toPodInfo } from '../../../../src/scheduler/pod-info.ts';
import type { TopologySpreadConstraint } from '../../../../src/scheme/generated/types/core-v1.ts';
import { buildNode, buildPod, type NodeFields, type PodFields } from '../../../support/builders.ts';
import { TestCluster } from '../../../support/scheduling.ts';

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';
const APP = { app: 'web' };

const inZone = (name: string, zone: string, rest: NodeFields = {}): NodeFields => ({
  ...rest,
  name,
  labels: { [ZONE]: zone, [HOST]: name, ...rest.labels },
});

/** Two nodes in the east, one in the west. */
const THREE = [inZone('e1', 'east'), inZone('e2', 'east'), inZone('w1', 'west')];

function spreading(constraint: Partial<TopologySpreadConstraint>, rest: PodFields = {}): PodFields {
  const whole: TopologySpreadConstraint = {
    topologyKey: ZONE,
    maxSkew: 1,
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector: { matchLabels: APP },
    ...constraint,
  };
  return {
    labels: APP,
    ...rest,
    spec: { topologySpreadConstraints: [whole], ...rest.spec },
  };
}

describe('required spread', () => {
  const cases: [
    title: string,
    placed: Record<string, PodFields[]>,
    pod: PodFields,
    feasible: string[],
  ][] = [
    ['the emptier domain is left', { e1: [{ labels: APP }] }, spreading({}), ['w1']],
    [
      'a skew that may be greater leaves all',
      { e1: [{ labels: APP }] },
      spreading({ maxSkew: 2 }),
      ['e1', 'e2', 'w1'],
    ],
    [
      'other pods do not count',
      { e1: [{ labels: { app: 'db' } }] },
      spreading({}),
      ['e1', 'e2', 'w1'],
    ],
    [
      'pods of other namespaces do not count',
      { e1: [{ labels: APP, namespace: 'other' }] },
      spreading({}),
      ['e1', 'e2', 'w1'],
    ],
    [
      'each node is a domain of its name',
      { e1: [{ labels: APP }], w1: [{ labels: APP }] },
      spreading({ topologyKey: HOST }),
      ['e2'],
    ],
    [
      'a pod that its own selector does not count adds nothing',
      { e1: [{ labels: APP }] },
      spreading({}, { labels: { app: 'db' } }),
      ['e1', 'e2', 'w1'],
    ],
    [
      'no selector counts nothing',
      { e1: [{ labels: APP }] },
      spreading({ labelSelector: undefined as never }),
      ['e1', 'e2', 'w1'],
    ],
    [
      'fewer domains than minDomains count an empty one',
      { e1: [{ labels: APP }], w1: [{ labels: APP }] },
      spreading({ minDomains: 3 }),
      [],
    ],
    [
      'enough domains are judged as they are',
      { e1: [{ labels: APP }], w1: [{ labels: APP }] },
      spreading({ minDomains: 2 }),
      ['e1', 'e2', 'w1'],
    ],
    [
      'matchLabelKeys tells revisions apart',
      { e1: [{ labels: { ...APP, rev: '1' } }] },
      spreading({ matchLabelKeys: ['rev'] }, { labels: { ...APP, rev: '2' } }),
      ['e1', 'e2', 'w1'],
    ],
  ];
  test.each(cases)('%s', (_, placed, pod, feasible) => {
    const cluster = new TestCluster(THREE);
    for (const [node, pods] of Object.entries(placed)) cluster.place(node, ...pods);
    expect(cluster.feasible(pod)).toEqual(feasible);
  });

  test('pods that are being deleted do not count', () => {
    const cluster = new TestCluster(THREE);
    const going = buildPod({ labels: APP });
    going.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
    cluster.cache.place(toPodInfo(going), 'e1');
    expect(cluster.feasible(spreading({}))).toEqual(['e1', 'e2', 'w1']);
  });

  test('several constraints hold together', () => {
    const cluster = new TestCluster(THREE)
      .place('e1', { labels: APP })
      .place('w1', { labels: APP });
    const [zone] = spreading({}).spec?.topologySpreadConstraints ?? [];
    const [host] = spreading({ topologyKey: HOST }).spec?.topologySpreadConstraints ?? [];
    const topologySpreadConstraints = [zone, host] as TopologySpreadConstraint[];
    expect(cluster.feasible({ labels: APP, spec: { topologySpreadConstraints } })).toEqual(['e2']);
  });

  test('a node without the label is refused in words of its own', () => {
    const cluster = new TestCluster([{ name: 'a' }, inZone('e1', 'east')]);
    cluster.cache.setNode(buildNode({ ...inZone('e1', 'east'), unschedulable: true }));
    expect(cluster.message(spreading({}))).toBe(
      "0/2 nodes are available: 1 node(s) didn't match pod topology spread constraints (missing required label), 1 node(s) were unschedulable.",
    );
  });

  test('a skew that is too great is the reason', () => {
    const cluster = new TestCluster([inZone('e1', 'east'), inZone('w1', 'west', { pods: '0' })]);
    cluster.place('e1', { labels: APP });
    expect(cluster.message(spreading({}))).toBe(
      "0/2 nodes are available: 1 Too many pods, 1 node(s) didn't match pod topology spread constraints.",
    );
  });
});

describe('node inclusion policies', () => {
  const ssd = { labels: { disk: 'ssd' } };
  const nodes = [inZone('e1', 'east', ssd), inZone('w1', 'west')];

  test('a domain that the node selector leaves out does not count, unless told so', () => {
    const cluster = new TestCluster(nodes).place('e1', { labels: APP });
    const spec = { nodeSelector: { disk: 'ssd' } };
    expect(cluster.feasible(spreading({}, { spec }))).toEqual(['e1']);
    const ignoring = spreading({ nodeAffinityPolicy: 'Ignore' }, {});
    expect(cluster.feasible({ ...ignoring, spec: { ...ignoring.spec, ...spec } })).toEqual([]);
  });

  test('a tainted domain counts, unless told so', () => {
    const taints = [{ key: 'dedicated', effect: 'NoSchedule' as const }];
    const cluster = new TestCluster([inZone('e1', 'east'), inZone('w1', 'west', { taints })]);
    cluster.place('e1', { labels: APP });
    expect(cluster.feasible(spreading({}))).toEqual([]);
    expect(cluster.feasible(spreading({ nodeTaintsPolicy: 'Honor' }))).toEqual(['e1']);
  });
});

describe('preferred spread', () => {
  test('the domain with fewer pods wins, though it is fuller of others', () => {
    const cluster = new TestCluster([inZone('e1', 'east'), inZone('w1', 'west')]);
    cluster.place('e1', { labels: APP }, { labels: APP });
    cluster.place('w1', { requests: { cpu: '1' } });
    expect(cluster.best(spreading({ whenUnsatisfiable: 'ScheduleAnyway' }))).toBe('w1');
  });

  test('a node that lacks the label is taken when it must be', () => {
    const cluster = new TestCluster([{ name: 'a' }]);
    expect(cluster.best(spreading({ whenUnsatisfiable: 'ScheduleAnyway' }))).toBe('a');
  });
});

describe('the default constraints', () => {
  const workloadSelector = () => [{ key: 'app', operator: 'in' as const, values: ['web'] }];

  test('spread the pods of a workload over zones and nodes', () => {
    const cluster = new TestCluster(THREE, { workloadSelector });
    const seen: (string | undefined)[] = [];
    for (let i = 0; i < 3; i++) {
      const node = cluster.best({ labels: APP }) ?? '';
      seen.push(node);
      cluster.place(node, { labels: APP });
    }
    expect(seen.slice().sort()).toEqual(['e1', 'e2', 'w1']);
  });

  test('leave pods alone that belong to nothing', () => {
    const cluster = new TestCluster(THREE).place('w1', { labels: APP }, { labels: APP });
    cluster.place('e1', { requests: { cpu: '1' } }).place('e2', { requests: { cpu: '1' } });
    expect(cluster.best({ labels: APP })).toBe('w1');
  });
});

describe('the queueing hint', () => {
  const plugin = new TestCluster([]).profile.plugins.find(
    ({ name }) => name === 'PodTopologySpread',
  );
  const waiting = toPodInfo(buildPod(spreading({})));
  const web = buildPod({ labels: APP });
  const db = buildPod({ labels: { app: 'db' } });
  const east = buildNode(inZone('e1', 'east'));
  const cases: [title: string, event: ClusterEvent, helps: boolean][] = [
    ['a counted pod that comes', { type: 'assigned-pod-added', pod: web }, true],
    ['another pod that comes', { type: 'assigned-pod-added', pod: db }, false],
    ['a counted pod that goes', { type: 'assigned-pod-removed', pod: web }, true],
    ['a pod that is counted now', { type: 'assigned-pod-updated', before: db, pod: web }, true],
    ['a pod that stays counted', { type: 'assigned-pod-updated', before: web, pod: web }, false],
    ['a node with the key', { type: 'node-added', node: east }, true],
    ['a node without it', { type: 'node-added', node: buildNode() }, false],
    ['a node that moves', { type: 'node-updated', before: buildNode(), node: east }, true],
    ['a node that stays', { type: 'node-updated', before: east, node: east }, false],
    ['a node that goes', { type: 'node-removed', node: east }, true],
  ];
  test.each(cases)('%s', (_, event, helps) => {
    expect(plugin?.couldHelp?.(event, waiting)).toBe(helps);
  });
});
