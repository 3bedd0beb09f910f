import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import type { ClusterCache } from '../cluster-cache.ts';
import type { DomainFilter, DomainScorer, Hypothesis, Plugin, Refusal } from '../framework.ts';
import { MAX_NODE_SCORE } from '../framework.ts';
import { labelsChanged } from '../node-changes.ts';
import type { PodInfo } from '../pod-info.ts';
import type { AffinityTerm, SelectedPod } from '../topology/affinity-terms.ts';
import { DomainCounts } from '../topology/domain-counts.ts';
import type { PodSelector } from '../topology/pod-counts.ts';
import { difference } from './pod-topology-spread.ts';

export const REASON_AFFINITY = "node(s) didn't match pod affinity rules";
export const REASON_ANTI_AFFINITY = "node(s) didn't match pod anti-affinity rules";
export const REASON_EXISTING_ANTI_AFFINITY =
  "node(s) didn't satisfy existing pods anti-affinity rules";

const NOT_NEAR: Refusal = { reasons: [REASON_AFFINITY], isUnresolvable: true };
const TOO_NEAR: Refusal = { reasons: [REASON_ANTI_AFFINITY] };
const NOT_WANTED: Refusal = { reasons: [REASON_EXISTING_ANTI_AFFINITY] };

export interface InterPodAffinityOptions {
  readonly cache: ClusterCache;
  /** What required affinity of placed pods adds to the score of their domain. @default 1 */
  readonly hardPodAffinityWeight?: number;
  /** A pod without preferences of its own is scored without those of the pods that are there. @default false */
  readonly ignorePreferredTermsOfExistingPods?: boolean;
}

/**
 * Pods near pods, or away from them: `spec.affinity.podAffinity` and `podAntiAffinity`, with their symmetry. A placed pod's
 * required anti-affinity keeps others away, and its preferences draw or repel them.
 */
export function createInterPodAffinity({
  cache,
  hardPodAffinityWeight = 1,
  ignorePreferredTermsOfExistingPods = false,
}: InterPodAffinityOptions): Plugin {
  return {
    name: 'InterPodAffinity',
    sign(pod) {
      const { required, requiredAnti, preferred } = pod.affinityTerms;
      return [
        required.map(({ identity }) => identity),
        required.length > 0 && matchesAll(required, pod.selected, cache),
        requiredAnti.map(({ identity }) => identity),
        preferred.map(({ weight, term }) => [weight, term.identity]),
        cache.heldTerms.matching(pod).map(({ id }) => id),
      ];
    },
    preFilterDomains: (pod) => createAffinityFilter(cache, pod),
    preScoreDomains(pod) {
      const ignoresHeld =
        ignorePreferredTermsOfExistingPods && pod.affinityTerms.preferred.length === 0;
      return createAffinityScorer(cache, pod, { hardPodAffinityWeight, ignoresHeld });
    },
    helpedBy: [
      'node-added',
      'node-updated',
      'assigned-pod-added',
      'assigned-pod-updated',
      'assigned-pod-removed',
    ],
    couldHelp(event, pod) {
      switch (event.type) {
        case 'assigned-pod-added':
          return attracts(pod, event.pod, cache);
        case 'assigned-pod-removed':
          return repels(pod, event.pod, cache);
        case 'assigned-pod-updated':
          return attracts(pod, event.pod, cache) || repels(pod, event.before, cache);
        case 'node-added':
          return true;
        case 'node-updated':
          return labelsChanged(event);
        default:
          return false;
      }
    },
  };
}

function selectedOf({ metadata }: Pod): SelectedPod {
  return { namespace: metadata.namespace ?? '', labels: metadata.labels };
}

function matchesAll(
  terms: readonly AffinityTerm[],
  pod: SelectedPod,
  cache: ClusterCache,
): boolean {
  return terms.every((term) => term.matches(pod, (name) => cache.namespaceLabels(name)));
}

/** Whether `other` is one that `pod` must be near. */
function attracts(pod: PodInfo, other: Pod, cache: ClusterCache): boolean {
  const { required } = pod.affinityTerms;
  return required.length > 0 && matchesAll(required, selectedOf(other), cache);
}

/** Whether `other` may have kept `pod` away, by a term of either. */
function repels(pod: PodInfo, other: Pod, cache: ClusterCache): boolean {
  const selected = selectedOf(other);
  const matches = (term: AffinityTerm, target: SelectedPod) => matchesAll([term], target, cache);
  if (pod.affinityTerms.requiredAnti.some((term) => matches(term, selected))) return true;
  return Boolean(other.spec?.affinity?.podAntiAffinity);
}

