import { invariant } from '../../lib/errors.ts';
import type { Node } from '../../scheme/generated/types/core-v1.ts';
import {
  formatIpv4,
  formatIpv4Range,
  Ipv4Allocator,
  type Ipv4Range,
  parseIpv4Range,
} from './ipv4-range.ts';
import type { NodeIps } from './node-status.ts';

/** The smallest range of a node: room for 253 Pods. */
const UNIT = 256;
/** Network, gateway and broadcast. */
const RESERVED_ADDRESSES = 3;
/** Private addresses, and the block for benchmarks of RFC 2544, which no real machine uses. */
const INTERNAL_FIRST = { first: 0xac_10_00_0a, size: 2 ** 20 }; // 172.16.0.10
const EXTERNAL_FIRST = { first: 0xc6_12_00_0a, size: 2 ** 17 }; // 198.18.0.10

/** Divides the cluster's Pod range among nodes. Made anew for each round of registrations, from what the nodes have. */
export class NodeNetworks {
  readonly #range: Ipv4Range;
  readonly #allocator: Ipv4Allocator;

  constructor(clusterCidr: string, nodes: Iterable<Node>) {
    const range = parseIpv4Range(clusterCidr);
    invariant(range, `clusterCidr "${clusterCidr}" is an IPv4 range`);
    this.#range = range;
    this.#allocator = new Ipv4Allocator(range, UNIT);
    for (const { spec } of nodes) {
      const taken = spec?.podCIDR === undefined ? undefined : parseIpv4Range(spec.podCIDR);
      if (taken) this.#allocator.take(taken);
    }
  }

  allocatePodCidr(pods: number): string | undefined {
    const size = Math.max(UNIT, 2 ** Math.ceil(Math.log2(pods + RESERVED_ADDRESSES)));
    const block = this.#allocator.allocate(size);
    return block && formatIpv4Range(block);
  }

  /** A node's machine addresses go with its place in the Pod range, so they are as unique as that. */
  ipsOf(podCidr: string): NodeIps {
    const block = parseIpv4Range(podCidr);
    const place = block ? Math.max(0, Math.floor((block.first - this.#range.first) / UNIT)) : 0;
    return {
      internal: formatIpv4(INTERNAL_FIRST.first + (place % INTERNAL_FIRST.size)),
      external: formatIpv4(EXTERNAL_FIRST.first + (place % EXTERNAL_FIRST.size)),
    };
  }
}
