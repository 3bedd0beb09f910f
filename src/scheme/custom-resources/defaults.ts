/**
 * Fills what a schema gives a default, as Kubernetes does on every write and on every read, so that a default that comes
 * later shows in what is stored already. Nothing is changed in place: what lacks nothing is given back as it is.
 *
 * A null is no value unless the field is nullable: it is replaced by the default, or dropped where there is none.
 */
import {
  isJsonObject,
  itemsOf,
  type JsonObject,
  type OpenApiSchema,
  propertyOf,
  valuesOf,
} from './open-api-schema.ts';

/** `value` with the defaults of `schema`. */
export function withDefaults<T>(schema: OpenApiSchema, value: T): T {
  return (
    Array.isArray(value)
      ? fillList(schema, value)
      : isJsonObject(value)
        ? fillObject(schema, value)
        : value
  ) as T;
}

function fillList(schema: OpenApiSchema, list: readonly unknown[]): readonly unknown[] {
  const items = itemsOf(schema);
  if (!items) return list;
  let result: unknown[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const filled = withDefaults(items, orDefault(items, list[i]) ?? null);
    if (filled === list[i]) continue;
    result ??= [...list];
    result[i] = filled;
  }
  return result ?? list;
}

function fillObject(schema: OpenApiSchema, object: JsonObject): JsonObject {
  let result: Record<string, unknown> | undefined;
  const set = (key: string, value: unknown): void => {
    if (value === object[key]) return;
    result ??= { ...object };
    if (value === undefined) delete result[key];
    else result[key] = value;
  };
  for (const key of Object.keys(object)) {
    const member = propertyOf(schema, key) ?? valuesOf(schema);
    if (member) set(key, withDefaults(member, orDefault(member, object[key])));
  }
  for (const [key, member] of Object.entries(schema.properties ?? {})) {
    if (Object.hasOwn(object, key)) continue;
    if (hasDefault(member)) set(key, withDefaults(member, copyJson(member.default)));
  }
  return result ?? object;
}

/** What stands for `value`, undefined for nothing. */
function orDefault(schema: OpenApiSchema, value: unknown): unknown {
  if (value !== null || schema.nullable) return value;
  return hasDefault(schema) ? copyJson(schema.default) : undefined;
}

export function hasDefault(schema: OpenApiSchema): boolean {
  return schema.default !== undefined && schema.default !== null;
}

/** A copy of JSON that shares nothing with it: whoever gets a default may change it. */
function copyJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyJson);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, copyJson(member)]));
}
