import type { Descriptions } from '../../scheme/descriptions/descriptions.ts';
import type { FieldSchema, FieldType, TypeSchema } from '../../scheme/structural-schema.ts';
import { KNOWN_DEFAULTS } from './known-defaults.ts';
import { besides, type Dialect, type PublishedSchema } from './published-schema.ts';
import { INT_OR_STRING, NAMED_FORMATS } from './well-known-types.ts';

export interface TypeSchemaContext {
  readonly dialect: Dialect;
  readonly descriptions: Descriptions;
  /** The reference to a named type; whoever publishes the document hears by it that the type is needed. */
  readonly refer: (typeName: string) => PublishedSchema;
}

/** The schema of a built-in type: of its structure, with a sentence on each field. */
export function toTypeSchema(type: TypeSchema, context: TypeSchemaContext): PublishedSchema {
  const fields = Object.entries(type.fields);
  const required = fields.filter(([, field]) => field.required).map(([name]) => name);
  const properties = Object.fromEntries(
    fields.map(([name, field]) => [name, toFieldSchema(type.name, name, field, context)]),
  );
  return {
    description: context.descriptions.describeType(type.name),
    type: 'object',
    ...(fields.length > 0 ? { properties } : {}),
    ...(required.length > 0 ? { required } : {}),
    ...(type.mapType ? { 'x-kubernetes-map-type': type.mapType } : {}),
  };
}

function toFieldSchema(
  typeName: string,
  name: string,
  field: FieldSchema,
  context: TypeSchemaContext,
): PublishedSchema {
  const value = KNOWN_DEFAULTS[`${typeName}.${name}`];
  return besides(context.dialect, toSchema(field.type, field.enum, context), {
    description: context.descriptions.summarizeField(typeName, name),
    ...(value === undefined ? {} : { default: value }),
    ...extensionsOf(field),
  });
}

/** How patches and server-side apply join two values of a field. */
function extensionsOf(field: FieldSchema): PublishedSchema {
  const { mapType, patchMergeKey, patchStrategy, type } = field;
  return {
    ...(type.kind === 'list' ? listSemanticsOf(field) : {}),
    ...(mapType ? { 'x-kubernetes-map-type': mapType } : {}),
    ...(patchMergeKey ? { 'x-kubernetes-patch-merge-key': patchMergeKey } : {}),
    ...(patchStrategy ? { 'x-kubernetes-patch-strategy': patchStrategy.join(',') } : {}),
  };
}

/** Where a list does not say what it is, server-side apply goes by its patch strategy. */
function listSemanticsOf(field: FieldSchema): PublishedSchema {
  const { listMapKeys, listType, patchMergeKey, patchStrategy } = field;
  const isMerged = listType === undefined && patchStrategy?.includes('merge');
  const keys = isMerged && patchMergeKey ? [patchMergeKey] : listMapKeys;
  if (keys) return { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys };
  return { 'x-kubernetes-list-type': listType ?? (isMerged ? 'set' : 'atomic') };
}

/** @param words The closed set of texts that the value, or each of the values in it, is one of. */
function toSchema(
  type: FieldType,
  words: readonly string[] | undefined,
  context: TypeSchemaContext,
): PublishedSchema {
  switch (type.kind) {
    case 'string':
      return toTextSchema(type.format, words, context);
    case 'integer':
      return { type: 'integer', ...(type.format ? { format: type.format } : {}) };
    case 'number':
      return { type: 'number', format: 'double' };
    case 'boolean':
      return { type: 'boolean' };
    case 'int-or-string':
      return context.refer(INT_OR_STRING);
    case 'any':
      return {};
    case 'list':
      return { type: 'array', items: toSchema(type.items, words, context) };
    case 'map':
      return { type: 'object', additionalProperties: toSchema(type.values, words, context) };
    case 'ref':
      return context.refer(type.name);
  }
}

function toTextSchema(
  format: string | undefined,
  words: readonly string[] | undefined,
  { refer }: TypeSchemaContext,
): PublishedSchema {
  const named = format && NAMED_FORMATS[format];
  if (named) return refer(named);
  return { type: 'string', ...(format ? { format } : {}), ...(words ? { enum: words } : {}) };
}
