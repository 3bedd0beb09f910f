/**
 * Kubernetes' resource quantities (`500m`, `1.5Gi`, `12e6`): parsing, exact arithmetic and the canonical form.
 *
 * A quantity is a fixed-point number with nine decimals. Parsed values are remembered by their text: a cluster uses few
 * distinct texts, and scheduling reads them millions of times.
 */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

export interface Quantity {
  /** The value in units of 10^-9. */
  readonly nano: bigint;
  /** How the value is written: the family of suffixes that it was read with. */
  readonly format: QuantityFormat;
}

/** The text is no quantity; the message says why, in Kubernetes' words. */
export class QuantityError extends Error {
  override readonly name = 'QuantityError';
}

const NANO_PER_UNIT = 1_000_000_000n;
const NANO_PER_MILLI = 1_000_000n;
/** Kubernetes caps what is read at 2^63 - 1 whole units. */
const MAX_NANO = (2n ** 63n - 1n) * NANO_PER_UNIT;
/** Past this power of ten every non-zero value is over the cap or under the smallest step. */
const MAX_EXPONENT = 40;

const FORMAT_PATTERN = '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$';
const QUANTITY = /^([+-]?)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[-+]?\d*)$/;

interface Suffix {
  readonly base: 2 | 10;
  readonly exponent: number;
  readonly format: QuantityFormat;
}

const SUFFIXES: ReadonlyMap<string, Suffix> = new Map(
  (
    [
      ['n', 10, -9],
      ['u', 10, -6],
      ['m', 10, -3],
      ['', 10, 0],
      ['k', 10, 3],
      ['M', 10, 6],
      ['G', 10, 9],
      ['T', 10, 12],
      ['P', 10, 15],
      ['E', 10, 18],
      ['Ki', 2, 10],
      ['Mi', 2, 20],
      ['Gi', 2, 30],
      ['Ti', 2, 40],
      ['Pi', 2, 50],
      ['Ei', 2, 60],
    ] as const
  ).map(([text, base, exponent]) => [
    text,
    { base, exponent, format: base === 2 ? 'BinarySI' : 'DecimalSI' },
  ]),
);

const DECIMAL_SUFFIXES = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

function interpretSuffix(text: string): Suffix | undefined {
  const known = SUFFIXES.get(text);
  if (known) return known;
  const exponent = /^[eE]([-+]?\d+)$/.exec(text);
  if (!exponent) return undefined;
  return { base: 10, exponent: Number(exponent[1]), format: 'DecimalExponent' };
}

/** Scales `digits * 10^-decimals` to nano units, rounding away from zero what is finer. */
function toNano(digits: bigint, decimals: number, { base, exponent }: Suffix): bigint {
  if (digits === 0n) return 0n;
  const factor = base === 2 ? 2n ** BigInt(exponent) : 1n;
  const power = 9 - decimals + (base === 10 ? exponent : 0);
  if (power > MAX_EXPONENT) return MAX_NANO;
  const scaled = digits * factor;
  if (power >= 0) return scaled * 10n ** BigInt(power);
  // A value with so many decimals is smaller than one step whatever its digits, unless there are as many digits.
  if (-power > scaled.toString().length + 1) return 1n;
  return divideUp(scaled, 10n ** BigInt(-power));
}

/** `dividend / divisor`, rounded away from zero. */
function divideUp(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  if (quotient * divisor === dividend) return quotient;
  return dividend < 0n ? quotient - 1n : quotient + 1n;
}

function readQuantity(text: string): Quantity {
  const match = QUANTITY.exec(text);
  const whole = match?.[2] ?? '';
  const fraction = match?.[3] ?? '';
  if (!match || (whole === '' && fraction === '')) {
    throw new QuantityError(`quantities must match the regular expression '${FORMAT_PATTERN}'`);
  }
  const suffix = interpretSuffix(match[4] ?? '');
  if (!suffix) throw new QuantityError("unable to parse quantity's suffix");
  const magnitude = toNano(BigInt(`${whole}${fraction}` || '0'), fraction.length, suffix);
  const capped = magnitude > MAX_NANO ? MAX_NANO : magnitude;
  // Fractions of one have no binary spelling: they are written in decimals.
  const isFraction = suffix.format === 'BinarySI' && capped > 0n && capped < NANO_PER_UNIT;
  return {
    nano: match[1] === '-' ? -capped : capped,
    format: isFraction ? 'DecimalSI' : suffix.format,
  };
}

interface Known extends Quantity {
  /** In thousandths, rounded up; exact below 2^53. */
  readonly milli: number;
  /** In whole units, rounded up; exact below 2^53. */
  readonly value: number;
  canonical: string | undefined;
}

