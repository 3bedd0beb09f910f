/** A range of the cluster that is divided among nodes, unit by unit. Pure. */
import type { IpFamily } from '../../scheme/ip.ts';
import { type CidrBits, formatCidrBits, parseCidrBits } from '../../scheme/ip-bits.ts';
import type { Block } from './block-allocator.ts';

/** The mask of a unit, the smallest range of a node: 256 addresses of IPv4, a network of IPv6. */
const UNIT_MASKS = { IPv4: 24, IPv6: 64 } as const;
const UNIT_SIZES = { IPv4: 2n ** 8n, IPv6: 2n ** 64n } as const;
/** Shorter masks of IPv6 are more than anybody has nodes for. */
const MAX_UNITS = 2n ** 20n;

export interface ClusterRange extends CidrBits {
  readonly units: number;
}

/** @throws {RangeError} when it is no range, or less than a node needs */
export function parseClusterRange(cidr: string): ClusterRange {
  const bits = parseCidrBits(cidr);
  if (!bits || bits.mask > UNIT_MASKS[bits.family]) {
    const detail = 'write one of at least a node’s size, as 10.128.0.0/9 or fd00:10:128::/48';
    throw new RangeError(`${JSON.stringify(cidr)} cannot be divided among nodes: ${detail}`);
  }
  const units = bits.size / UNIT_SIZES[bits.family];
  return { ...bits, units: Number(units < MAX_UNITS ? units : MAX_UNITS) };
}

/**
 * The ranges of a cluster: one, or one of each family, of which the first is that of a Pod's first address.
 * @throws {RangeError}
 */
export function parseClusterRanges(cidrs: readonly string[]): readonly ClusterRange[] {
  const ranges = cidrs.map(parseClusterRange);
  const families = new Set<IpFamily>(ranges.map(({ family }) => family));
  if (ranges.length > 0 && families.size === ranges.length) return ranges;
  const detail = 'give one range, or two of different families';
  throw new RangeError(`"${cidrs.join(',')}" cannot be what Pods get addresses from: ${detail}`);
}

/** The part of the range that a node of this block has. */
export function cidrOf({ base, family }: ClusterRange, { first, count }: Block): string {
  const mask = UNIT_MASKS[family] - Math.log2(count);
  return formatCidrBits({ family, base: base + BigInt(first) * UNIT_SIZES[family], mask });
}

/** The block that has a node's part; undefined when that is no part of the range. */
export function blockOf({ base, family, size }: ClusterRange, cidr: string): Block | undefined {
  const part = parseCidrBits(cidr);
  if (part?.family !== family || part.base < base || part.base >= base + size) return undefined;
  const unit = UNIT_SIZES[family];
  const count = part.size > unit ? Number(part.size / unit) : 1;
  return { first: Number((part.base - base) / unit), count };
}
