/** A range of the cluster that is divided among nodes, unit by unit. Pure. */
import type { IpFamily } from './ip.ts';
import { type CidrBits, formatCidrBits, parseCidrBits } from './ip-bits.ts';

/** Where Pods get addresses from when nothing else is said. */
export const DEFAULT_CLUSTER_CIDRS: Readonly<Record<IpFamily, string>> = {
  IPv4: '10.128.0.0/9',
  IPv6: 'fd00:10:128::/48',
};

/** The mask of the range of one node, by family. @default 24 and 64: 256 addresses of IPv4, a network of IPv6 */
export type NodeMasks = Readonly<Partial<Record<IpFamily, number>>>;

const DEFAULT_NODE_MASKS = { IPv4: 24, IPv6: 64 } as const;
const WIDTHS = { IPv4: 32, IPv6: 128 } as const;
/** Shorter masks of IPv6 are more than anybody has nodes for. */
const MAX_UNITS = 2n ** 20n;

/** A run of units, counted from the start of what is divided. */
export interface Block {
  readonly first: number;
  readonly count: number;
}

export interface ClusterRange extends CidrBits {
  /** The mask of a unit, the smallest range of a node. */
  readonly unitMask: number;
  readonly unitSize: bigint;
  readonly units: number;
}

/** @throws {RangeError} when it is no range, or less than a node needs */
export function parseClusterRange(cidr: string, masks: NodeMasks = {}): ClusterRange {
  const bits = parseCidrBits(cidr);
  const unitMask = bits && (masks[bits.family] ?? DEFAULT_NODE_MASKS[bits.family]);
  if (!bits || unitMask === undefined || bits.mask > unitMask) {
    const size = unitMask === undefined ? '' : ` (/${unitMask})`;
    const detail = `write one of at least a node’s size${size}, as 10.128.0.0/9 or fd00:10:128::/48`;
    throw new RangeError(`${JSON.stringify(cidr)} cannot be divided among nodes: ${detail}`);
  }
  const unitSize = 2n ** BigInt(WIDTHS[bits.family] - unitMask);
  const units = bits.size / unitSize;
  return { ...bits, unitMask, unitSize, units: Number(units < MAX_UNITS ? units : MAX_UNITS) };
}

/**
 * The ranges of a cluster: one, or one of each family, of which the first is that of a Pod's first address.
 * @throws {RangeError}
 */
export function parseClusterRanges(
  cidrs: readonly string[],
  masks: NodeMasks = {},
): readonly ClusterRange[] {
  const ranges = cidrs.map((cidr) => parseClusterRange(cidr, masks));
  const families = new Set<IpFamily>(ranges.map(({ family }) => family));
  if (ranges.length > 0 && families.size === ranges.length) return ranges;
  const detail = 'give one range, or two of different families';
  throw new RangeError(`"${cidrs.join(',')}" cannot be what Pods get addresses from: ${detail}`);
}

/** The part of the range that a node of this block has. */
export function cidrOf(
  { base, family, unitMask, unitSize }: ClusterRange,
  { first, count }: Block,
): string {
  const mask = unitMask - Math.log2(count);
  return formatCidrBits({ family, base: base + BigInt(first) * unitSize, mask });
}

/** The units that a range has a share of; undefined when it has none of these. */
export function blockOf(
  { base, family, size, unitSize, units }: ClusterRange,
  cidr: string,
): Block | undefined {
  const part = parseCidrBits(cidr);
  if (part?.family !== family) return undefined;
  if (part.base >= base + size || part.base + part.size <= base) return undefined;
  const first = part.base > base ? Number((part.base - base) / unitSize) : 0;
  const last = Number((part.base + part.size - 1n - base) / unitSize);
  return { first, count: Math.max(1, Math.min(last, units - 1) - first + 1) };
}
