import { Buffer } from 'node:buffer';
import { UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import { CelEvaluationError } from './errors.ts';
import { formatDuration, formatTimestamp, parseDateOrTimestamp, parseDuration } from './times.ts';
import { type CelType, DYN, type ListSemantics, type ObjectType } from './types.ts';
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

type JsonObjectData = Readonly<Record<string, unknown>>;

/** A JSON array, read element by element as the expression asks. */
class JsonList extends CelList {
  readonly #items: readonly unknown[];
  readonly #element: CelType;
  override readonly semantics: ListSemantics | undefined;

  constructor(items: readonly unknown[], element: CelType, semantics?: ListSemantics) {
    super();
    this.#items = items;
    this.#element = element;
    this.semantics = semantics;
  }

  get size(): number {
    return this.#items.length;
  }

  at(index: number): CelValue {
    return fromJson(this.#items[index], this.#element);
  }
}

/** A JSON object with keys of its own. */
class JsonMap extends CelMap {
  readonly #data: JsonObjectData;
  readonly #value: CelType;

  constructor(data: JsonObjectData, value: CelType) {
    super();
    this.#data = data;
    this.#value = value;
  }

  get size(): number {
    return Object.keys(this.#data).length;
  }

  get(key: CelValue): CelValue | undefined {
    return typeof key === 'string' ? memberOf(this.#data, key, this.#value) : undefined;
  }

  *keys(): Iterable<CelValue> {
    for (const key of Object.keys(this.#data)) {
      if (this.#data[key] !== undefined) yield key;
    }
  }
}

/** A JSON object with the fields of a type, under the names that expressions use. */
class JsonObject extends CelMap {
  readonly #data: JsonObjectData;
  readonly #type: ObjectType;

  constructor(data: JsonObjectData, type: ObjectType) {
    super();
    this.#data = data;
    this.#type = type;
  }

  get size(): number {
    return Object.keys(this.#data).length;
  }

  get(key: CelValue): CelValue | undefined {
    const field = typeof key === 'string' ? this.#type.field(key) : undefined;
    return field && memberOf(this.#data, field.jsonName, field.type);
  }

  *keys(): Iterable<CelValue> {
    yield* Object.keys(this.#data);
  }
}

function memberOf(data: JsonObjectData, key: string, type: CelType): CelValue | undefined {
  if (!Object.hasOwn(data, key)) return undefined;
  const value = data[key];
  return value === undefined ? undefined : fromJson(value, type);
}

/**
 * Looks at a JSON value as the CEL value that `type` makes of it: a `date-time` is a timestamp, a whole number an int,
 * objects and arrays are read in place. A value that CEL made itself stays what it is.
 * @throws {CelEvaluationError} when the value cannot be of that type.
 */
export function fromJson(value: unknown, type: CelType): CelValue {
  switch (typeof value) {
    case 'string':
      return fromString(value, type);
    case 'number':
      return fromNumber(value, type);
    case 'boolean':
    case 'bigint':
      return value;
    case 'object':
      return value === null ? null : fromObject(value, type);
    case 'undefined':
      return null;
    default:
      throw new CelEvaluationError(`unsupported value of type ${typeof value}`);
  }
}

function fromString(value: string, type: CelType): CelValue {
  if (type.kind === 'timestamp') return parseDateOrTimestamp(value);
  if (type.kind === 'duration') return parseDuration(value);
  if (type.kind === 'bytes') return Buffer.from(value, 'base64');
  return value;
}

function fromNumber(value: number, type: CelType): CelValue {
  if (type.kind === 'double') return value;
  return Number.isInteger(value) ? BigInt(value) : value;
}

function fromObject(value: object, type: CelType): CelValue {
  if (Array.isArray(value)) {
    return type.kind === 'list'
      ? new JsonList(value, type.element, type.semantics)
      : new JsonList(value, DYN);
  }
  if (isCelObject(value)) return value;
  const data = value as JsonObjectData;
  if (type.kind === 'object') return new JsonObject(data, type);
  return new JsonMap(data, type.kind === 'map' ? type.value : DYN);
}

function isCelObject(
  value: object,
): value is Exclude<CelValue, null | boolean | bigint | number | string> {
  return (
    value instanceof CelMap ||
    value instanceof CelList ||
    value instanceof CelOpaque ||
    value instanceof CelTimestamp ||
    value instanceof CelDuration ||
    value instanceof CelOptional ||
    value instanceof CelTypeValue ||
    value instanceof Uint8Array ||
    value instanceof UnsignedInt
  );
}

/**
 * The JSON of a value that an expression answered: integers become numbers, times and bytes text.
 * @throws {CelEvaluationError} for what JSON cannot say, such as a type or an address.
 */
export function toJson(value: CelValue): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof CelList) {
    return Array.from({ length: value.size }, (_, index) => toJson(value.at(index)));
  }
  if (value instanceof CelMap) return mapToJson(value);
  if (value instanceof CelTimestamp) return formatTimestamp(value);
  if (value instanceof CelDuration) return formatDuration(value);
  if (value instanceof UnsignedInt) return Number(value.value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof CelOptional) return value.value === undefined ? null : toJson(value.value);
  throw new CelEvaluationError(`a value of type ${value.typeName} has no JSON form`);
}

function mapToJson(map: CelMap): Record<string, unknown> {
  const pairs: [string, unknown][] = [];
  for (const key of map.keys()) {
    const value = map.get(key);
    if (value !== undefined) pairs.push([String(key), toJson(value)]);
  }
  return Object.fromEntries(pairs);
}
