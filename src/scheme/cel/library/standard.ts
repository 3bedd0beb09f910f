import { Buffer } from 'node:buffer';
import type { Call } from '../call.ts';
import { CelEvaluationError } from '../errors.ts';
import { define, type Implementation, type Overload } from '../functions.ts';
import { TIME_ZONE_COST } from '../prices.ts';
import {
  formatDuration,
  formatTimestamp,
  parseDuration,
  parseTimestamp,
  timestampOf,
} from '../times.ts';
import { CelTypeValue, type CelValue, typeNameOf } from '../values.ts';
import { checkedInt, checkedUint } from './operators.ts';
import { inZone } from './time-zones.ts';

const NANOS_PER_SECOND = 1_000_000_000n;

/** A function that is written both as `name(x)` and as `x.name()`. */
function both(name: string, type: string, result: string, run: Implementation): Overload[] {
  return [define(`${name}(${type}): ${result}`, run), define(`${type}::${name}(): ${result}`, run)];
}

const conversionError = (from: string, to: string): CelEvaluationError =>
  new CelEvaluationError(`type conversion error from '${from}' to '${to}'`);

/** The number of characters, not of UTF-16 units. */
export function characterCount(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length - 1; index++) {
    if ((text.codePointAt(index) ?? 0) > 0xffff) {
      count--;
      index++;
    }
  }
  return count;
}

/** The members of a JSON object have to be counted each time. */
function mapSize(call: Call): bigint {
  const { size } = call.map(0);
  call.spend.charge(Math.floor(size * 0.1));
  return BigInt(size);
}

const SIZES: readonly Overload[] = [
  ...both('size', 'string', 'int', (call) => BigInt(characterCount(call.string(0)))),
  ...both('size', 'bytes', 'int', (call) => BigInt(call.bytes(0).length)),
  ...both('size', 'list<T>', 'int', (call) => BigInt(call.list(0).size)),
  ...both('size', 'map<K, V>', 'int', mapSize),
];

const identity: Implementation = (call) => call.value(0);

function doubleToInt(value: number): bigint {
  if (!Number.isFinite(value) || Math.abs(value) >= 2 ** 63) {
    throw new CelEvaluationError('integer overflow');
  }
  return BigInt(Math.trunc(value));
}

function parseInteger(call: Call, type: 'int' | 'uint'): bigint {
  const text = call.string(0);
  const pattern = type === 'int' ? /^[+-]?\d{1,19}$/ : /^\d{1,20}$/;
  if (!pattern.test(text)) throw conversionError('string', type);
  return BigInt(text.replace(/^\+/, ''));
}

const DOUBLE_TEXT =
  /^[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|inf|infinity|nan)$/i;

function parseDouble(text: string): number {
  if (!DOUBLE_TEXT.test(text)) throw conversionError('string', 'double');
  if (/nan$/i.test(text)) return Number.NaN;
  if (/inf/i.test(text)) {
    return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  return Number(text);
}

const NUMBERS: readonly Overload[] = [
  define('int(int): int', identity),
  define('int(uint): int', (call) => checkedInt(call.uint(0))),
  define('int(double): int', (call) => doubleToInt(call.double(0))),
  define('int(string): int', (call) => checkedInt(parseInteger(call, 'int'))),
  define('int(timestamp): int', (call) => call.timestamp(0).nanos / NANOS_PER_SECOND),
  define('uint(uint): uint', identity),
  define('uint(int): uint', (call) => checkedUint(call.int(0))),
  define('uint(double): uint', (call) => checkedUint(doubleToInt(call.double(0)))),
  define('uint(string): uint', (call) => checkedUint(parseInteger(call, 'uint'))),
  define('double(double): double', identity),
  define('double(int): double', (call) => Number(call.int(0))),
  define('double(uint): double', (call) => Number(call.uint(0))),
  define('double(string): double', (call) => parseDouble(call.parsed(0))),
];

/** A double as Go prints it shortest. */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value).replace(/e([+-])(\d)$/, 'e$10$2');
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CelEvaluationError('invalid UTF-8 in bytes, cannot convert to string');
  }
}

const TRUE_TEXTS = ['1', 't', 'T', 'true', 'TRUE', 'True'];
const FALSE_TEXTS = ['0', 'f', 'F', 'false', 'FALSE', 'False'];

