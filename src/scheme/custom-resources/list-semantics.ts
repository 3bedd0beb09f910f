/** Lists that are maps or sets: which entries are the same. */
import { isJsonObject, type OpenApiSchema } from './open-api-schema.ts';

/** What tells the entries of a list apart, as text; undefined for entries that no schema of a list allows. */
export type EntryKey = (entry: unknown) => string | undefined;

/** The key of the entries of a list of type `map` or `set`. Undefined for lists that are neither. */
export function entryKeyOf(schema: OpenApiSchema): EntryKey | undefined {
  switch (schema['x-kubernetes-list-type']) {
    case 'map':
      return mapKeyOf(schema);
    case 'set':
      return (entry) => canonical(entry);
    default:
      return undefined;
  }
}

function mapKeyOf(schema: OpenApiSchema): EntryKey {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  return (entry) => {
    if (!isJsonObject(entry)) return undefined;
    return JSON.stringify(keys.map((key) => (Object.hasOwn(entry, key) ? entry[key] : null)));
  };
}

/** The members of a map's key, as errors show them. */
export function keyValues(schema: OpenApiSchema, entry: unknown): unknown {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (schema['x-kubernetes-list-type'] !== 'map' || !isJsonObject(entry)) return entry;
  return Object.fromEntries(
    keys.filter((key) => Object.hasOwn(entry, key)).map((key) => [key, entry[key]]),
  );
}

/** JSON in which the order of members does not count. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member) =>
    isJsonObject(member) ? Object.fromEntries(Object.entries(member).sort(byName)) : member,
  );
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : 1;
