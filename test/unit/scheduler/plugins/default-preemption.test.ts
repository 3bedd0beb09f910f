import { describe, expect, test } from '@jest/globals';
import type { PostFilterResult } from '../../../../src/scheduler/framework.ts';
import { toPodInfo } from '../../../../src/scheduler/pod-info.ts';
import { PreemptionTable } from '../../../../src/scheduler/preemption/preemption-table.ts';
import type { PodDisruptionBudget } from '../../../../src/scheme/generated/types/policy-v1.ts';
import { buildPod, type NodeFields, type PodFields } from '../../../support/builders.ts';
import { TestCluster } from '../../../support/scheduling.ts';

interface Placed {
  readonly name: string;
  readonly cpu: string;
  readonly priority?: number;
  readonly labels?: Record<string, string>;
  readonly startTime?: string;
  readonly spec?: PodFields['spec'];
}

const HIGH = 100;

function fieldsOf({ name, cpu, priority = 0, labels, startTime, spec }: Placed): PodFields {
  return {
    name,
    requests: { cpu },
    ...(labels ? { labels } : {}),
    spec: { priority, ...spec },
    ...(startTime ? { status: { phase: 'Running', startTime } } : {}),
  };
}

const wants = (cpu: string, rest: Partial<Placed> = {}): PodFields =>
  fieldsOf({ name: 'high', cpu, priority: HIGH, ...rest });

function clusterWith(
  placed: Readonly<Record<string, readonly Placed[]>>,
  options: ConstructorParameters<typeof TestCluster>[1] = {},
  nodes: NodeFields[] = Object.keys(placed).map((name) => ({ name })),
): TestCluster {
  const cluster = new TestCluster(nodes, options);
  for (const [node, pods] of Object.entries(placed)) cluster.place(node, ...pods.map(fieldsOf));
  return cluster;
}

function makeRoom(cluster: TestCluster, fields: PodFields): PostFilterResult | undefined {
  const table = cluster.tableFor(fields);
  expect(table.best()).toBeUndefined();
  const plugin = cluster.profile.plugins.find(({ name }) => name === 'DefaultPreemption');
  return plugin?.postFilter?.(table.plan.pod, table);
}

/** The node that is chosen and the names of those who must leave it. */
function choice(
  cluster: TestCluster,
  fields: PodFields,
  budgets: readonly PodDisruptionBudget[] = [],
): [node: string | undefined, ...victims: string[]] {
  const table = cluster.tableFor(fields);
  const limits = { minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100 };
  const { cache } = cluster;
  const best = new PreemptionTable({ table, cache, budgetsIn: () => budgets, limits }).best();
  return [best?.nodeName, ...(best?.victims.map(({ pod }) => pod.metadata.name ?? '') ?? [])];
}

function budget(matchLabels: Record<string, string>, disruptionsAllowed: number) {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'budget', namespace: 'default' },
    spec: { selector: { matchLabels } },
    status: { disruptionsAllowed, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
  } as PodDisruptionBudget;
}

