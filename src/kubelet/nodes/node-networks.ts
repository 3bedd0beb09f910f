import type { Node } from '../../scheme/generated/types/core-v1.ts';
import { formatIpBits, parseIpBits } from '../../scheme/ip-bits.ts';
import { type Block, BlockAllocator } from './block-allocator.ts';
import { blockOf, type ClusterRange, cidrOf, parseClusterRanges } from './cluster-range.ts';
import type { NodeIps } from './node-status.ts';

/** The addresses of a unit, by which it is decided how many units a node needs. */
const UNIT_ADDRESSES = 256;
/** Network, gateway and broadcast. */
const RESERVED_ADDRESSES = 3;

/** Where the addresses of machines begin, and how many there are. */
interface MachineRange {
  readonly first: bigint;
  readonly size: number;
}

const machines = (first: string, size: number): MachineRange => ({
  first: parseIpBits(first),
  size,
});

/** Private addresses, the block for benchmarks of RFC 2544 and that for documentation of RFC 3849, which no real machine uses. */
const INTERNAL = {
  IPv4: machines('172.16.0.10', 2 ** 20),
  IPv6: machines('fd00:172:16::a', 2 ** 20),
};
const EXTERNAL = { IPv4: machines('198.18.0.10', 2 ** 17), IPv6: machines('2001:db8::a', 2 ** 17) };

/**
 * Divides the cluster's Pod ranges among nodes: a node has the same place in each of them. Made anew for each round of
 * registrations, from what the nodes have.
 */
export class NodeNetworks {
  readonly #ranges: readonly ClusterRange[];
  readonly #allocator: BlockAllocator;

  /** @throws {RangeError} when `clusterCidrs` are no ranges to divide */
  constructor(clusterCidrs: readonly string[], nodes: Iterable<Node>) {
    this.#ranges = parseClusterRanges(clusterCidrs);
    this.#allocator = new BlockAllocator(Math.min(...this.#ranges.map(({ units }) => units)));
    for (const { spec } of nodes) {
      const cidrs = spec?.podCIDRs ?? (spec?.podCIDR === undefined ? [] : [spec.podCIDR]);
      for (const block of this.#blocksOf(cidrs)) this.#allocator.take(block);
    }
  }

  /** A free range of each family for `pods` Pods; undefined when there is none left. */
  allocatePodCidrs(pods: number): readonly string[] | undefined {
    const addresses = 2 ** Math.ceil(Math.log2(pods + RESERVED_ADDRESSES));
    const block = this.#allocator.allocate(Math.max(1, addresses / UNIT_ADDRESSES));
    return block && this.#ranges.map((range) => cidrOf(range, block));
  }

  /** A node's machine addresses go with its place in the Pod ranges, so they are as unique as that. */
  ipsOf(podCidrs: readonly string[]): NodeIps {
    const place = this.#blocksOf(podCidrs)[0]?.first ?? 0;
    const at = ({ first, size }: MachineRange, { family }: ClusterRange): string =>
      formatIpBits(first + BigInt(place % size), family);
    return {
      internal: this.#ranges.map((range) => at(INTERNAL[range.family], range)),
      external: this.#ranges.map((range) => at(EXTERNAL[range.family], range)),
    };
  }

  #blocksOf(cidrs: readonly string[]): readonly Block[] {
    return cidrs.flatMap((cidr) => this.#ranges.flatMap((range) => blockOf(range, cidr) ?? []));
  }
}
