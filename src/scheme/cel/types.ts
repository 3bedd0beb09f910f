/**
 * The static types of CEL expressions. A type that is not known before an expression runs is `dyn`: it goes with any
 * other, and the value decides at run time. `maxElements` is what a schema says of how large values may be (characters,
 * bytes, elements, entries): estimates of costs use it, and which types go with which does not depend on it.
 */
export type CelType =
  | { readonly kind: 'dyn' | PrimitiveKind; readonly maxElements?: number }
  | {
      readonly kind: 'list';
      readonly element: CelType;
      /** For lists that Kubernetes declares as sets or maps: how elements are told apart. */
      readonly semantics?: ListSemantics;
      readonly maxElements?: number;
    }
  | {
      readonly kind: 'map';
      readonly key: CelType;
      readonly value: CelType;
      readonly maxElements?: number;
    }
  | { readonly kind: 'optional'; readonly value: CelType }
  | ObjectType
  /** A value that only functions look into: `net.IP`, `kubernetes.Quantity`. */
  | { readonly kind: 'opaque'; readonly name: string }
  /** A type variable of a function's signature. */
  | { readonly kind: 'param'; readonly name: string };

/** A list whose elements are told apart by themselves (`keys` is empty) or by their key fields, in any order. */
export interface ListSemantics {
  readonly keys: readonly string[];
}

export type PrimitiveKind =
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'null'
  | 'timestamp'
  | 'duration'
  | 'type';

/** A type with named fields. Naming another field is a compile error. */
export interface ObjectType {
  readonly kind: 'object';
  readonly name: string;
  /** The type of a field as the expression spells it, or undefined when there is none. */
  readonly field: (name: string) => ObjectField | undefined;
}

export interface ObjectField {
  readonly type: CelType;
  /** The name in JSON, where the expression's spelling escapes it. */
  readonly jsonName: string;
}

export const DYN: CelType = { kind: 'dyn' };
export const BOOL: CelType = { kind: 'bool' };
export const INT: CelType = { kind: 'int' };
export const UINT: CelType = { kind: 'uint' };
export const DOUBLE: CelType = { kind: 'double' };
export const STRING: CelType = { kind: 'string' };
export const BYTES: CelType = { kind: 'bytes' };
export const NULL: CelType = { kind: 'null' };
export const TIMESTAMP: CelType = { kind: 'timestamp' };
export const DURATION: CelType = { kind: 'duration' };
export const TYPE: CelType = { kind: 'type' };

export const listOf = (element: CelType): CelType => ({ kind: 'list', element });
export const mapOf = (key: CelType, value: CelType): CelType => ({ kind: 'map', key, value });
export const optionalOf = (value: CelType): CelType => ({ kind: 'optional', value });
export const opaque = (name: string): CelType => ({ kind: 'opaque', name });

/** An object type of fixed fields, which JSON spells as expressions do. */
export function objectOf(name: string, fields: Readonly<Record<string, CelType>>): ObjectType {
  const known = new Map(
    Object.entries(fields).map(([jsonName, type]) => [jsonName, { type, jsonName }]),
  );
  return { kind: 'object', name, field: (field) => known.get(field) };
}

/** A type as CEL's messages write it: `map(string, list(int))`. */
export function formatType(type: CelType): string {
  switch (type.kind) {
    case 'list':
      return `list(${formatType(type.element)})`;
    case 'map':
      return `map(${formatType(type.key)}, ${formatType(type.value)})`;
    case 'optional':
      return `optional_type(${formatType(type.value)})`;
    case 'object':
    case 'opaque':
    case 'param':
      return type.name;
    default:
      return type.kind;
  }
}

/** Types that the variables of one call's signature stand for. */
export type Bindings = Map<string, CelType>;

