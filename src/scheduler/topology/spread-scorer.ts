import type { ClusterCache } from '../cluster-cache.ts';
import { type DomainScorer, MAX_NODE_SCORE, type ScoredDomains } from '../framework.ts';
import { DomainCounts } from './domain-counts.ts';
import { HOSTNAME_LABEL } from './host-names.ts';
import type { SpreadConstraint } from './spread-constraints.ts';

interface Counted {
  readonly constraint: SpreadConstraint;
  readonly counts: DomainCounts;
}

/**
 * Scores by preferred constraints: the fewer pods of the kind a domain has, the better. Domains of a kind that is
 * plentiful (names of nodes) weigh more by the logarithm of their number, so that they are not watered down.
 *
 * @param needsAllKeys Nodes that lack one of the topology keys score nothing, and their pods do not count.
 */
export function createSpreadScorer(
  cache: ClusterCache,
  constraints: readonly SpreadConstraint[],
  needsAllKeys: boolean,
): DomainScorer {
  const keys = constraints.map(({ topologyKey }) => topologyKey);
  const isComplete = (labels: Readonly<Record<string, string>> | undefined) =>
    !needsAllKeys || keys.every((key) => labels?.[key] !== undefined);
  const counted = constraints.map((constraint) => ({
    constraint,
    counts: new DomainCounts({
      counts: cache.podCounts.acquire(constraint.selector),
      topologyKey: constraint.topologyKey,
      includes: ({ node }) =>
        node !== undefined && isComplete(node.metadata.labels) && constraint.includes(node),
    }),
  }));
  return {
    counts: counted.map(({ counts }) => counts),
    score: (candidates) => score(candidates, counted, isComplete),
    close() {
      for (const { selector } of constraints) cache.podCounts.release(selector);
    },
  };
}

function score(
  candidates: readonly ScoredDomains[],
  counted: readonly Counted[],
  isComplete: (domains: ScoredDomains['domains']) => boolean,
): readonly number[] {
  const complete = candidates.map(({ domains }) => isComplete(domains));
  const counting = candidates.filter((_, index) => complete[index]);
  const weighted = counted.map(({ constraint, counts }) => ({
    key: constraint.topologyKey,
    counts,
    weight: Math.log(domainsAmong(counting, constraint.topologyKey) + 2),
    slack: constraint.maxSkew - 1,
  }));
  const raw = candidates.map(({ domains }) => {
    let sum = 0;
    for (const { key, counts, weight, slack } of weighted) {
      const domain = domains[key];
      if (domain !== undefined) sum += counts.in(domain) * weight + slack;
    }
    return Math.round(sum);
  });
  return normalize(raw, complete);
}

/** How many domains the candidates are in; names of nodes are counted by the node. */
function domainsAmong(candidates: readonly ScoredDomains[], key: string): number {
  if (key === HOSTNAME_LABEL) {
    return candidates.reduce((sum, { size }) => sum + size, 0);
  }
  const values = new Set<string | undefined>();
  for (const { domains } of candidates) values.add(domains[key]);
  return values.size;
}

/** The least raw score becomes 100; nodes that do not count get nothing. */
function normalize(raw: readonly number[], complete: readonly boolean[]): readonly number[] {
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (const [index, value] of raw.entries()) {
    if (!complete[index]) continue;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return raw.map((value, index) => {
    if (!complete[index]) return 0;
    if (most === 0) return MAX_NODE_SCORE;
    return Math.floor((MAX_NODE_SCORE * (most + least - value)) / most);
  });
}
