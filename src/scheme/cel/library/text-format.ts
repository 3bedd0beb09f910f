import { Buffer } from 'node:buffer';
import { UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import type { Call } from '../call.ts';
import { CelEvaluationError } from '../errors.ts';
import { formatDuration, formatTimestamp } from '../times.ts';
import {
  CelDuration,
  CelList,
  CelMap,
  CelTimestamp,
  CelTypeValue,
  type CelValue,
  typeNameOf,
} from '../values.ts';
import { formatDouble } from './standard.ts';

/** `%s`, `%d`, `%.2f`, `%e`, `%b`, `%x`, `%X`, `%o` and `%%`. */
const CLAUSE = /%(?:\.(\d+))?([a-zA-Z%])/g;
const DEFAULT_PRECISION = 6;
const MAX_PRECISION = 100;

/** `text.format([…])`. @throws {CelEvaluationError} for a clause that its argument does not fit. */
export function formatText(call: Call): string {
  const args = call.elements(1);
  let next = 0;
  const text = call.string(0).replace(CLAUSE, (clause, precision: string, verb: string) => {
    if (verb === '%') return '%';
    const value = args[next++];
    if (value === undefined) throw new CelEvaluationError(`index ${next - 1} out of range`);
    return formatClause(clause, verb, precision, value);
  });
  call.spend.chargeText(text.length);
  return text;
}

function formatClause(clause: string, verb: string, precision: string, value: CelValue): string {
  const digits = Math.min(Number(precision ?? DEFAULT_PRECISION), MAX_PRECISION);
  switch (verb) {
    case 's':
      return textOf(value);
    case 'd':
      return decimal(value);
    case 'f':
      return fixed(value, digits);
    case 'e':
      return scientific(value, digits);
    case 'b':
      return typeof value === 'boolean' ? String(Number(value)) : inBase(value, 2, clause);
    case 'o':
      return inBase(value, 8, clause);
    case 'x':
      return hexadecimal(value, clause);
    case 'X':
      return hexadecimal(value, clause).toUpperCase();
    default:
      throw new CelEvaluationError(
        `could not parse formatting clause: unrecognized formatting clause "${verb}"`,
      );
  }
}

/** A value as `%s` writes it. */
function textOf(value: CelValue): string {
  if (typeof value === 'string') return value;
  if (value === null) return 'null';
  if (typeof value === 'number') return formatDouble(value);
  if (value instanceof CelList) {
    const items = Array.from({ length: value.size }, (_, index) => textOf(value.at(index)));
    return `[${items.join(', ')}]`;
  }
  if (value instanceof CelMap) return mapText(value);
  return scalarText(value);
}

function scalarText(value: CelValue): string {
  if (value instanceof CelTimestamp) return formatTimestamp(value);
  if (value instanceof CelDuration) return formatDuration(value);
  if (value instanceof CelTypeValue) return value.typeName;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value === 'bigint' || typeof value === 'boolean' || value instanceof UnsignedInt) {
    return String(value);
  }
  throw mismatch('%s', value);
}

function mapText(map: CelMap): string {
  const entries = Array.from(map.keys(), (key) => [textOf(key), textOf(map.get(key) ?? null)]);
  entries.sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
  return `{${entries.map(([key, value]) => `${key}: ${value}`).join(', ')}}`;
}

function mismatch(clause: string, value: CelValue): CelEvaluationError {
  return new CelEvaluationError(
    `error during formatting: ${clause} clause cannot take a value of type ${typeNameOf(value)}`,
  );
}

function integerOf(value: CelValue): bigint | undefined {
  if (typeof value === 'bigint') return value;
  return value instanceof UnsignedInt ? value.value : undefined;
}

function decimal(value: CelValue): string {
  if (typeof value === 'number') return formatDouble(value);
  const integer = integerOf(value);
  if (integer === undefined) throw mismatch('%d', value);
  return String(integer);
}

function doubleOf(clause: string, value: CelValue): number {
  if (typeof value === 'number') return value;
  const integer = integerOf(value);
  if (integer === undefined) throw mismatch(clause, value);
  return Number(integer);
}

function fixed(value: CelValue, digits: number): string {
  const double = doubleOf('%f', value);
  return Number.isFinite(double) ? double.toFixed(digits) : formatDouble(double);
}

function scientific(value: CelValue, digits: number): string {
  const double = doubleOf('%e', value);
  if (!Number.isFinite(double)) return formatDouble(double);
  return double.toExponential(digits).replace(/e([+-])(\d)$/, 'e$10$2');
}

function inBase(value: CelValue, base: number, clause: string): string {
  const integer = integerOf(value);
  if (integer === undefined) throw mismatch(clause, value);
  return integer.toString(base);
}

function hexadecimal(value: CelValue, clause: string): string {
  if (typeof value === 'string') return Buffer.from(value, 'utf8').toString('hex');
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return inBase(value, 16, clause);
}
