import type { IpFamily } from '../../scheme/ip.ts';
import {
  type CidrBits,
  formatCidrBits,
  formatIpBits,
  parseCidrBits,
} from '../../scheme/ip-bits.ts';
import type { Families } from './ip-families.ts';
import type { NumberRange } from './number-range.ts';

/** The addresses of one family that cluster IPs are taken from. */
export interface AddressRange {
  readonly family: IpFamily;
  /** Its canonical text: `10.96.0.0/12`. */
  readonly cidr: string;
  /** The places of the addresses that are given out, counted from the network's own address. */
  readonly places: NumberRange;
  /** The network's own address. */
  readonly base: bigint;
  /** How many addresses it has, those that are not given out included. */
  readonly size: bigint;
}

/** One, or one of each family; the first is that of Services that do not say. */
export type AddressRanges = readonly [AddressRange, ...AddressRange[]];

/** The shortest and longest masks of ranges. */
const MASKS = { IPv4: { min: 8, max: 30 }, IPv6: { min: 64, max: 126 } } as const;
/** Of a larger range, the addresses behind these are taken by those alone who name them. */
const MAX_PLACES = 2n ** 32n;

/**
 * A range of cluster IPs. IPv4 does not give out the addresses of the network and of broadcast, IPv6 that of the network alone.
 * @throws {RangeError} when `cidr` is no range, or one of a size that Services cannot use
 */
export function parseAddressRange(cidr: string): AddressRange {
  const bits = parseCidrBits(cidr);
  if (!bits) {
    const example = 'write one as 10.96.0.0/12 or fd00:10:96::/108';
    throw new RangeError(`${JSON.stringify(cidr)} is no range of addresses: ${example}`);
  }
  const { base, family, mask, size } = bits;
  const { min, max } = MASKS[family];
  if (mask < min || mask > max) {
    const detail = `the mask of ${family} is to be from ${min} to ${max}`;
    throw new RangeError(`${JSON.stringify(cidr)} has a size that Services cannot use: ${detail}`);
  }
  return { family, cidr: formatCidrBits(bits), places: placesOf(bits), base, size };
}

/** The places of the addresses of a range that are given out, counted from its base; none where it is too small. */
export function placesOf({ family, size }: CidrBits): NumberRange {
  const count = size < MAX_PLACES ? size : MAX_PLACES;
  return { first: 1, last: Number(count) - (family === 'IPv4' ? 2 : 1) };
}

/**
 * The ranges of a cluster.
 * @throws {RangeError}
 */
export function parseAddressRanges(cidrs: readonly string[]): AddressRanges {
  const [first, ...others] = cidrs.map(parseAddressRange);
  if (first && others.length === 0) return [first];
  if (first && others.length === 1 && others[0]?.family !== first.family) return [first, ...others];
  const detail = 'give one range of addresses, or two of different families';
  throw new RangeError(
    `"${cidrs.join(',')}" cannot be what Services get addresses from: ${detail}`,
  );
}

export function familiesOf([first, ...others]: AddressRanges): Families {
  return [first.family, ...others.map(({ family }) => family)];
}

export function addressAt(
  { base, family }: Pick<CidrBits, 'base' | 'family'>,
  place: number,
): string {
  return formatIpBits(base + BigInt(place), family);
}