function parseBool(text: string): boolean {
  if (TRUE_TEXTS.includes(text)) return true;
  if (FALSE_TEXTS.includes(text)) return false;
  throw conversionError('string', 'bool');
}

const CONVERSIONS: readonly Overload[] = [
  define('string(string): string', identity),
  define('string(bool): string', (call) => String(call.bool(0))),
  define('string(int): string', (call) => String(call.int(0))),
  define('string(uint): string', (call) => String(call.uint(0))),
  define('string(double): string', (call) => formatDouble(call.double(0))),
  define('string(bytes): string', (call) => decodeUtf8(call.bytes(0))),
  define('string(timestamp): string', (call) => formatTimestamp(call.timestamp(0))),
  define('string(duration): string', (call) => formatDuration(call.duration(0))),
  define('bytes(bytes): bytes', identity),
  define('bytes(string): bytes', (call) => Buffer.from(call.string(0), 'utf8')),
  define('bool(bool): bool', identity),
  define('bool(string): bool', (call) => parseBool(call.string(0))),
  define('timestamp(timestamp): timestamp', identity),
  define('timestamp(string): timestamp', (call) => parseTimestamp(call.parsed(0))),
  define('timestamp(int): timestamp', (call) => timestampOf(call.int(0) * NANOS_PER_SECOND)),
  define('duration(duration): duration', identity),
  define('duration(string): duration', (call) => parseDuration(call.parsed(0))),
  define('dyn(T): dyn', identity),
  define('type(T): type', (call) => new CelTypeValue(typeNameOf(call.value(0)))),
];

const TEXT: readonly Overload[] = [
  define('string::contains(string): bool', (call) => call.string(0).includes(call.string(1))),
  define('string::startsWith(string): bool', (call) => call.string(0).startsWith(call.string(1))),
  define('string::endsWith(string): bool', (call) => call.string(0).endsWith(call.string(1))),
];

type DatePart = (date: Date) => number;

const MILLIS_PER_DAY = 86_400_000;

const DATE_PARTS: Readonly<Record<string, DatePart>> = {
  getFullYear: (date) => date.getUTCFullYear(),
  getMonth: (date) => date.getUTCMonth(),
  getDate: (date) => date.getUTCDate(),
  getDayOfMonth: (date) => date.getUTCDate() - 1,
  getDayOfWeek: (date) => date.getUTCDay(),
  getDayOfYear: (date) =>
    Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / MILLIS_PER_DAY),
  getHours: (date) => date.getUTCHours(),
  getMinutes: (date) => date.getUTCMinutes(),
  getSeconds: (date) => date.getUTCSeconds(),
  getMilliseconds: (date) => date.getUTCMilliseconds(),
};

function millisOf(call: Call): number {
  const { nanos } = call.timestamp(0);
  return Number(nanos / 1_000_000n);
}

/** @throws {CelEvaluationError} for a zone that there is not. */
function zoneOf(call: Call): string {
  call.spend.charge(TIME_ZONE_COST);
  return call.string(1);
}

const DATES: readonly Overload[] = Object.entries(DATE_PARTS).flatMap(([name, part]) => [
  define(`timestamp::${name}(): int`, (call) => BigInt(part(new Date(millisOf(call))))),
  define(`timestamp::${name}(string): int`, (call) =>
    BigInt(part(inZone(millisOf(call), zoneOf(call)))),
  ),
]);

const durationIn =
  (nanosPerUnit: bigint, modulus?: bigint): Implementation =>
  (call): CelValue => {
    const whole = call.duration(0).nanos / nanosPerUnit;
    return modulus === undefined ? whole : whole % modulus;
  };

const DURATIONS: readonly Overload[] = [
  define('duration::getHours(): int', durationIn(3600n * NANOS_PER_SECOND)),
  define('duration::getMinutes(): int', durationIn(60n * NANOS_PER_SECOND)),
  define('duration::getSeconds(): int', durationIn(NANOS_PER_SECOND)),
  define('duration::getMilliseconds(): int', durationIn(1_000_000n, 1000n)),
];

export const STANDARD: readonly Overload[] = [
  ...SIZES,
  ...NUMBERS,
  ...CONVERSIONS,
  ...TEXT,
  ...DATES,
  ...DURATIONS,
];
