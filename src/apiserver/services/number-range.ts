import type { Random } from '../../lib/random.ts';

/** Numbers from which one is chosen: places of a range of addresses, ports. Both ends are included. */
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
