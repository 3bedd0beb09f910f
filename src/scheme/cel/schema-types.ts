import type { FieldType, TypeSchema } from '../structural-schema.ts';
import { type CelSchema, isEmbeddedObject, isIntOrString } from './cel-schema.ts';
import { maxListSize, maxMapSize, maxTextSize } from './schema-sizes.ts';
import {
  BOOL,
  type CelType,
  DOUBLE,
  DYN,
  INT,
  listOf,
  mapOf,
  type ObjectField,
  type ObjectType,
  type PrimitiveKind,
  STRING,
  TIMESTAMP,
} from './types.ts';

/** Kubernetes counts no size of the keys of a map. */
const KEY: CelType = { kind: 'string', maxElements: 0 };

const STRING_FORMATS: ReadonlyMap<string, PrimitiveKind> = new Map([
  ['byte', 'bytes'],
  ['date', 'timestamp'],
  ['date-time', 'timestamp'],
  ['duration', 'duration'],
]);

/** What every object with metadata lets expressions read of it. */
const RESOURCE_FIELDS: Readonly<Record<string, CelSchema>> = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  metadata: {
    type: 'object',
    properties: { name: { type: 'string' }, generateName: { type: 'string' } },
  },
};

/**
 * The type of values that a structural schema describes. `name` names the type in messages. A resource (the root of a
 * custom resource, or one embedded) also has `apiVersion`, `kind`, `metadata.name` and `metadata.generateName`.
 */
export function celTypeOfSchema(schema: CelSchema, name = 'object', isResource = false): CelType {
  if (isIntOrString(schema)) return { kind: 'dyn', maxElements: maxTextSize(schema) };
  switch (schema.type) {
    case 'boolean':
      return BOOL;
    case 'integer':
      return INT;
    case 'number':
      return DOUBLE;
    case 'string':
      return textTypeOf(schema);
    case 'array':
      return listTypeOf(schema, name);
    case 'object':
      return objectTypeOf(schema, name, isResource);
    default:
      return DYN;
  }
}

function textTypeOf(schema: CelSchema): CelType {
  const kind = STRING_FORMATS.get(schema.format ?? '') ?? 'string';
  return { kind, maxElements: maxTextSize(schema) };
}

function listTypeOf(schema: CelSchema, name: string): CelType {
  const items = Array.isArray(schema.items) ? schema.items[0] : schema.items;
  const element = items ? celTypeOfSchema(items as CelSchema, `${name}.@idx`) : DYN;
  const list = { kind: 'list', element, maxElements: maxListSize(schema) } as const;
  const listType = schema['x-kubernetes-list-type'];
  if (listType !== 'set' && listType !== 'map') return list;
  const keys = listType === 'map' ? (schema['x-kubernetes-list-map-keys'] ?? []) : [];
  return { ...list, semantics: { keys } };
}

function objectTypeOf(schema: CelSchema, name: string, isResource: boolean): CelType {
  const values = schema.additionalProperties;
  if (typeof values === 'object') {
    const value = celTypeOfSchema(values, `${name}.@elem`, isEmbeddedObject(values));
    return { kind: 'map', key: KEY, value, maxElements: maxMapSize(schema) };
  }
  if (values === true) return mapOf(STRING, DYN);
  const hasMetadata = isResource || isEmbeddedObject(schema);
  const properties = { ...schema.properties, ...(hasMetadata ? RESOURCE_FIELDS : {}) };
  return lazyObject(name, (field) => {
    const property = Object.hasOwn(properties, field) ? properties[field] : undefined;
    return property && celTypeOfSchema(property, `${name}.${field}`);
  });
}

/** An object type whose fields are worked out when they are first named: schemas are large and may be recursive. */
export function lazyObject(
  name: string,
  typeOf: (jsonName: string) => CelType | undefined,
): ObjectType {
  const known = new Map<string, ObjectField | undefined>();
  const find = (spelled: string): ObjectField | undefined => {
    for (const jsonName of [spelled, unescapeFieldName(spelled)]) {
      const type = typeOf(jsonName);
      if (type) return { type, jsonName };
    }
    return undefined;
  };
  return {
    kind: 'object',
    name,
    field: (spelled) => {
      if (!known.has(spelled)) known.set(spelled, find(spelled));
      return known.get(spelled);
    },
  };
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['underscores', '__'],
  ['dot', '.'],
  ['dash', '-'],
  ['slash', '/'],
]);

/** Reads a field's name as Kubernetes escapes it for expressions: `foo__dash__bar`, `__in__`. */
export function unescapeFieldName(spelled: string): string {
  return spelled
    .replace(
      /^__(true|false|null|in|as|break|const|continue|else|for|function|if|import|let|loop|package|namespace|return|var|void|while)__$/,
      '$1',
    )
    .replace(/__(underscores|dot|dash|slash)__/g, (_, word: string) => ESCAPES.get(word) ?? '');
}

/** Finds a named type of the scheme: `io.k8s.api.core.v1.PodSpec`. */
export type SchemaLookup = (name: string) => TypeSchema | undefined;

/** The type of a built-in kind, from the scheme's own schemas. */
export function celTypeOfKind(schema: TypeSchema, lookUp: SchemaLookup): CelType {
  if (schema.opaque) return DYN;
  return lazyObject(schema.name, (field) => {
    const found = Object.hasOwn(schema.fields, field) ? schema.fields[field] : undefined;
    return found && celTypeOfField(found.type, lookUp);
  });
}

function celTypeOfField(type: FieldType, lookUp: SchemaLookup): CelType {
  switch (type.kind) {
    case 'string':
      return celTypeOfText(type.format);
    case 'integer':
      return INT;
    case 'number':
      return DOUBLE;
    case 'boolean':
      return BOOL;
    case 'list':
      return listOf(celTypeOfField(type.items, lookUp));
    case 'map':
      return mapOf(STRING, celTypeOfField(type.values, lookUp));
    case 'ref': {
      const schema = lookUp(type.name);
      return schema ? celTypeOfKind(schema, lookUp) : DYN;
    }
    default:
      return DYN;
  }
}

function celTypeOfText(format: string | undefined): CelType {
  if (format === 'micro-time') return TIMESTAMP;
  // Kubernetes types quantities as text that may also be a number.
  return format === 'quantity' ? DYN : { kind: STRING_FORMATS.get(format ?? '') ?? 'string' };
}