/** Pods that every one of `terms` matches. */
function selectorOf(terms: readonly AffinityTerm[], cache: ClusterCache): PodSelector {
  return {
    identity: JSON.stringify(['affinity', ...terms.map(({ identity }) => identity)]),
    skipsTerminating: false,
    matches: (pod) => matchesAll(terms, pod, cache),
  };
}

function createAffinityFilter(cache: ClusterCache, pod: PodInfo): DomainFilter | undefined {
  const { required, requiredAnti } = pod.affinityTerms;
  const keepers = cache.heldTerms.matching(pod).filter(({ kind }) => kind === 'required-anti');
  if (required.length + requiredAnti.length + keepers.length === 0) return undefined;
  const acquired: PodSelector[] = [];
  const count = (terms: readonly AffinityTerm[], { topologyKey }: AffinityTerm) => {
    const selector = selectorOf(terms, cache);
    acquired.push(selector);
    return new DomainCounts({ counts: cache.podCounts.acquire(selector), topologyKey });
  };
  const near = required.map((term) => count(required, term));
  const away = requiredAnti.map((term) => count([term], term));
  const held = keepers.map(
    (counts) => new DomainCounts({ counts, topologyKey: counts.term.topologyKey }),
  );
  const mayBeFirst = matchesAll(required, pod.selected, cache);
  const all = [...near, ...away, ...held];
  return {
    counts: all,
    filter(domains, hypothesis) {
      const podsIn = (counts: DomainCounts) => {
        const domain = domains[counts.topologyKey];
        return domain === undefined ? 0 : counts.in(domain) + change(counts, hypothesis);
      };
      if (near.some((counts) => domains[counts.topologyKey] === undefined)) return NOT_NEAR;
      if (near.some((counts) => podsIn(counts) <= 0)) {
        // The first of its kind has nobody to be near.
        const isFirst = near.every((counts) => counts.total + change(counts, hypothesis) === 0);
        if (!isFirst || !mayBeFirst) return NOT_NEAR;
      }
      if (away.some((counts) => podsIn(counts) > 0)) return TOO_NEAR;
      return held.some((counts) => podsIn(counts) > 0) ? NOT_WANTED : undefined;
    },
    close() {
      for (const selector of acquired) cache.podCounts.release(selector);
    },
  };
}

function change(counts: DomainCounts, hypothesis: Hypothesis | undefined): number {
  return hypothesis ? difference(counts, hypothesis) : 0;
}

interface ScorerOptions {
  readonly hardPodAffinityWeight: number;
  readonly ignoresHeld: boolean;
}

interface WeightedCounts {
  readonly weight: number;
  readonly counts: DomainCounts;
}

function createAffinityScorer(
  cache: ClusterCache,
  pod: PodInfo,
  options: ScorerOptions,
): DomainScorer | undefined {
  const selectors: PodSelector[] = [];
  const own = pod.affinityTerms.preferred.map(({ weight, term }): WeightedCounts => {
    const selector = selectorOf([term], cache);
    selectors.push(selector);
    const counts = cache.podCounts.acquire(selector);
    return { weight, counts: new DomainCounts({ counts, topologyKey: term.topologyKey }) };
  });
  const weighted = [...own, ...heldWeights(cache, pod, options)];
  if (weighted.length === 0) return undefined;
  return {
    counts: weighted.map(({ counts }) => counts),
    score: (candidates) =>
      normalize(
        candidates.map(({ domains }) => {
          let sum = 0;
          for (const { weight, counts } of weighted) {
            sum += weight * counts.in(domains[counts.topologyKey]);
          }
          return sum;
        }),
      ),
    close() {
      for (const selector of selectors) cache.podCounts.release(selector);
    },
  };
}

/** What placed pods wish of this one: their preferences, and a little for those that must be near it. */
function heldWeights(
  cache: ClusterCache,
  pod: PodInfo,
  { hardPodAffinityWeight, ignoresHeld }: ScorerOptions,
): readonly WeightedCounts[] {
  if (ignoresHeld) return [];
  return cache.heldTerms
    .matching(pod)
    .map((held) => ({
      weight: held.kind === 'required' ? hardPodAffinityWeight : held.weight,
      counts: new DomainCounts({ counts: held, topologyKey: held.term.topologyKey }),
    }))
    .filter(({ weight }) => weight !== 0);
}

/** The highest sum becomes 100, the lowest 0; equal sums say nothing. */
function normalize(sums: readonly number[]): readonly number[] {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const sum of sums) {
    if (sum < least) least = sum;
    if (sum > most) most = sum;
  }
  const range = most - least;
  return sums.map((sum) => (range > 0 ? Math.floor((MAX_NODE_SCORE * (sum - least)) / range) : 0));
}
