import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { seededRandom } from '../../../src/lib/random.ts';
import { ClusterCache } from '../../../src/scheduler/cluster-cache.ts';
import type { Profile } from '../../../src/scheduler/framework.ts';
import type { PlacementTable } from '../../../src/scheduler/placement-table.ts';
import { PlacementTables } from '../../../src/scheduler/placement-tables.ts';
import { type PodInfo, toPodInfo } from '../../../src/scheduler/pod-info.ts';
import { PreemptionTable } from '../../../src/scheduler/preemption/preemption-table.ts';
import type {
  Affinity,
  Node,
  Pod,
  PodAffinityTerm,
  TopologySpreadConstraint,
} from '../../../src/scheme/generated/types/core-v1.ts';
import type { LabelSelector } from '../../../src/scheme/generated/types/meta-v1.ts';
import type { PodDisruptionBudget } from '../../../src/scheme/generated/types/policy-v1.ts';
import { buildNode, buildPod, type PodFields } from '../../support/builders.ts';
import { expectRightVictims } from '../../support/naive-preemption.ts';
import { allowedNodes, type PlacedPod, type World } from '../../support/naive-scheduler.ts';
import { naiveTotals } from '../../support/naive-scores.ts';
import { defaultProfile, pluginHandle } from '../../support/scheduling.ts';

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';

const labels = fc.record(
  { app: fc.constantFrom('a', 'b'), rev: fc.constantFrom('1', '2') },
  { requiredKeys: [] },
);
const selector: fc.Arbitrary<LabelSelector> = fc.constantFrom<LabelSelector[]>(
  { matchLabels: { app: 'a' } },
  { matchLabels: { app: 'b' } },
  { matchExpressions: [{ key: 'rev', operator: 'Exists' }] },
  {},
);
/** True once in so many times: what keeps pods off nodes is rare, so that the rest has something to say. */
const oneIn = (times: number) => fc.nat(times - 1).map((drawn) => drawn === 0);
const topologyKey = fc.constantFrom(ZONE, HOST);
const optionally = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const sometimes = <T>(arbitrary: fc.Arbitrary<T>) => fc.array(arbitrary, { maxLength: 1 });

const term: fc.Arbitrary<PodAffinityTerm> = fc.record(
  {
    topologyKey,
    labelSelector: selector,
    namespaces: fc.constant(['other']),
    namespaceSelector: fc.constantFrom({}, { matchLabels: { team: 'x' } }),
    matchLabelKeys: fc.constant(['rev']),
    mismatchLabelKeys: fc.constant(['app']),
  },
  { requiredKeys: ['topologyKey', 'labelSelector'] },
);

const spread: fc.Arbitrary<TopologySpreadConstraint> = fc.record(
  {
    topologyKey,
    maxSkew: fc.integer({ min: 1, max: 2 }),
    whenUnsatisfiable: fc.constantFrom('DoNotSchedule' as const, 'ScheduleAnyway' as const),
    labelSelector: selector,
    minDomains: fc.integer({ min: 1, max: 3 }),
    nodeAffinityPolicy: fc.constantFrom('Honor' as const, 'Ignore' as const),
    nodeTaintsPolicy: fc.constantFrom('Honor' as const, 'Ignore' as const),
    matchLabelKeys: fc.constant(['rev']),
  },
  { requiredKeys: ['topologyKey', 'maxSkew', 'whenUnsatisfiable', 'labelSelector'] },
);

const affinity: fc.Arbitrary<Affinity> = fc.record({
  podAffinity: fc.record({
    requiredDuringSchedulingIgnoredDuringExecution: sometimes(term),
    preferredDuringSchedulingIgnoredDuringExecution: sometimes(
      fc.record({ weight: fc.integer({ min: 1, max: 100 }), podAffinityTerm: term }),
    ),
  }),
  podAntiAffinity: fc.record({
    requiredDuringSchedulingIgnoredDuringExecution: sometimes(term),
    preferredDuringSchedulingIgnoredDuringExecution: sometimes(
      fc.record({ weight: fc.integer({ min: 1, max: 100 }), podAffinityTerm: term }),
    ),
  }),
});

