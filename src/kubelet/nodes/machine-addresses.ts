import { blockOf, type ClusterRange, parseClusterRanges } from '../../scheme/cluster-range.ts';
import { formatIpBits, parseIpBits } from '../../scheme/ip-bits.ts';
import type { KubeletSettings } from '../settings.ts';
import type { NodeIps } from './node-status.ts';

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

/** The addresses of machines: each goes with its node's place in the Pod ranges, so that it is as unique as that. */
export class MachineAddresses {
  readonly #ranges: readonly ClusterRange[];

  /** @throws {RangeError} when `clusterCidrs` are no ranges to divide */
  constructor({ clusterCidrs, nodeMasks }: Pick<KubeletSettings, 'clusterCidrs' | 'nodeMasks'>) {
    this.#ranges = parseClusterRanges(clusterCidrs, nodeMasks);
  }

  /** None for a node without a Pod range. */
  of(podCidrs: readonly string[]): NodeIps {
    if (podCidrs.length === 0) return { internal: [], external: [] };
    const place = this.#placeOf(podCidrs);
    const at = ({ first, size }: MachineRange, { family }: ClusterRange): string =>
      formatIpBits(first + BigInt(place % size), family);
    return {
      internal: this.#ranges.map((range) => at(INTERNAL[range.family], range)),
      external: this.#ranges.map((range) => at(EXTERNAL[range.family], range)),
    };
  }

  #placeOf(podCidrs: readonly string[]): number {
    const blocks = podCidrs.flatMap((cidr) =>
      this.#ranges.flatMap((range) => blockOf(range, cidr) ?? []),
    );
    return blocks[0]?.first ?? 0;
  }
}
