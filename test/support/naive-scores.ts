import type { ClusterCache } from '../../src/scheduler/cluster-cache.ts';
import {
  MAX_NODE_SCORE,
  type NodeScorer,
  type Plugin,
  type Profile,
} from '../../src/scheduler/framework.ts';
import type { NodeInfo } from '../../src/scheduler/node-info.ts';
import type { PodInfo } from '../../src/scheduler/pod-info.ts';

/** The weighted score of each of the nodes, which all can take the pod: every plugin asked anew about every node by itself. */
export function naiveTotals(
  profile: Profile,
  cache: ClusterCache,
  pod: PodInfo,
  nodeNames: readonly string[],
): ReadonlyMap<string, number> {
  const nodes = nodeNames.flatMap((name) => cache.node(name) ?? []);
  const totals = new Map(nodeNames.map((name) => [name, 0]));
  for (const plugin of profile.plugins) {
    const weight = profile.weights[plugin.name] ?? 1;
    for (const scores of scoresOf(plugin, cache, pod, nodes)) {
      for (const [index, name] of nodeNames.entries()) {
        totals.set(name, (totals.get(name) ?? 0) + weight * (scores[index] ?? 0));
      }
    }
  }
  return totals;
}

function* scoresOf(
  plugin: Plugin,
  cache: ClusterCache,
  pod: PodInfo,
  nodes: readonly NodeInfo[],
): Iterable<readonly number[]> {
  const scorer = plugin.preScore?.(pod);
  if (scorer)
    yield normalized(
      scorer,
      nodes.map((node) => scorer.score(node)),
    );
  const view = plugin.preScoreDomains?.(pod);
  if (!view) return;
  for (const counts of view.counts) {
    for (const node of cache.nodes()) counts.update(node.name, node);
  }
  const keys = view.counts.map(({ topologyKey }) => topologyKey);
  yield view.score(nodes.map((node) => ({ domains: domainsOf(node, keys), size: 1 })));
  view.close();
}

function domainsOf({ node }: NodeInfo, keys: readonly string[]): Record<string, string> {
  const labels = Object.entries(node?.metadata.labels ?? {});
  return Object.fromEntries(labels.filter(([key]) => keys.includes(key)));
}

function normalized({ normalize }: NodeScorer, raw: readonly number[]): readonly number[] {
  const maximum = Math.max(...raw);
  if (normalize === undefined) return raw;
  if (maximum === 0) return raw.map(() => (normalize === 'max' ? 0 : MAX_NODE_SCORE));
  const shares = raw.map((each) => Math.floor((each * MAX_NODE_SCORE) / maximum));
  return normalize === 'max' ? shares : shares.map((share) => MAX_NODE_SCORE - share);
}