/** More distinct texts than this come only from an attack or a fuzzer: the memory starts afresh. */
const MAX_KNOWN = 20_000;
const known = new Map<string, Known>();

function know(text: string): Known {
  const found = known.get(text);
  if (found) return found;
  const quantity = readQuantity(text);
  const entry: Known = {
    ...quantity,
    milli: Number(divideUp(quantity.nano, NANO_PER_MILLI)),
    value: Number(divideUp(quantity.nano, NANO_PER_UNIT)),
    canonical: undefined,
  };
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(text, entry);
  return entry;
}

/** Reads a quantity. @throws {QuantityError} when the text is none. */
export function parseQuantity(text: string): Quantity {
  return know(text);
}

/** Why `text` is no quantity, or undefined when it is one. */
export function quantityError(text: string): string | undefined {
  try {
    know(text);
    return undefined;
  } catch (error) {
    if (error instanceof QuantityError) return error.message;
    throw error;
  }
}

/** Thousandths of a unit, rounded up: millicores of CPU. Exact below 2^53. @throws {QuantityError} */
export function quantityMilliValue(text: string): number {
  return know(text).milli;
}

/** Whole units, rounded up: bytes of memory, counts. Exact below 2^53. @throws {QuantityError} */
export function quantityValue(text: string): number {
  return know(text).value;
}

/**
 * The text as Kubernetes prints it: no fraction, and the largest suffix that loses nothing (`0.5` is `500m`, `1024Mi` is
 * `1Gi`). @throws {QuantityError}
 */
export function canonicalQuantity(text: string): string {
  const entry = know(text);
  entry.canonical ??= formatQuantity(entry);
  return entry.canonical;
}

export function quantityOf(value: string | Quantity): Quantity {
  return typeof value === 'string' ? know(value) : value;
}

/** Below zero when `a` is less, 0 when equal, above zero when greater. */
export function compareQuantities(a: string | Quantity, b: string | Quantity): number {
  const left = quantityOf(a).nano;
  const right = quantityOf(b).nano;
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** The sum, written as `a` is, or as `b` when `a` is zero. */
export function addQuantities(a: string | Quantity, b: string | Quantity): Quantity {
  const left = quantityOf(a);
  const right = quantityOf(b);
  return { nano: left.nano + right.nano, format: left.nano === 0n ? right.format : left.format };
}

/** The difference `a - b`, written as `a` is, or as `b` when `a` is zero. */
export function subtractQuantities(a: string | Quantity, b: string | Quantity): Quantity {
  const left = quantityOf(a);
  const right = quantityOf(b);
  return { nano: left.nano - right.nano, format: left.nano === 0n ? right.format : left.format };
}

/** The least multiple of a thousandth that is not below the value: what Kubernetes keeps of resource lists. */
export function roundQuantityUpToMilli(text: string): string {
  const entry = know(text);
  if (entry.nano % NANO_PER_MILLI === 0n) return canonicalQuantity(text);
  return formatQuantity({
    nano: divideUp(entry.nano, NANO_PER_MILLI) * NANO_PER_MILLI,
    format: entry.format,
  });
}

/** A whole amount, as of bytes, in the binary form: `1Gi`. */
export function formatWhole(amount: number): string {
  return formatQuantity({ nano: BigInt(Math.round(amount)) * NANO_PER_UNIT, format: 'BinarySI' });
}

/** The canonical form of a quantity. */
export function formatQuantity({ nano, format }: Quantity): string {
  if (nano === 0n) return '0';
  if (format === 'BinarySI' && isWholeAndLarge(nano)) return formatBinary(nano / NANO_PER_UNIT);
  return formatDecimal(nano, format === 'DecimalExponent');
}

function isWholeAndLarge(nano: bigint): boolean {
  const magnitude = nano < 0n ? -nano : nano;
  return magnitude >= 1024n * NANO_PER_UNIT && nano % NANO_PER_UNIT === 0n;
}

function formatBinary(value: bigint): string {
  let rest = value;
  let power = 0;
  while (power < BINARY_SUFFIXES.length - 1 && rest % 1024n === 0n) {
    rest /= 1024n;
    power++;
  }
  return `${rest}${BINARY_SUFFIXES[power]}`;
}

function formatDecimal(nano: bigint, exponential: boolean): string {
  let rest = nano;
  let thousands = 0;
  while (rest % 1000n === 0n && (exponential || thousands < DECIMAL_SUFFIXES.length - 1)) {
    rest /= 1000n;
    thousands++;
  }
  const exponent = 3 * thousands - 9;
  if (!exponential) return `${rest}${DECIMAL_SUFFIXES[thousands]}`;
  return exponent === 0 ? `${rest}` : `${rest}e${exponent}`;
}