const template: fc.Arbitrary<PodFields> = fc
  .record({
    labels,
    namespace: fc.constantFrom('default', 'other'),
    cpu: fc.constantFrom('100m', '1', '2'),
    hostPort: optionally(fc.constantFrom(80, 81)),
    spread: fc.oneof(fc.array(spread, { maxLength: 0 }), fc.array(spread, { maxLength: 2 })),
    affinity: optionally(affinity),
    isPicky: oneIn(5),
    tolerates: fc.boolean(),
    priority: fc.constantFrom(0, 0, 10),
  })
  .map(({ cpu, hostPort, spread: constraints, tolerates, priority, ...rest }) => ({
    namespace: rest.namespace,
    labels: rest.labels as Record<string, string>,
    spec: {
      priority,
      containers: [
        {
          name: 'main',
          image: 'nginx',
          resources: { requests: { cpu } },
          ports: hostPort ? [{ containerPort: hostPort, hostPort }] : [],
        },
      ],
      topologySpreadConstraints: constraints,
      ...(rest.affinity ? { affinity: rest.affinity } : {}),
      ...(rest.isPicky ? { nodeSelector: { disk: 'ssd' } } : {}),
      tolerations: tolerates ? [{ key: 'dedicated', operator: 'Exists' as const }] : [],
    },
  }));

const NAMES = ['n1', 'n2', 'n3', 'n4', 'n5'] as const;

const node = fc
  .record({
    name: fc.constantFrom(...NAMES),
    zone: fc.constantFrom('east', 'west', 'east', 'west', undefined),
    isNameless: oneIn(5),
    hasTwin: oneIn(5),
    ssd: fc.boolean(),
    cpu: fc.constantFrom('2', '4'),
    pods: fc.constantFrom('2', '8'),
    isTainted: oneIn(5),
    unschedulable: oneIn(8),
  })
  .map(({ name, zone, isNameless, hasTwin, ssd, cpu, pods, isTainted, unschedulable }) =>
    buildNode({
      name,
      cpu,
      pods,
      unschedulable,
      labels: {
        ...(zone ? { [ZONE]: zone } : {}),
        ...(isNameless ? {} : { [HOST]: hasTwin ? 'n1' : name }),
        ...(ssd ? { disk: 'ssd' } : {}),
      },
      taints: isTainted ? [{ key: 'dedicated', effect: 'NoSchedule' }] : [],
    }),
  );

/** Pods of `app: a` are to stay. */
const BUDGET = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'budget', namespace: 'default' },
  spec: { selector: { matchLabels: { app: 'a' } } },
  status: { disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
} as PodDisruptionBudget;
const isProtected = ({ metadata }: Pod) => metadata.labels?.app === 'a';

type Step =
  | { readonly do: 'schedule'; readonly template: number }
  | { readonly do: 'node'; readonly node: Node }
  | { readonly do: 'remove-node'; readonly name: string }
  | { readonly do: 'delete' | 'terminate' | 'relabel'; readonly index: number }
  | { readonly do: 'namespace'; readonly team: string };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('schedule' as const), template: fc.nat(3) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('node' as const), node }) },
  fc.record({ do: fc.constant('remove-node' as const), name: fc.constantFrom(...NAMES) }),
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('delete' as const, 'terminate' as const, 'relabel' as const),
      index: fc.nat(20),
    }),
  },
  fc.record({ do: fc.constant('namespace' as const), team: fc.constantFrom('x', 'y') }),
);

/** The scheduler's memory and a plain list of the same objects, side by side. */
class TwoWorlds {
  readonly cache = new ClusterCache();
  readonly tables: PlacementTables;
  readonly #profile: Profile;
  readonly #nodes = new Map<string, Node>();
  #placed: PlacedPod[] = [];
  #namespaces: World['namespaces'] = {};

  constructor() {
    const profile = defaultProfile(pluginHandle(this.cache));
    this.#profile = profile;
    this.tables = new PlacementTables({ profile, cache: this.cache, random: seededRandom(1) });
  }

