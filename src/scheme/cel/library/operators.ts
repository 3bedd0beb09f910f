import { Buffer } from 'node:buffer';
import { UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import type { Call } from '../call.ts';
import { celEquals, compareNumbers, isNumber, listIncludes } from '../equality.ts';
import { CelEvaluationError, noSuchOverload } from '../errors.ts';
import { define, type Overload } from '../functions.ts';
import { durationOf, timestampOf } from '../times.ts';
import {
  ArrayList,
  CelDuration,
  type CelList,
  CelMap,
  CelTimestamp,
  type CelValue,
} from '../values.ts';

const MAX_INT = 2n ** 63n - 1n;
const MIN_INT = -(2n ** 63n);
const MAX_UINT = 2n ** 64n - 1n;

/** @throws {CelEvaluationError} when the result has no place in 64 bits. */
export function checkedInt(value: bigint): bigint {
  if (value > MAX_INT || value < MIN_INT) throw new CelEvaluationError('integer overflow');
  return value;
}

/** @throws {CelEvaluationError} when the result has no place in 64 bits. */
export function checkedUint(value: bigint): UnsignedInt {
  if (value > MAX_UINT || value < 0n) throw new CelEvaluationError('unsigned integer overflow');
  return new UnsignedInt(value);
}

type Integers = (a: bigint, b: bigint) => bigint;
type Doubles = (a: number, b: number) => number;

function arithmetic(op: string, integers: Integers, doubles?: Doubles): Overload[] {
  const overloads = [
    define(`_${op}_(int, int): int`, (call) => checkedInt(integers(call.int(0), call.int(1)))),
    define(`_${op}_(uint, uint): uint`, (call) =>
      checkedUint(integers(call.uint(0), call.uint(1))),
    ),
  ];
  if (!doubles) return overloads;
  const forDoubles = define(`_${op}_(double, double): double`, (call) =>
    doubles(call.double(0), call.double(1)),
  );
  return [...overloads, forDoubles];
}

function nonZero(divisor: bigint, operation: string): bigint {
  if (divisor === 0n) throw new CelEvaluationError(`${operation} by zero`);
  return divisor;
}

const ARITHMETIC: readonly Overload[] = [
  ...arithmetic(
    '+',
    (a, b) => a + b,
    (a, b) => a + b,
  ),
  ...arithmetic(
    '-',
    (a, b) => a - b,
    (a, b) => a - b,
  ),
  ...arithmetic(
    '*',
    (a, b) => a * b,
    (a, b) => a * b,
  ),
  ...arithmetic(
    '/',
    (a, b) => a / nonZero(b, 'division'),
    (a, b) => a / b,
  ),
  ...arithmetic('%', (a, b) => a % nonZero(b, 'modulus')),
  define('-_(int): int', (call) => checkedInt(-call.int(0))),
  define('-_(double): double', (call) => -call.double(0)),
  define('!_(bool): bool', (call) => !call.bool(0)),
];

const CONCATENATION: readonly Overload[] = [
  define('_+_(string, string): string', (call) => call.string(0) + call.string(1)),
  define('_+_(bytes, bytes): bytes', (call) => {
    const [a, b] = [call.bytes(0), call.bytes(1)];
    const joined = new Uint8Array(a.length + b.length);
    joined.set(a, 0);
    joined.set(b, a.length);
    return joined;
  }),
  define('_+_(list<T>, list<T>): list<T>', concatenate),
];

/** Lists that are sets or maps merge: an element of the right replaces the one of the left that it equals or shares keys with. */
function concatenate(call: Call): CelValue {
  const { semantics } = call.list(0);
  const left = call.elements(0);
  const right = call.elements(1);
  if (!semantics) return new ArrayList([...left, ...right]);
  const merged = [...left];
  for (const element of right) {
    const position = merged.findIndex((known) => isSame(known, element, semantics.keys, call));
    if (position < 0) merged.push(element);
    else merged[position] = element;
  }
  return new ArrayList(merged, semantics);
}

function isSame(a: CelValue, b: CelValue, keys: readonly string[], call: Call): boolean {
  if (keys.length === 0) return celEquals(a, b, call.spend);
  if (!(a instanceof CelMap && b instanceof CelMap)) return false;
  return keys.every((key) => celEquals(a.get(key) ?? null, b.get(key) ?? null, call.spend));
}

const TIME: readonly Overload[] = [
  define('_+_(timestamp, duration): timestamp', (call) =>
    timestampOf(call.timestamp(0).nanos + call.duration(1).nanos),
  ),
  define('_+_(duration, timestamp): timestamp', (call) =>
    timestampOf(call.duration(0).nanos + call.timestamp(1).nanos),
  ),
  define('_+_(duration, duration): duration', (call) =>
    durationOf(call.duration(0).nanos + call.duration(1).nanos),
  ),
  define('_-_(timestamp, timestamp): duration', (call) =>
    durationOf(call.timestamp(0).nanos - call.timestamp(1).nanos),
  ),
  define('_-_(timestamp, duration): timestamp', (call) =>
    timestampOf(call.timestamp(0).nanos - call.duration(1).nanos),
  ),
  define('_-_(duration, duration): duration', (call) =>
    durationOf(call.duration(0).nanos - call.duration(1).nanos),
  ),
];

/** Below zero, zero, above zero, or NaN where no order is defined. @throws {CelEvaluationError} for unlike types. */
export function compareValues(a: CelValue, b: CelValue, call: Call): number {
  call.spend.charge(1);
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b);
  if (typeof a === 'string' && typeof b === 'string') {
    call.spend.chargeText(Math.min(a.length, b.length));
    return compareCodePoints(a, b);
  }
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a instanceof CelTimestamp && b instanceof CelTimestamp) {
    return compareNumbers(a.nanos, b.nanos);
  }
  if (a instanceof CelDuration && b instanceof CelDuration) return compareNumbers(a.nanos, b.nanos);
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    call.spend.chargeText(Math.min(a.length, b.length));
    return Buffer.compare(a, b);
  }
  throw noSuchOverload(call.name);
}

