import type { Node, Pod } from '../../../scheme/generated/types/core-v1.ts';
import type { ClusterCache } from '../../cluster-cache.ts';
import { type DomainScorer, type Domains, MAX_NODE_SCORE, type Plugin } from '../../framework.ts';
import { DomainCounts } from '../../topology/domain-counts.ts';

/** On a pod: the data sets that it reads, separated by commas. */
export const ANNOTATION_DATA_SETS = 'data.orrery.dev/datasets';
/** On a node: the data sets that it holds, separated by commas. */
export const ANNOTATION_HELD_DATA_SETS = 'data.orrery.dev/holds';
/** On a node: the rack that it is in. */
export const LABEL_RACK = 'topology.orrery.dev/rack';

/** How near data is on the node itself, in its rack, in its zone, and elsewhere. */
const NEARNESS: readonly { readonly topologyKey: string; readonly score: number }[] = [
  { topologyKey: 'kubernetes.io/hostname', score: MAX_NODE_SCORE },
  { topologyKey: LABEL_RACK, score: 60 },
  { topologyKey: 'topology.kubernetes.io/zone', score: 30 },
];

/** A pod that names data sets prefers, in this order, the node, the rack, the zone that hold them. */
export function createDataLocality({ cache }: { readonly cache: ClusterCache }): Plugin {
  return {
    name: 'DataLocality',
    sign: ({ pod }) => wantedBy(pod),
    preScoreDomains({ pod }) {
      const wanted = wantedBy(pod);
      return wanted.length > 0 ? createScorer(wanted, cache) : undefined;
    },
  };
}

function createScorer(wanted: readonly string[], cache: ClusterCache): DomainScorer {
  const places = wanted.map((dataSet) =>
    NEARNESS.map(({ topologyKey, score }) => ({
      score,
      holders: new DomainCounts({ counts: holdersOf(dataSet, cache), topologyKey }),
    })),
  );
  const nearness = (domains: Domains): number => {
    let sum = 0;
    for (const levels of places) {
      const level = levels.find(({ holders }) => holders.in(domains[holders.topologyKey]) > 0);
      sum += level?.score ?? 0;
    }
    return Math.floor(sum / places.length);
  };
  return {
    counts: places.flat().map(({ holders }) => holders),
    score: (candidates) => candidates.map(({ domains }) => nearness(domains)),
    close: () => {},
  };
}

/** One for a node that holds the data set, none for the others. */
function holdersOf(dataSet: string, cache: ClusterCache) {
  return {
    on: (nodeName: string) => Number(heldBy(cache.node(nodeName)?.node).includes(dataSet)),
    counts: () => false,
  };
}

const wantedBy = ({ metadata }: Pod) => namesIn(metadata.annotations?.[ANNOTATION_DATA_SETS]);
const heldBy = (node: Node | undefined) =>
  namesIn(node?.metadata.annotations?.[ANNOTATION_HELD_DATA_SETS]);

function namesIn(list: string | undefined): readonly string[] {
  const names = list?.split(',').map((name) => name.trim()) ?? [];
  return names.filter((name) => name !== '');
}
