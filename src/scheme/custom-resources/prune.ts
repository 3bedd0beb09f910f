/**
 * Takes out of an object what its schema does not know, as Kubernetes does before it stores an object and when it reads
 * one. Nothing is changed in place: what needs no pruning is given back as it is.
 */
import { formatPath } from './field-path.ts';
import {
  isEmbeddedResource,
  isJsonObject,
  itemsOf,
  type JsonObject,
  keepsUnknownFields,
  OBJECT_FIELDS,
  type OpenApiSchema,
  propertyOf,
  valuesOf,
} from './open-api-schema.ts';

/** Hears the path of each field that is dropped: `spec.replcas`. */
export type OnUnknownField = (path: string) => void;

/** `object` without the fields that `schema`, the root schema of its kind, does not declare. */
export function prune<T extends object>(
  schema: OpenApiSchema,
  object: T,
  onUnknownField?: OnUnknownField,
): T {
  const root = { ...schema, 'x-kubernetes-embedded-resource': true };
  return new Pruning(onUnknownField).value(root, object) as T;
}

/** As {@link prune}, of a value inside of an object. */
export function pruneValue(schema: OpenApiSchema, value: unknown): unknown {
  return new Pruning(undefined).value(schema, value);
}

class Pruning {
  readonly #onUnknownField: OnUnknownField | undefined;
  readonly #path: (string | number)[] = [];

  constructor(onUnknownField: OnUnknownField | undefined) {
    this.#onUnknownField = onUnknownField;
  }

  /** @param isKept Whether unknown fields stay: said by the schema, or by that of the list around. */
  value(schema: OpenApiSchema | undefined, value: unknown, isKept = false): unknown {
    if (Array.isArray(value)) return this.#list(schema, value, isKept);
    if (isJsonObject(value)) return this.#object(schema, value, isKept);
    return value;
  }

  #list(schema: OpenApiSchema | undefined, list: readonly unknown[], isKept: boolean): unknown {
    const keeps = isKept || (schema !== undefined && keepsUnknownFields(schema));
    const items = schema && itemsOf(schema);
    if (keeps && !items) return list;
    let result: unknown[] | undefined;
    for (let i = 0; i < list.length; i++) {
      this.#path.push(i);
      const pruned = this.value(items, list[i], keeps);
      this.#path.pop();
      if (pruned === list[i]) continue;
      result ??= [...list];
      result[i] = pruned;
    }
    return result ?? list;
  }

  #object(schema: OpenApiSchema | undefined, object: JsonObject, isKept: boolean): unknown {
    const keeps = isKept || (schema !== undefined && keepsUnknownFields(schema));
    let result: Record<string, unknown> | undefined;
    for (const key of Object.keys(object)) {
      const member = object[key];
      const target = schema ? memberSchema(schema, key) : 'unknown';
      if (target === 'own' || (target === 'unknown' && keeps)) continue;
      result = this.#member(target, { key, member, object, result });
    }
    return result ?? object;
  }

  #member(
    target: OpenApiSchema | 'unknown',
    { key, member, object, result }: MemberToPrune,
  ): Record<string, unknown> | undefined {
    this.#path.push(key);
    const pruned = target === 'unknown' ? undefined : this.value(target, member);
    if (target === 'unknown') this.#onUnknownField?.(formatPath(this.#path));
    this.#path.pop();
    if (pruned === member) return result;
    const copy = result ?? { ...object };
    if (target === 'unknown') delete copy[key];
    else copy[key] = pruned;
    return copy;
  }
}

interface MemberToPrune {
  readonly key: string;
  readonly member: unknown;
  readonly object: JsonObject;
  /** The copy of `object`, once there is one. */
  readonly result: Record<string, unknown> | undefined;
}

/** `own` for apiVersion, kind and metadata, which are nobody's to prune. */
function memberSchema(schema: OpenApiSchema, key: string): OpenApiSchema | 'own' | 'unknown' {
  if (isEmbeddedResource(schema) && OBJECT_FIELDS.has(key)) return 'own';
  return propertyOf(schema, key) ?? valuesOf(schema) ?? 'unknown';
}
