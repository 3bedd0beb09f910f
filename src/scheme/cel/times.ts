import { CelEvaluationError } from './errors.ts';
import { CelDuration, CelTimestamp } from './values.ts';

const NANOS_PER_MILLI = 1_000_000n;
const NANOS_PER_SECOND = 1_000_000_000n;
/** The years 1 to 9999, which CEL's timestamps are confined to. */
const MIN_TIMESTAMP_NANOS = -62_135_596_800n * NANOS_PER_SECOND;
const MAX_TIMESTAMP_NANOS = 253_402_300_800n * NANOS_PER_SECOND - 1n;
/** Durations are 64-bit counts of nanoseconds. */
const MAX_DURATION_NANOS = 2n ** 63n - 1n;

const RFC_3339 = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d\d:\d\d)$/;
const DATE = /^\d{4}-\d\d-\d\d$/;

export function timestampOf(nanos: bigint): CelTimestamp {
  if (nanos < MIN_TIMESTAMP_NANOS || nanos > MAX_TIMESTAMP_NANOS) {
    throw new CelEvaluationError('timestamp overflow');
  }
  return new CelTimestamp(nanos);
}

export function durationOf(nanos: bigint): CelDuration {
  if (nanos > MAX_DURATION_NANOS || nanos < -MAX_DURATION_NANOS - 1n) {
    throw new CelEvaluationError('duration overflow');
  }
  return new CelDuration(nanos);
}

/** Reads RFC 3339. @throws {CelEvaluationError} when the text is no time. */
export function parseTimestamp(text: string): CelTimestamp {
  const match = RFC_3339.exec(text);
  const millis = match ? Date.parse(`${match[1]}T${match[2]}${match[4]?.toUpperCase()}`) : NaN;
  if (Number.isNaN(millis)) {
    throw new CelEvaluationError(
      `type conversion error from 'string' to 'google.protobuf.Timestamp'`,
    );
  }
  const fraction = BigInt((match?.[3] ?? '').padEnd(9, '0'));
  return timestampOf(BigInt(millis) * NANOS_PER_MILLI + fraction);
}

/** Reads a timestamp, or the date that its day begins with. */
export function parseDateOrTimestamp(text: string): CelTimestamp {
  return parseTimestamp(DATE.test(text) ? `${text}T00:00:00Z` : text);
}

/** RFC 3339 in UTC, with as many decimals as there are. */
export function formatTimestamp({ nanos }: CelTimestamp): string {
  const seconds = floorDivide(nanos, NANOS_PER_SECOND);
  const iso = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return `${iso}${formatFraction(nanos - seconds * NANOS_PER_SECOND)}Z`;
}

function formatFraction(nanos: bigint): string {
  return nanos === 0n ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`;
}

function floorDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend % divisor < 0n ? quotient - 1n : quotient;
}

const UNIT_NANOS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: NANOS_PER_MILLI,
  s: NANOS_PER_SECOND,
  m: 60n * NANOS_PER_SECOND,
  h: 3600n * NANOS_PER_SECOND,
};
const DURATION_TEXT = /^[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;
const DURATION_PART = /(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/g;

/** Reads a duration as Go writes it: `1h30m`, `-1.5s`. @throws {CelEvaluationError} when the text is none. */
export function parseDuration(text: string): CelDuration {
  if (text.length > 100 || !DURATION_TEXT.test(text)) {
    throw new CelEvaluationError(
      `type conversion error from 'string' to 'google.protobuf.Duration'`,
    );
  }
  let nanos = 0n;
  for (const [, whole = '', fraction = '', unit = 's'] of text.matchAll(DURATION_PART)) {
    const scale = UNIT_NANOS[unit] ?? 0n;
    nanos += BigInt(whole || '0') * scale;
    nanos += (BigInt(fraction || '0') * scale) / 10n ** BigInt(fraction.length);
  }
  return durationOf(text.startsWith('-') ? -nanos : nanos);
}

/** Seconds with as many decimals as there are: `5400s`, `-1.5s`. */
export function formatDuration({ nanos }: CelDuration): string {
  const magnitude = nanos < 0n ? -nanos : nanos;
  const sign = nanos < 0n ? '-' : '';
  return `${sign}${magnitude / NANOS_PER_SECOND}${formatFraction(magnitude % NANOS_PER_SECOND)}s`;
}