/** Whether a value of type `actual` may stand where `formal` is asked for; binds the signature's type variables. */
export function isAssignable(formal: CelType, actual: CelType, bindings: Bindings): boolean {
  if (formal.kind === 'param') return bindParam(formal.name, actual, bindings);
  if (formal.kind === 'dyn' || actual.kind === 'dyn') return true;
  // A type variable that nothing has bound yet, such as the element of an empty list.
  if (actual.kind === 'param') return true;
  if (formal.kind === 'optional' && actual.kind === 'optional') {
    return isAssignable(formal.value, actual.value, bindings);
  }
  if (formal.kind === 'list' && actual.kind === 'list') {
    return isAssignable(formal.element, actual.element, bindings);
  }
  if (formal.kind === 'map') return isMapAssignable(formal, actual, bindings);
  return isSameNamed(formal, actual);
}

function isMapAssignable(
  formal: Extract<CelType, { kind: 'map' }>,
  actual: CelType,
  bindings: Bindings,
): boolean {
  if (actual.kind !== 'map') return false;
  return (
    isAssignable(formal.key, actual.key, bindings) &&
    isAssignable(formal.value, actual.value, bindings)
  );
}

function isSameNamed(formal: CelType, actual: CelType): boolean {
  // Objects, times and opaque values may be absent: CEL lets them be compared with null.
  if (formal.kind === 'null') return isNullable(actual);
  if (actual.kind === 'null') return isNullable(formal);
  if (formal.kind === 'object' || formal.kind === 'opaque') {
    return actual.kind === formal.kind && actual.name === formal.name;
  }
  return formal.kind === actual.kind;
}

function isNullable({ kind }: CelType): boolean {
  return ['null', 'object', 'opaque', 'timestamp', 'duration'].includes(kind);
}

function bindParam(name: string, actual: CelType, bindings: Bindings): boolean {
  const bound = bindings.get(name);
  if (!bound || bound.kind === 'param') {
    bindings.set(name, actual);
    return true;
  }
  if (bound.kind === 'dyn' || actual.kind === 'param') return true;
  if (actual.kind === 'dyn') {
    bindings.set(name, actual);
    return true;
  }
  const joined = joinTypes(bound, actual);
  if (joined) bindings.set(name, joined);
  return joined !== undefined;
}

/** The type that both have in common, or undefined when there is none. */
export function joinTypes(a: CelType, b: CelType): CelType | undefined {
  if (a.kind === 'param') return b;
  if (b.kind === 'param') return a;
  if (a.kind === 'dyn' || b.kind === 'dyn') return DYN;
  if (a.kind === 'list' && b.kind === 'list') return wrap(joinTypes(a.element, b.element), listOf);
  if (a.kind === 'optional' && b.kind === 'optional') {
    return wrap(joinTypes(a.value, b.value), optionalOf);
  }
  if (a.kind === 'map' && b.kind === 'map') {
    const key = joinTypes(a.key, b.key);
    const value = joinTypes(a.value, b.value);
    return key && value ? mapOf(key, value) : undefined;
  }
  if (!isSameNamed(a, b)) return undefined;
  return a.kind === 'null' ? b : a;
}

function wrap(type: CelType | undefined, wrapper: (type: CelType) => CelType): CelType | undefined {
  return type && wrapper(type);
}

/** `type` with its variables replaced by what they are bound to; an unbound one stays. */
export function substitute(type: CelType, bindings: Bindings): CelType {
  switch (type.kind) {
    case 'param':
      return bindings.get(type.name) ?? type;
    case 'list':
      return listOf(substitute(type.element, bindings));
    case 'optional':
      return optionalOf(substitute(type.value, bindings));
    case 'map':
      return mapOf(substitute(type.key, bindings), substitute(type.value, bindings));
    default:
      return type;
  }
}

/** Whether nothing about a value of this type is left to run time: an overload chosen for it is the right one. */
export function isConcrete(type: CelType): boolean {
  switch (type.kind) {
    case 'dyn':
    case 'param':
    case 'null':
      return false;
    case 'optional':
      return isConcrete(type.value);
    default:
      return true;
  }
}
