import { UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import type { Call } from '../call.ts';
import { celEquals, listIncludes } from '../equality.ts';
import { CelEvaluationError, noSuchOverload } from '../errors.ts';
import { define, type Overload } from '../functions.ts';
import { durationOf } from '../times.ts';
import { ArrayList, CelDuration, CelList, type CelValue } from '../values.ts';
import { checkedInt, checkedUint, compareValues } from './operators.ts';

const COMPARABLE = ['int', 'uint', 'double', 'bool', 'string', 'bytes', 'timestamp', 'duration'];
const SUMMABLE = ['int', 'uint', 'double', 'duration'];

function isSorted(call: Call): boolean {
  const items = call.elements(0);
  return items.every(
    (item, index) => index === 0 || compareValues(items[index - 1] ?? null, item, call) <= 0,
  );
}

/** The least element by `sign` 1, the greatest by -1. */
function extreme(call: Call, sign: number): CelValue {
  const [first, ...rest] = call.elements(0);
  if (first === undefined) {
    throw new CelEvaluationError(`${call.name} called on empty list`);
  }
  return rest.reduce(
    (best, item) => (compareValues(item, best, call) * sign < 0 ? item : best),
    first,
  );
}

function sum(call: Call): CelValue {
  const items = call.elements(0);
  return items.length === 0 ? 0n : items.reduce((total, item) => add(total, item));
}

function add(a: CelValue, b: CelValue): CelValue {
  if (typeof a === 'bigint' && typeof b === 'bigint') return checkedInt(a + b);
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (a instanceof UnsignedInt && b instanceof UnsignedInt) return checkedUint(a.value + b.value);
  if (a instanceof CelDuration && b instanceof CelDuration) return durationOf(a.nanos + b.nanos);
  throw noSuchOverload('sum');
}

const ZEROS: Readonly<Record<string, CelValue>> = {
  int: 0n,
  uint: new UnsignedInt(0n),
  double: 0,
  duration: new CelDuration(0n),
};

function position(call: Call, isLast: boolean): bigint {
  const items = call.elements(0);
  const holds = (item: CelValue): boolean => celEquals(item, call.value(1), call.spend);
  return BigInt(isLast ? items.findLastIndex(holds) : items.findIndex(holds));
}

function distinct(call: Call): ArrayList {
  const kept: CelValue[] = [];
  for (const item of call.elements(0)) {
    if (!listIncludes(new ArrayList(kept), item, call.spend)) kept.push(item);
  }
  return new ArrayList(kept);
}

function slice(call: Call): ArrayList {
  const items = call.elements(0);
  const [start, end] = [call.index(1), call.index(2)];
  if (start < 0 || end < 0) {
    throw new CelEvaluationError(`cannot slice(${start}, ${end}), negative indexes not supported`);
  }
  if (start > end || end > items.length) {
    throw new CelEvaluationError(`cannot slice(${start}, ${end}), list is length ${items.length}`);
  }
  return new ArrayList(items.slice(start, end));
}

function flatten(items: readonly CelValue[], depth: number, call: Call): CelValue[] {
  return items.flatMap((item) => {
    if (!(item instanceof CelList) || depth === 0) return [item];
    call.spend.charge(item.size);
    const inner = Array.from({ length: item.size }, (_, index) => item.at(index));
    return flatten(inner, depth - 1, call);
  });
}

function sort(call: Call): ArrayList {
  const items = call.elements(0);
  call.spend.charge(items.length);
  return new ArrayList(items.toSorted((a, b) => compareValues(a, b, call)));
}

function range(call: Call): ArrayList {
  const count = call.index(0);
  call.spend.charge(Math.max(count, 0));
  return new ArrayList(Array.from({ length: Math.max(count, 0) }, (_, index) => BigInt(index)));
}

export const LISTS: readonly Overload[] = [
  ...COMPARABLE.flatMap((type) => [
    define(`list<${type}>::isSorted(): bool`, isSorted),
    define(`list<${type}>::min(): ${type}`, (call) => extreme(call, 1)),
    define(`list<${type}>::max(): ${type}`, (call) => extreme(call, -1)),
  ]),
  ...SUMMABLE.map((type) =>
    define(`list<${type}>::sum(): ${type}`, (call) =>
      call.list(0).size === 0 ? (ZEROS[type] ?? 0n) : sum(call),
    ),
  ),
  define('list<T>::indexOf(T): int', (call) => position(call, false)),
  define('list<T>::lastIndexOf(T): int', (call) => position(call, true)),
  define('list<T>::distinct(): list<T>', distinct),
  define('list<T>::reverse(): list<T>', (call) => new ArrayList(call.elements(0).reverse())),
  define('list<T>::slice(int, int): list<T>', slice),
  define('list<T>::sort(): list<T>', sort),
  define(
    'list<T>::flatten(): list<dyn>',
    (call) => new ArrayList(flatten(call.elements(0), 1, call)),
  ),
  define(
    'list<T>::flatten(int): list<dyn>',
    (call) => new ArrayList(flatten(call.elements(0), call.index(1), call)),
  ),
  define('lists.range(int): list<int>', range),
];

function containsAll(call: Call, container: number, wanted: number): boolean {
  const list = call.list(container);
  return call.elements(wanted).every((item) => listIncludes(list, item, call.spend));
}

export const SETS: readonly Overload[] = [
  define('sets.contains(list<T>, list<T>): bool', (call) => containsAll(call, 0, 1)),
  define(
    'sets.equivalent(list<T>, list<T>): bool',
    (call) => containsAll(call, 0, 1) && containsAll(call, 1, 0),
  ),
  define('sets.intersects(list<T>, list<T>): bool', (call) => {
    const list = call.list(0);
    return call.elements(1).some((item) => listIncludes(list, item, call.spend));
  }),
];