  get world(): World {
    return { nodes: [...this.#nodes.values()], placed: this.#placed, namespaces: this.#namespaces };
  }

  take(next: Step, templates: readonly PodFields[]): void {
    switch (next.do) {
      case 'schedule':
        this.#schedule(templates[next.template % templates.length] ?? {});
        break;
      case 'node':
        this.#nodes.set(next.node.metadata.name ?? '', next.node);
        this.cache.setNode(next.node);
        break;
      case 'remove-node':
        this.#nodes.delete(next.name);
        this.cache.removeNode(next.name);
        break;
      case 'namespace':
        this.#namespaces = { other: { team: next.team } };
        this.cache.setNamespace('other', { team: next.team });
        break;
      default:
        this.#changePod(next.do, next.index);
    }
  }

  #schedule(fields: PodFields): void {
    const pod = buildPod(fields);
    const info = toPodInfo(pod);
    const table = this.tables.tableFor(info);
    const best = table.best();
    const open = [...table.verdictsOf(undefined)]
      .filter(([, rejection]) => !rejection)
      .map(([name]) => name);
    const allowed = allowedNodes(this.world, pod);
    expect(open.sort()).toEqual(allowed);
    expect(best === undefined).toBe(allowed.length === 0);
    if (best !== undefined) this.#expectBest(info, best, allowed);
    const node = best ?? this.#preempt(pod, table);
    if (node === undefined) return;
    this.cache.place(info, node);
    this.#placed = [...this.#placed, { pod, node }];
  }

  #expectBest(info: PodInfo, best: string, allowed: readonly string[]): void {
    expect(allowed).toContain(best);
    const totals = naiveTotals(this.#profile, this.cache, info, allowed);
    expect(totals.get(best)).toBe(Math.max(...totals.values()));
  }

  /** @returns the node that was made ready */
  #preempt(pod: Pod, table: PlacementTable): string | undefined {
    const { cache } = this;
    const limits = { minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100 };
    const chosen = new PreemptionTable({ table, cache, budgetsIn: () => [BUDGET], limits }).best();
    // The first of a kind of pods that must be near each other may be one again once the others are gone: nobody tries that.
    const isSociable =
      pod.spec?.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.length;
    if (chosen || !isSociable) expectRightVictims(this.world, pod, chosen, isProtected);
    if (!chosen) return undefined;
    const gone = new Set(chosen.victims.map(({ uid }) => uid));
    for (const uid of gone) cache.removePod(uid);
    this.#placed = this.#placed.filter((each) => !gone.has(each.pod.metadata.uid ?? ''));
    expect(table.accepts(chosen.nodeName)).toBe(true);
    return chosen.nodeName;
  }

  #changePod(what: 'delete' | 'terminate' | 'relabel', index: number): void {
    const chosen = this.#placed[index % (this.#placed.length || 1)];
    if (!chosen) return;
    const { pod } = chosen;
    this.#placed = this.#placed.filter((each) => each !== chosen);
    if (what === 'delete') {
      this.cache.removePod(pod.metadata.uid ?? '');
      return;
    }
    const metadata =
      what === 'terminate'
        ? { ...pod.metadata, generation: 2, deletionTimestamp: '2026-01-01T00:00:00Z' }
        : { ...pod.metadata, labels: { app: 'b', rev: '2' } };
    const changed = {
      ...pod,
      metadata,
      spec: { ...pod.spec, nodeName: chosen.node },
    } as typeof pod;
    this.#placed.push({ pod: changed, node: chosen.node });
    this.cache.setPod(changed);
  }
}

test('every placement is allowed and the best, every refusal right and every victim necessary, after any history of a random cluster', () => {
  fc.assert(
    fc.property(
      fc.array(node, { minLength: 2, maxLength: 5 }),
      fc.array(template, { minLength: 1, maxLength: 4 }),
      fc.array(step, { minLength: 5, maxLength: 40 }),
      (nodes, templates, steps) => {
        const worlds = new TwoWorlds();
        for (const each of nodes) worlds.take({ do: 'node', node: each }, templates);
        for (const next of steps) worlds.take(next, templates);
      },
    ),
    { numRuns: 400 },
  );
});
