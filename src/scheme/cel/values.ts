import { UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import type { CelType, ListSemantics } from './types.ts';

/**
 * A value while an expression runs. Integers are bigint and doubles number; JSON data stays where it is and is read
 * through {@link CelList} and {@link CelMap} only as far as the expression looks.
 */
export type CelValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | UnsignedInt
  | CelTimestamp
  | CelDuration
  | CelTypeValue
  | CelOptional
  | CelList
  | CelMap
  | CelOpaque;

export abstract class CelList {
  abstract readonly size: number;
  /** The element at `index`, which is in range. */
  abstract at(index: number): CelValue;
  /** Lists that Kubernetes declares as sets or maps are equal in any order, and `+` merges them. */
  readonly semantics: ListSemantics | undefined = undefined;
}

export class ArrayList extends CelList {
  readonly items: readonly CelValue[];
  override readonly semantics: ListSemantics | undefined;

  constructor(items: readonly CelValue[], semantics?: ListSemantics) {
    super();
    this.items = items;
    this.semantics = semantics;
  }

  get size(): number {
    return this.items.length;
  }

  at(index: number): CelValue {
    return this.items[index] as CelValue;
  }
}

export abstract class CelMap {
  abstract readonly size: number;
  /** The value of `key`, or undefined when the map has none. */
  abstract get(key: CelValue): CelValue | undefined;
  abstract keys(): Iterable<CelValue>;
  /** The name of the type that constructed it (`Object.spec`), for what `Name{…}` made. */
  readonly typeName: string | undefined = undefined;

  has(key: CelValue): boolean {
    return this.get(key) !== undefined;
  }
}

/** A map that the expression made: keys are strings, integers or booleans. */
export class EntriesMap extends CelMap {
  readonly entries: ReadonlyMap<string, readonly [CelValue, CelValue]>;
  override readonly typeName: string | undefined;

  constructor(pairs: Iterable<readonly [CelValue, CelValue]>, typeName?: string) {
    super();
    this.entries = new Map(Array.from(pairs, (pair) => [keyOfValue(pair[0]), pair]));
    this.typeName = typeName;
  }

  get size(): number {
    return this.entries.size;
  }

  get(key: CelValue): CelValue | undefined {
    return this.entries.get(keyOfValue(key))?.[1];
  }

  *keys(): Iterable<CelValue> {
    for (const [key] of this.entries.values()) yield key;
  }
}

/** Keys of one number are one key, whichever numeric type spells it. */
function keyOfValue(key: CelValue): string {
  if (typeof key === 'string') return `s${key}`;
  if (typeof key === 'boolean') return `b${key}`;
  return `n${key instanceof UnsignedInt ? key.value : String(key)}`;
}

export class CelTimestamp {
  /** Nanoseconds since 1970. */
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

export class CelDuration {
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

export class CelTypeValue {
  readonly typeName: string;

  constructor(typeName: string) {
    this.typeName = typeName;
  }
}

export class CelOptional {
  static readonly NONE = new CelOptional(undefined);
  readonly value: CelValue | undefined;

  constructor(value: CelValue | undefined) {
    this.value = value;
  }
}

/** A value of a library's own type. Subclasses say what equality means for them. */
export abstract class CelOpaque {
  abstract readonly typeName: string;
  abstract equals(other: CelOpaque): boolean;
}

/** The name of a value's type, as `type(x)` and messages have it. */
export function typeNameOf(value: CelValue): string {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'boolean':
      return 'bool';
    default:
      return value === null ? 'null_type' : objectTypeNameOf(value);
  }
}

type ObjectValue = Exclude<CelValue, null | boolean | bigint | number | string>;

function objectTypeNameOf(value: ObjectValue): string {
  if (value instanceof CelMap) return value.typeName ?? 'map';
  if (value instanceof CelList) return 'list';
  if (value instanceof CelTimestamp) return 'google.protobuf.Timestamp';
  if (value instanceof CelDuration) return 'google.protobuf.Duration';
  if (value instanceof CelOptional) return 'optional_type';
  if (value instanceof CelTypeValue) return 'type';
  if (value instanceof UnsignedInt) return 'uint';
  return value instanceof CelOpaque ? value.typeName : 'bytes';
}

const MATCHERS: Readonly<Record<string, (value: CelValue) => boolean>> = {
  bool: (value) => typeof value === 'boolean',
  int: (value) => typeof value === 'bigint',
  uint: (value) => value instanceof UnsignedInt,
  double: (value) => typeof value === 'number',
  string: (value) => typeof value === 'string',
  bytes: (value) => value instanceof Uint8Array,
  null: (value) => value === null,
  timestamp: (value) => value instanceof CelTimestamp,
  duration: (value) => value instanceof CelDuration,
  type: (value) => value instanceof CelTypeValue,
  list: (value) => value instanceof CelList,
  map: (value) => value instanceof CelMap,
  object: (value) => value instanceof CelMap,
  optional: (value) => value instanceof CelOptional,
};

/** Whether a run-time value can stand for `type`. Elements are not looked at: a function that reads them judges them. */
export function isValueOf(type: CelType, value: CelValue): boolean {
  if (type.kind === 'dyn' || type.kind === 'param') return true;
  if (type.kind === 'opaque') return value instanceof CelOpaque && value.typeName === type.name;
  return MATCHERS[type.kind]?.(value) ?? false;
}
