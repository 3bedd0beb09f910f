import type { Random } from '../../lib/random.ts';

/** Numbers from which one is chosen: addresses of a CIDR, ports of a range. Both ends are included. */
export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

/** How often chance is trusted before every number is looked at. */
const RANDOM_TRIES = 16;

/** How much of the front of a range is left to those who choose for themselves: Kubernetes' bounds and divisor. */
const RESERVED = { min: 16, max: 256, share: 16 };

/**
 * A number of `range` that is not taken, at random, so that API servers that choose at the same time rarely collide. The
 * front of the range comes last: people pick fixed addresses there. Undefined when all are taken.
 */
export function chooseFree(
  range: NumberRange,
  isTaken: (number: number) => boolean,
  random: Random,
): number | undefined {
  const upper = { first: range.first + reservedOf(range), last: range.last };
  const lower = { first: range.first, last: upper.first - 1 };
  return chooseIn(upper, isTaken, random) ?? chooseIn(lower, isTaken, random);
}

/** How many numbers at the front of a range are used last. */
function reservedOf({ first, last }: NumberRange): number {
  const size = last - first + 1;
  if (size <= RESERVED.min) return 0;
  return Math.min(RESERVED.max, Math.max(RESERVED.min, Math.floor(size / RESERVED.share)));
}

function chooseIn(
  { first, last }: NumberRange,
  isTaken: (number: number) => boolean,
  random: Random,
): number | undefined {
  const size = last - first + 1;
  if (size <= 0) return undefined;
  for (let i = 0; i < RANDOM_TRIES; i++) {
    const candidate = first + Math.floor(random() * size);
    if (!isTaken(candidate)) return candidate;
  }
  const start = Math.floor(random() * size);
  for (let i = 0; i < size; i++) {
    const candidate = first + ((start + i) % size);
    if (!isTaken(candidate)) return candidate;
  }
  return undefined;
}

export function isWithin({ first, last }: NumberRange, number: number): boolean {
  return number >= first && number <= last;
}

/** The number of an IPv4 address; undefined for anything else. */
export function parseIPv4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let number = 0;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    number = number * 256 + Number(part);
  }
  return number;
}

export function formatIPv4(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}

/**
 * The addresses of a CIDR that may be given out: all but those of the network and of broadcast.
 * @throws {RangeError} when `cidr` is none, or has fewer than two such addresses
 */
export function parseCidr(cidr: string): NumberRange {
  const [address = '', bits = ''] = cidr.split('/');
  const base = parseIPv4(address);
  const prefix = /^\d+$/.test(bits) ? Number(bits) : Number.NaN;
  if (base === undefined || !(prefix >= 8 && prefix <= 30)) {
    throw new RangeError(`${JSON.stringify(cidr)} is no IPv4 range: write one as 10.96.0.0/12`);
  }
  const size = 2 ** (32 - prefix);
  const first = Math.floor(base / size) * size;
  return { first: first + 1, last: first + size - 2 };
}