/** The order of code points, which is not JavaScript's where characters beyond the basic plane are compared. */
function compareCodePoints(a: string, b: string): number {
  if (a === b) return 0;
  let index = 0;
  while (index < a.length && a[index] === b[index]) index++;
  return (a.codePointAt(index) ?? -1) - (b.codePointAt(index) ?? -1);
}

const ORDERED = ['bool', 'string', 'bytes', 'timestamp', 'duration'];
const NUMERIC = ['int', 'uint', 'double'];

function ordering(op: string, holds: (order: number) => boolean): Overload[] {
  const pairs = [
    ...ORDERED.map((type) => [type, type]),
    ...NUMERIC.flatMap((left) => NUMERIC.map((right) => [left, right])),
  ];
  return pairs.map(([left, right]) =>
    define(`_${op}_(${left}, ${right}): bool`, (call) =>
      holds(compareValues(call.value(0), call.value(1), call)),
    ),
  );
}

const COMPARISON: readonly Overload[] = [
  define('_==_(T, U): bool', (call) => celEquals(call.value(0), call.value(1), call.spend)),
  define('_!=_(T, U): bool', (call) => !celEquals(call.value(0), call.value(1), call.spend)),
  ...ordering('<', (order) => order < 0),
  ...ordering('<=', (order) => order <= 0),
  ...ordering('>', (order) => order > 0),
  ...ordering('>=', (order) => order >= 0),
  define('@in(T, list<T>): bool', (call) => contains(call.list(1), call)),
  define('@in(K, map<K, V>): bool', (call) => call.map(1).has(call.value(0))),
];

function contains(list: CelList, call: Call): boolean {
  return listIncludes(list, call.value(0), call.spend);
}

export const OPERATORS: readonly Overload[] = [
  ...ARITHMETIC,
  ...CONCATENATION,
  ...TIME,
  ...COMPARISON,
];