describe('victims', () => {
  const cases: [title: string, placed: readonly Placed[], pod: PodFields, victims: string[]][] = [
    [
      'are as few as can be',
      [
        { name: 'large', cpu: '3' },
        { name: 'small', cpu: '1' },
      ],
      wants('1'),
      ['small'],
    ],
    [
      'are the least important',
      [
        { name: 'low', cpu: '2', priority: 1 },
        { name: 'mid', cpu: '2', priority: 2 },
      ],
      wants('2'),
      ['low'],
    ],
    [
      'are the youngest among equals',
      [
        { name: 'old', cpu: '2', startTime: '2026-01-01T00:00:00Z' },
        { name: 'young', cpu: '2', startTime: '2026-01-02T00:00:00Z' },
      ],
      wants('2'),
      ['young'],
    ],
    [
      'are never as important as the pod',
      [
        { name: 'equal', cpu: '2', priority: HIGH },
        { name: 'low', cpu: '2' },
      ],
      wants('2'),
      ['low'],
    ],
    [
      'are all that must go',
      [
        { name: 'a', cpu: '2', priority: 2 },
        { name: 'b', cpu: '2', priority: 1 },
      ],
      wants('4'),
      ['a', 'b'],
    ],
    [
      'are those whose ports are wanted',
      [
        {
          name: 'holder',
          cpu: '0',
          spec: {
            containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80, hostPort: 80 }] }],
          },
        },
        { name: 'other', cpu: '1' },
      ],
      {
        spec: {
          priority: HIGH,
          containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80, hostPort: 80 }] }],
        },
      },
      ['holder'],
    ],
  ];
  test.each(cases)('%s', (_, placed, pod, victims) => {
    expect(choice(clusterWith({ n: placed }), pod)).toEqual(['n', ...victims]);
  });

  test('are those that a rule keeps the pod away from', () => {
    const labels = { 'kubernetes.io/hostname': 'n' };
    const placed = [
      { name: 'foe', cpu: '1', labels: { app: 'foe' } },
      { name: 'bystander', cpu: '1' },
    ];
    const cluster = clusterWith({ n: placed }, {}, [{ name: 'n', labels }]);
    const podAntiAffinity = {
      requiredDuringSchedulingIgnoredDuringExecution: [
        {
          topologyKey: 'kubernetes.io/hostname',
          labelSelector: { matchLabels: { app: 'foe' } },
        },
      ],
    };
    const pod = wants('1', { spec: { priority: HIGH, affinity: { podAntiAffinity } } });
    expect(choice(cluster, pod)).toEqual(['n', 'foe']);
  });

  test('are those that no budget protects, though they are more important', () => {
    const placed = [
      { name: 'kept', cpu: '2', labels: { app: 'kept' } },
      { name: 'free', cpu: '2', priority: 1 },
    ];
    const cluster = clusterWith({ n: placed });
    expect(choice(cluster, wants('2'), [budget({ app: 'kept' }, 0)])).toEqual(['n', 'free']);
    expect(choice(cluster, wants('2'), [budget({ app: 'kept' }, 1)])).toEqual(['n', 'kept']);
  });
});

describe('the node is the one', () => {
  const cases: [
    title: string,
    placed: Readonly<Record<string, readonly Placed[]>>,
    budgets: readonly PodDisruptionBudget[],
    node: string,
  ][] = [
    [
      'where no budget is violated',
      {
        a: [{ name: 'a', cpu: '4', labels: { app: 'kept' } }],
        b: [{ name: 'b', cpu: '4', priority: 50 }],
      },
      [budget({ app: 'kept' }, 0)],
      'b',
    ],
    [
      'where the most important victim is the least important',
      {
        a: [{ name: 'a', cpu: '4', priority: 2 }],
        b: [
          { name: 'b1', cpu: '2', priority: 1 },
          { name: 'b2', cpu: '2', priority: 1 },
        ],
      },
      [],
      'b',
    ],
    [
      'where the priorities sum up to less',
      {
        a: [
          { name: 'a1', cpu: '2', priority: 5 },
          { name: 'a2', cpu: '2', priority: 5 },
        ],
        b: [
          { name: 'b1', cpu: '2', priority: 5 },
          { name: 'b2', cpu: '2', priority: 1 },
        ],
      },
      [],
      'b',
    ],
    [
      'with fewer victims',
      {
        a: [
          { name: 'a1', cpu: '2' },
          { name: 'a2', cpu: '2' },
        ],
        b: [{ name: 'b', cpu: '4' }],
      },
      [],
      'b',
    ],
    [
      'whose victim started later',
      {
        a: [{ name: 'a', cpu: '4', startTime: '2026-01-01T00:00:00Z' }],
        b: [{ name: 'b', cpu: '4', startTime: '2026-01-02T00:00:00Z' }],
      },
      [],
      'b',
    ],
  ];
  test.each(cases)('%s', (_, placed, budgets, node) => {
    expect(choice(clusterWith(placed), wants('4'), budgets)[0]).toBe(node);
  });

  test('that is found again when the nodes have changed', () => {
    const cluster = clusterWith({
      a: [{ name: 'a', cpu: '4' }],
      b: [{ name: 'b', cpu: '4', priority: 1 }],
    });
    const table = cluster.tableFor(wants('4'));
    const plugin = cluster.profile.plugins.find(({ name }) => name === 'DefaultPreemption');
    expect(plugin?.postFilter?.(table.plan.pod, table)?.nominate).toBe('a');
    cluster.cache.nominations.set(table.plan.pod, 'a');
    const second = toPodInfo(buildPod(wants('4')));
    expect(plugin?.postFilter?.(second, table)?.nominate).toBe('b');
  });
});

