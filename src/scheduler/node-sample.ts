import type { Random } from '../lib/random.ts';
import type { ClusterCache } from './cluster-cache.ts';
import type { RankedNode } from './placement-table.ts';

/** So many nodes that can take a pod are always looked for, whatever the percentage. */
const MIN_NODES = 100;

/** Of how many nodes the best is chosen, as in Kubernetes. */
export function sampleSize(nodeCount: number, percentage: number): number {
  return Math.min(nodeCount, Math.max(MIN_NODES, Math.floor((nodeCount * percentage) / 100)));
}

/**
 * What `percentageOfNodesToScore` leaves for a pod: the first nodes that can take it, from where the search for the pod before
 * ended. It saves nothing here, for all scores are known; it is for those who want its spread.
 */
export class NodeSample {
  readonly #cache: ClusterCache;
  readonly #percentage: number;
  readonly #random: Random;
  #start = 0;

  constructor(cache: ClusterCache, random: Random, percentage: number) {
    this.#cache = cache;
    this.#random = random;
    this.#percentage = percentage;
  }

  /** @param ranked Every node that can take the pod. */
  take(ranked: readonly RankedNode[]): readonly RankedNode[] {
    const names = [...this.#cache.nodes()].map(({ name }) => name);
    const size = sampleSize(names.length, this.#percentage);
    if (size >= names.length) return ranked;
    const open = new Map(ranked.map((node) => [node.nodeName, node]));
    const taken: RankedNode[] = [];
    let looked = 0;
    for (; looked < names.length && taken.length < size; looked++) {
      const node = open.get(names[(this.#start + looked) % names.length] as string);
      if (node) taken.push(node);
    }
    this.#start = (this.#start + looked) % names.length;
    return taken;
  }

  /** The name of the best of {@link take}; of equal ones, any. */
  best(ranked: readonly RankedNode[]): string | undefined {
    let best: RankedNode | undefined;
    let ties = 0;
    for (const node of this.take(ranked)) {
      if (best && node.total < best.total) continue;
      ties = node.total === best?.total ? ties + 1 : 1;
      // Each of n equal nodes is left standing with one chance in n.
      if (ties === 1 || this.#random() * ties < 1) best = node;
    }
    return best?.nodeName;
  }
}
