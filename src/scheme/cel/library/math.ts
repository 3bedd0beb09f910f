import { UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import type { Call } from '../call.ts';
import { compareNumbers, isNumber, type NumberValue } from '../equality.ts';
import { CelEvaluationError, noSuchOverload } from '../errors.ts';
import { define, type Implementation, type Overload } from '../functions.ts';
import { CelList } from '../values.ts';
import { checkedInt, checkedUint } from './operators.ts';

/** The numbers of a call: its arguments, or the elements of the one list. */
function numbersOf(call: Call): NumberValue[] {
  const [first] = call.values;
  const values = first instanceof CelList ? call.elements(0) : call.values;
  return values.map((value) => {
    if (!isNumber(value)) throw noSuchOverload(call.name);
    return value;
  });
}

/** The greatest by `sign` 1, the least by -1. */
const extreme =
  (sign: number): Implementation =>
  (call) => {
    const [first, ...rest] = numbersOf(call);
    if (first === undefined) throw new CelEvaluationError(`${call.name}: no arguments`);
    return rest.reduce((best, n) => (compareNumbers(n, best) * sign > 0 ? n : best), first);
  };

function abs(call: Call) {
  const value = call.value(0);
  if (typeof value === 'bigint') return checkedInt(value < 0n ? -value : value);
  return value instanceof UnsignedInt ? value : Math.abs(call.double(0));
}

function sign(call: Call) {
  const value = call.value(0);
  if (typeof value === 'bigint') return value === 0n ? 0n : value > 0n ? 1n : -1n;
  if (value instanceof UnsignedInt) return checkedUint(value.value === 0n ? 0n : 1n);
  return Math.sign(call.double(0));
}

/** Half away from zero, as Go rounds. */
const round = (value: number): number => Math.sign(value) * Math.round(Math.abs(value));

function shift(call: Call): bigint {
  const by = call.int(1);
  if (by < 0n) throw new CelEvaluationError(`${call.name}() negative offset: ${by}`);
  if (by > 63n) return 0n;
  const bits = BigInt.asUintN(64, call.int(0));
  return BigInt.asIntN(64, call.name === 'math.bitShiftLeft' ? bits << by : bits >> by);
}

type Bitwise = (a: bigint, b: bigint) => bigint;

const bitwise = (name: string, combine: Bitwise): Overload[] => [
  define(`math.${name}(int, int): int`, (call) => combine(call.int(0), call.int(1))),
  define(`math.${name}(uint, uint): uint`, (call) =>
    checkedUint(combine(call.uint(0), call.uint(1))),
  ),
];

const onDouble = (name: string, apply: (value: number) => number): Overload =>
  define(`math.${name}(double): double`, (call) => apply(call.double(0)));

const NUMERIC = ['int', 'uint', 'double'];

export const MATH: readonly Overload[] = [
  define('math.greatest(list<T>): T', extreme(1)),
  define('math.least(list<T>): T', extreme(-1)),
  ...NUMERIC.flatMap((type) => [
    define(`math.greatest(${type}...): ${type}`, extreme(1)),
    define(`math.least(${type}...): ${type}`, extreme(-1)),
    define(`math.abs(${type}): ${type}`, abs),
    define(`math.sign(${type}): ${type}`, sign),
  ]),
  define('math.greatest(dyn, dyn...): dyn', extreme(1)),
  define('math.least(dyn, dyn...): dyn', extreme(-1)),
  onDouble('ceil', Math.ceil),
  onDouble('floor', Math.floor),
  onDouble('round', round),
  onDouble('trunc', Math.trunc),
  define('math.sqrt(double): double', (call) => Math.sqrt(call.double(0))),
  define('math.isNaN(double): bool', (call) => Number.isNaN(call.double(0))),
  define(
    'math.isInf(double): bool',
    (call) => Math.abs(call.double(0)) === Number.POSITIVE_INFINITY,
  ),
  define('math.isFinite(double): bool', (call) => Number.isFinite(call.double(0))),
  ...bitwise('bitAnd', (a, b) => a & b),
  ...bitwise('bitOr', (a, b) => a | b),
  ...bitwise('bitXor', (a, b) => a ^ b),
  define('math.bitNot(int): int', (call) => ~call.int(0)),
  define('math.bitShiftLeft(int, int): int', shift),
  define('math.bitShiftRight(int, int): int', shift),
];