describe('a pod that gets no room', () => {
  const full = { n: [{ name: 'low', cpu: '4' }] };

  test('says that nobody is less important', () => {
    const cluster = clusterWith({ n: [{ name: 'vip', cpu: '4', priority: HIGH }] });
    expect(makeRoom(cluster, wants('4'))).toEqual({
      message:
        'preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
      nominate: null,
    });
  });

  test('says that it would not help', () => {
    expect(makeRoom(clusterWith(full), wants('5'))?.message).toBe(
      'preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
    );
  });

  test('says that it would not help where the Pod is refused whatever the node, and looks at nobody', () => {
    const pod = wants('4');
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
    expect(makeRoom(clusterWith(full), { ...pod, spec: { ...pod.spec, volumes } })).toEqual({
      message: 'preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
      nominate: null,
    });
  });

  test('says that it must not preempt', () => {
    const pod = wants('4', { spec: { priority: HIGH, preemptionPolicy: 'Never' } });
    expect(makeRoom(clusterWith(full), pod)).toEqual({
      message: 'preemption: not eligible due to preemptionPolicy=Never.',
    });
  });

  test('waits for victims that are leaving its node', () => {
    const cluster = clusterWith({ n: [] });
    const leaving = buildPod(fieldsOf({ name: 'low', cpu: '4' }));
    leaving.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
    cluster.cache.place(toPodInfo(leaving), 'n');
    const table = cluster.tableFor(wants('4'));
    cluster.cache.nominations.set(table.plan.pod, 'n');
    const plugin = cluster.profile.plugins.find(({ name }) => name === 'DefaultPreemption');
    expect(plugin?.postFilter?.(table.plan.pod, table)).toEqual({
      message: 'preemption: not eligible due to a terminating pod on the nominated node.',
    });
  });
});

describe('room that is kept for a pod', () => {
  test('is not given to one that is less important, nor to an equal', () => {
    const cluster = clusterWith({ n: [] });
    cluster.cache.nominations.set(toPodInfo(buildPod(wants('4'))), 'n');
    expect(cluster.best(wants('1', { priority: HIGH - 1 }))).toBeUndefined();
    expect(cluster.best(wants('1'))).toBeUndefined();
    expect(cluster.best(wants('1', { priority: HIGH + 1 }))).toBe('n');
  });

  test('counts for those that must stay away from the pod', () => {
    const labels = { 'kubernetes.io/hostname': 'n' };
    const cluster = clusterWith({}, {}, [{ name: 'n', labels }]);
    cluster.cache.nominations.set(
      toPodInfo(buildPod({ labels: { app: 'web' }, spec: { priority: HIGH } })),
      'n',
    );
    const podAntiAffinity = {
      requiredDuringSchedulingIgnoredDuringExecution: [
        {
          topologyKey: 'kubernetes.io/hostname',
          labelSelector: { matchLabels: { app: 'web' } },
        },
      ],
    };
    expect(cluster.best({ spec: { affinity: { podAntiAffinity } } })).toBeUndefined();
    expect(cluster.best({})).toBe('n');
  });
});
