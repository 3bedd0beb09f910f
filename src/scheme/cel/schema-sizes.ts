/**
 * How large the values of a structural schema may be, as Kubernetes reckons it for the costs of rules: by what the schema
 * says, and otherwise by what fits into one request.
 */
import { Buffer } from 'node:buffer';
import { type CelSchema, isIntOrString } from './cel-schema.ts';

/** The largest request that a client may send, in bytes. */
export const MAX_REQUEST_BYTES = 3 * 1024 * 1024;

/** The longest texts of formats, with their quotes. */
const LONGEST: ReadonlyMap<string, number> = new Map([
  ['duration', 32],
  ['date', 12],
  ['date-time', 32],
]);

/** The shortest values in JSON, with their quotes or brackets. */
const SHORTEST_TEXT: ReadonlyMap<string, number> = new Map([
  ['duration', 3],
  ['date', 12],
  ['date-time', 21],
]);
const SHORTEST: ReadonlyMap<string, number> = new Map([
  ['boolean', 4],
  ['array', 2],
]);

/** The characters that are spent on the quotes or brackets around a value. */
const AROUND = 2;
/** Quotes, colon, comma and the shortest key. */
const AROUND_ENTRY = 6;
/** Quotes, colon and comma. */
const AROUND_FIELD = 4;
const MAX_BYTES_PER_CHARACTER = 4;

/** The most characters that a text, or an int-or-string, may have. */
export function maxTextSize(schema: CelSchema): number {
  const { format = '', maxLength, enum: values = [] } = schema;
  const longest = isIntOrString(schema) ? undefined : LONGEST.get(format);
  if (longest !== undefined) return longest;
  if (maxLength !== undefined) {
    return Math.max(maxLength, 0) * (format === 'byte' ? 1 : MAX_BYTES_PER_CHARACTER);
  }
  if (values.length === 0 || isIntOrString(schema)) return MAX_REQUEST_BYTES - AROUND;
  const texts = values.filter((value) => typeof value === 'string');
  return Math.max(0, ...texts.map((text) => Buffer.byteLength(text)));
}

/** The most items that a list may have. */
export function maxListSize({ maxItems, items }: CelSchema): number {
  if (maxItems !== undefined) return Math.max(maxItems, 0);
  const item = Array.isArray(items) ? items[0] : items;
  const shortest = item ? minSerializedSize(item as CelSchema) : 1;
  return Math.floor((MAX_REQUEST_BYTES - AROUND) / (shortest + 1));
}

/** The most entries that a map may have. */
export function maxMapSize({ maxProperties, additionalProperties }: CelSchema): number {
  if (maxProperties !== undefined) return Math.max(maxProperties, 0);
  const shortest =
    typeof additionalProperties === 'object' ? minSerializedSize(additionalProperties) : 1;
  return Math.floor((MAX_REQUEST_BYTES - AROUND) / (shortest + AROUND_ENTRY));
}

/** The fewest bytes that a value of the schema takes in JSON. */
export function minSerializedSize(schema: CelSchema): number {
  if (isIntOrString(schema)) return 1;
  if (schema.type === 'string') return SHORTEST_TEXT.get(schema.format ?? '') ?? AROUND;
  if (schema.type === 'object') return minObjectSize(schema);
  return SHORTEST.get(schema.type ?? '') ?? 1;
}

/** Required fields have to be there, but for those with a default, which the server fills in. */
function minObjectSize({ properties = {}, required = [], additionalProperties }: CelSchema) {
  let size = AROUND;
  if (typeof additionalProperties === 'object') return size;
  for (const name of required) {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (!property || property.default !== undefined) continue;
    size += name.length + minSerializedSize(property) + AROUND_FIELD;
  }
  return size;
}
