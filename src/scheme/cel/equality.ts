import { Buffer } from 'node:buffer';
import { UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import type { Spend } from './cost.ts';
import {
  CelDuration,
  CelList,
  CelMap,
  CelOpaque,
  CelOptional,
  CelTimestamp,
  CelTypeValue,
  type CelValue,
} from './values.ts';

/** Whether two values are equal as CEL sees it: numbers across their types, containers deeply. Each element costs one. */
export function celEquals(a: CelValue, b: CelValue, spend: Spend): boolean {
  spend.charge(1);
  if (typeof a === 'string') return typeof b === 'string' && textsEqual(a, b, spend);
  if (a === b) return true;
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b) === 0;
  if (a instanceof CelList) return b instanceof CelList && listsEqual(a, b, spend);
  if (a instanceof CelMap) return b instanceof CelMap && mapsEqual(a, b, spend);
  if (a instanceof Uint8Array) return b instanceof Uint8Array && bytesEqual(a, b, spend);
  return scalarObjectsEqual(a, b, spend);
}

function scalarObjectsEqual(a: CelValue, b: CelValue, spend: Spend): boolean {
  if (a instanceof CelTimestamp) return b instanceof CelTimestamp && a.nanos === b.nanos;
  if (a instanceof CelDuration) return b instanceof CelDuration && a.nanos === b.nanos;
  if (a instanceof CelTypeValue) return b instanceof CelTypeValue && a.typeName === b.typeName;
  if (a instanceof CelOpaque) {
    return b instanceof CelOpaque && a.typeName === b.typeName && a.equals(b);
  }
  if (a instanceof CelOptional && b instanceof CelOptional) {
    if (a.value === undefined || b.value === undefined) return a.value === b.value;
    return celEquals(a.value, b.value, spend);
  }
  return false;
}

export type NumberValue = bigint | number | UnsignedInt;

export function isNumber(value: CelValue): value is NumberValue {
  return typeof value === 'bigint' || typeof value === 'number' || value instanceof UnsignedInt;
}

/** Below zero, zero, above zero; NaN when either is NaN. JavaScript compares bigint with number exactly. */
export function compareNumbers(a: NumberValue, b: NumberValue): number {
  const left = a instanceof UnsignedInt ? a.value : a;
  const right = b instanceof UnsignedInt ? b.value : b;
  if (left < right) return -1;
  if (left > right) return 1;
  return Number.isNaN(left) || Number.isNaN(right) ? Number.NaN : 0;
}

/** Texts of different lengths are told apart without being read. */
function textsEqual(a: string, b: string, spend: Spend): boolean {
  if (a.length !== b.length) return false;
  spend.chargeText(a.length);
  return a === b;
}

function bytesEqual(a: Uint8Array, b: Uint8Array, spend: Spend): boolean {
  if (a.length !== b.length) return false;
  spend.chargeText(a.length);
  return Buffer.compare(a, b) === 0;
}

function mapsEqual(a: CelMap, b: CelMap, spend: Spend): boolean {
  if (a.size !== b.size) return false;
  for (const key of a.keys()) {
    const left = a.get(key);
    const right = b.get(key);
    if (left === undefined || right === undefined || !celEquals(left, right, spend)) return false;
  }
  return true;
}

function listsEqual(a: CelList, b: CelList, spend: Spend): boolean {
  if (a.size !== b.size) return false;
  if (a.semantics) return haveSameElements(a, b, spend);
  for (let index = 0; index < a.size; index++) {
    if (!celEquals(a.at(index), b.at(index), spend)) return false;
  }
  return true;
}

/** Lists that are sets or maps: equal when each element of one is in the other. */
function haveSameElements(a: CelList, b: CelList, spend: Spend): boolean {
  for (let index = 0; index < a.size; index++) {
    if (!listIncludes(b, a.at(index), spend)) return false;
  }
  return true;
}

export function listIncludes(list: CelList, wanted: CelValue, spend: Spend): boolean {
  const { size } = list;
  for (let index = 0; index < size; index++) {
    // The wanted value first: what is a text is compared with texts alone.
    if (celEquals(wanted, list.at(index), spend)) return true;
  }
  return false;
}
