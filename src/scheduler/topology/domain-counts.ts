import type { NodeInfo } from '../node-info.ts';
import { addTo, type NodeCounts } from './pod-counts.ts';

interface Share {
  domain: string;
  count: number;
}

export interface DomainCountsOptions {
  readonly counts: NodeCounts;
  readonly topologyKey: string;
  /** Whether a node's domain and pods count. @default every node that has the topology key */
  readonly includes?: (node: NodeInfo) => boolean;
}

/**
 * Pods by topology domain (the values of one node label), summed from counts by node. Call {@link update} for each node
 * that changed: the sums follow in constant time.
 */
export class DomainCounts {
  readonly counts: NodeCounts;
  readonly topologyKey: string;
  readonly #includes: (node: NodeInfo) => boolean;
  readonly #shares = new Map<string, Share>();
  readonly #pods = new Map<string, number>();
  /** How many nodes each domain has. */
  readonly #nodes = new Map<string, number>();
  /** How many domains have each number of pods: the least is found without a look at each. */
  readonly #domainsByPods = new Map<number, number>();
  #total = 0;

  constructor({ counts, topologyKey, includes = () => true }: DomainCountsOptions) {
    this.counts = counts;
    this.topologyKey = topologyKey;
    this.#includes = includes;
  }

  /** Pods over all domains. */
  get total(): number {
    return this.#total;
  }

  /** How many domains there are. */
  get size(): number {
    return this.#nodes.size;
  }

  in(domain: string | undefined): number {
    return domain === undefined ? 0 : (this.#pods.get(domain) ?? 0);
  }

  /** The fewest pods of any domain, if `domain` had `by` more than it has; infinite without domains. */
  least(domain?: string, by = 0): number {
    let least = Number.POSITIVE_INFINITY;
    const counted = domain !== undefined && by !== 0 && this.#nodes.has(domain);
    const own = this.in(domain);
    for (const [pods, domains] of this.#domainsByPods) {
      if (pods < least && !(counted && pods === own && domains === 1)) least = pods;
    }
    return counted ? Math.min(least, own + by) : least;
  }

  /** The node changed, or is gone. */
  update(nodeName: string, node: NodeInfo | undefined): void {
    const domain = node?.node?.metadata.labels?.[this.topologyKey];
    const belongs = node !== undefined && domain !== undefined && this.#includes(node);
    const count = belongs ? this.counts.on(nodeName) : 0;
    const share = this.#shares.get(nodeName);
    if (share && belongs && share.domain === domain) {
      if (share.count === count) return;
      this.#change(domain, count - share.count, 0);
      share.count = count;
      return;
    }
    if (share) {
      this.#shares.delete(nodeName);
      this.#change(share.domain, -share.count, -1);
    }
    if (belongs) {
      this.#shares.set(nodeName, { domain, count });
      this.#change(domain, count, 1);
    }
  }

  #change(domain: string, pods: number, nodes: number): void {
    if (this.#nodes.has(domain)) addTo(this.#domainsByPods, this.in(domain), -1);
    addTo(this.#pods, domain, pods);
    addTo(this.#nodes, domain, nodes);
    this.#total += pods;
    if (this.#nodes.has(domain)) addTo(this.#domainsByPods, this.in(domain), 1);
  }
}
