import type { Node, Pod, TopologySpreadConstraint } from '../../scheme/generated/types/core-v1.ts';
import type { ClusterCache } from '../cluster-cache.ts';
import type { DomainFilter, Domains, Hypothesis, Plugin, Refusal } from '../framework.ts';
import type { PodInfo } from '../pod-info.ts';
import { DomainCounts } from '../topology/domain-counts.ts';
import {
  type SpreadConstraint,
  settle,
  spreadConstraintsOf,
  type WhenUnsatisfiable,
} from '../topology/spread-constraints.ts';
import { createSpreadScorer } from '../topology/spread-scorer.ts';
import type { WorkloadSelector } from '../topology/workload-selectors.ts';

export const REASON_TOPOLOGY_SPREAD = "node(s) didn't match pod topology spread constraints";
export const REASON_MISSING_LABEL = `${REASON_TOPOLOGY_SPREAD} (missing required label)`;

const SKEWED: Refusal = { reasons: [REASON_TOPOLOGY_SPREAD] };
const NO_DOMAIN: Refusal = { reasons: [REASON_MISSING_LABEL], isUnresolvable: true };

/** Kubernetes' own default constraints: a slight wish that a workload's pods are not all on one node or in one zone. */
export const SYSTEM_DEFAULT_CONSTRAINTS: readonly DefaultConstraint[] = [
  { topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 3 },
  { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 5 },
];

/** A constraint for pods that have none; it selects the pods of the same workload. */
export type DefaultConstraint = Omit<TopologySpreadConstraint, 'labelSelector' | 'matchLabelKeys'>;

export interface PodTopologySpreadOptions {
  readonly cache: ClusterCache;
  readonly workloadSelector: WorkloadSelector;
  /** @default {@link SYSTEM_DEFAULT_CONSTRAINTS} */
  readonly defaultConstraints?: readonly DefaultConstraint[];
}

/** Keeps the pods that a constraint selects even over topology domains: strictly (`DoNotSchedule`) or by preference. */
export function createPodTopologySpread({
  cache,
  workloadSelector,
  defaultConstraints,
}: PodTopologySpreadOptions): Plugin {
  const defaults = defaultConstraints ?? SYSTEM_DEFAULT_CONSTRAINTS;
  const constraintsOf = ({ pod }: PodInfo, when: WhenUnsatisfiable) => {
    if (pod.spec?.topologySpreadConstraints?.length) return spreadConstraintsOf(pod, when);
    return settleDefaults(pod, when, defaults, workloadSelector);
  };
  return {
    name: 'PodTopologySpread',
    sign: (pod) => [
      constraintsOf(pod, 'DoNotSchedule').map(({ signature }) => signature),
      constraintsOf(pod, 'ScheduleAnyway').map(({ signature }) => signature),
    ],
    preFilterDomains(pod) {
      const constraints = constraintsOf(pod, 'DoNotSchedule');
      return constraints.length > 0 ? createSpreadFilter(cache, constraints) : undefined;
    },
    preScoreDomains(pod) {
      const constraints = constraintsOf(pod, 'ScheduleAnyway');
      // Nodes without a zone still have names to spread over, so that the system's defaults ask for no key.
      const needsAllKeys = Boolean(
        pod.pod.spec?.topologySpreadConstraints?.length || defaultConstraints,
      );
      return constraints.length > 0
        ? createSpreadScorer(cache, constraints, needsAllKeys)
        : undefined;
    },
    helpedBy: [
      'node-added',
      'node-updated',
      'node-removed',
      'assigned-pod-added',
      'assigned-pod-updated',
      'assigned-pod-removed',
    ],
    couldHelp(event, pod) {
      const constraints = constraintsOf(pod, 'DoNotSchedule');
      const selects = ({ metadata }: Pod) =>
        constraints.some(({ selector }) =>
          selector.matches({ namespace: metadata.namespace ?? '', labels: metadata.labels }),
        );
      switch (event.type) {
        case 'assigned-pod-updated':
          return selects(event.before) !== selects(event.pod);
        case 'assigned-pod-added':
        case 'assigned-pod-removed':
          return selects(event.pod);
        case 'node-added':
        case 'node-removed':
          return hasAllKeys(event.node, constraints);
        case 'node-updated':
          return domainsDiffer(event.before, event.node, constraints);
        default:
          return false;
      }
    },
  };
}

function settleDefaults(
  pod: Pod,
  when: WhenUnsatisfiable,
  defaults: readonly DefaultConstraint[],
  workloadSelector: WorkloadSelector,
): readonly SpreadConstraint[] {
  const wanted = defaults.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === when);
  const requirements = wanted.length > 0 ? workloadSelector(pod) : undefined;
  if (!requirements) return [];
  return wanted.map((constraint) => settle(constraint, pod, requirements));
}

function hasAllKeys(node: Node, constraints: readonly SpreadConstraint[]): boolean {
  const labels = node.metadata.labels ?? {};
  return constraints.every(({ topologyKey }) => labels[topologyKey] !== undefined);
}

/** Whether a node's change moves it to other domains, or makes its pods count where they did not. */
function domainsDiffer(
  before: Node,
  after: Node,
  constraints: readonly SpreadConstraint[],
): boolean {
  return constraints.some(
    ({ topologyKey, includes }) =>
      before.metadata.labels?.[topologyKey] !== after.metadata.labels?.[topologyKey] ||
      includes(before) !== includes(after),
  );
}

function createSpreadFilter(
  cache: ClusterCache,
  constraints: readonly SpreadConstraint[],
): DomainFilter {
  const counted = constraints.map((constraint) => ({
    constraint,
    counts: new DomainCounts({
      counts: cache.podCounts.acquire(constraint.selector),
      topologyKey: constraint.topologyKey,
      includes: ({ node }) =>
        node !== undefined && hasAllKeys(node, constraints) && constraint.includes(node),
    }),
  }));
  return {
    counts: counted.map(({ counts }) => counts),
    filter(domains, hypothesis) {
      for (const { constraint, counts } of counted) {
        const refusal = judge(constraint, counts, domains, hypothesis);
        if (refusal) return refusal;
      }
      return undefined;
    },
    close() {
      for (const { selector } of constraints) cache.podCounts.release(selector);
    },
  };
}

function judge(
  { topologyKey, maxSkew, minDomains, countsItself }: SpreadConstraint,
  counts: DomainCounts,
  domains: Domains,
  hypothesis: Hypothesis | undefined,
): Refusal | undefined {
  const domain = domains[topologyKey];
  if (domain === undefined) return NO_DOMAIN;
  const by = hypothesis ? difference(counts, hypothesis) : 0;
  const least = counts.size < minDomains ? 0 : counts.least(domain, by);
  const pods = counts.in(domain) + by + Number(countsItself);
  return pods - least > maxSkew ? SKEWED : undefined;
}

/** How many more of the counted pods the node would have. */
export function difference({ counts }: DomainCounts, { added, removed }: Hypothesis): number {
  let by = 0;
  for (const pod of added) if (counts.counts(pod)) by++;
  for (const pod of removed) if (counts.counts(pod)) by--;
  return by;
}
