/** Short words for long schemas. */
import { TYPE_SCHEMAS } from '../../../src/scheme/generated/schemas.ts';
import type {
  CustomResourceDefinitionVersion,
  JSONSchemaProps,
} from '../../../src/scheme/generated/types/apiextensions-v1.ts';
import type { FieldType, TypeSchema } from '../../../src/scheme/structural-schema.ts';

export type Properties = Record<string, JSONSchemaProps>;

export const text: JSONSchemaProps = { type: 'string' };
export const flag: JSONSchemaProps = { type: 'boolean' };
export const int32: JSONSchemaProps = { type: 'integer', format: 'int32' };
export const int64: JSONSchemaProps = { type: 'integer', format: 'int64' };
export const time: JSONSchemaProps = { type: 'string', format: 'date-time' };
export const anything: JSONSchemaProps = { 'x-kubernetes-preserve-unknown-fields': true };
export const intOrString: JSONSchemaProps = {
  'x-kubernetes-int-or-string': true,
  anyOf: [{ type: 'integer' }, { type: 'string' }],
};
export const quantity: JSONSchemaProps = {
  ...intOrString,
  pattern: '^[+-]?([0-9]+|[0-9]+[.][0-9]*|[.][0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$',
};

export const words = (...members: string[]): JSONSchemaProps => ({ type: 'string', enum: members });
export const list = (items: JSONSchemaProps, more: JSONSchemaProps = {}): JSONSchemaProps => ({
  type: 'array',
  items,
  ...more,
});
export const map = (values: JSONSchemaProps): JSONSchemaProps => ({
  type: 'object',
  additionalProperties: values,
});
export const keyed = (items: JSONSchemaProps, ...keys: string[]): JSONSchemaProps =>
  list(items, { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys });
export const setOf = (items: JSONSchemaProps): JSONSchemaProps =>
  list(items, { 'x-kubernetes-list-type': 'set' });
/** An object with these fields; those of `required` must be there. */
export const object = (
  properties: Properties,
  required: string[] = [],
  more: JSONSchemaProps = {},
): JSONSchemaProps => ({
  type: 'object',
  properties,
  ...(required.length > 0 ? { required } : {}),
  ...more,
});

export const condition: JSONSchemaProps = object(
  {
    type: { ...text, maxLength: 316 },
    status: words('True', 'False', 'Unknown'),
    reason: {
      ...text,
      maxLength: 1024,
      minLength: 1,
      pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
    },
    message: { ...text, maxLength: 32_768 },
    lastTransitionTime: time,
    observedGeneration: { ...int64, minimum: 0 },
  },
  ['type', 'status', 'reason', 'message', 'lastTransitionTime'],
);
export const conditions: JSONSchemaProps = { ...keyed(condition, 'type'), maxItems: 8 };

export const rootSchema = (
  properties: Properties,
  required: string[] = [],
): CustomResourceDefinitionVersion['schema'] => ({
  openAPIV3Schema: object(
    { apiVersion: text, kind: text, metadata: { type: 'object' }, ...properties },
    required,
  ),
});

const TYPES = new Map(TYPE_SCHEMAS.map((schema) => [schema.name, schema]));

/** The schema of a built-in type, as definitions that embed one spell it out. */
export function builtIn(name: string): JSONSchemaProps {
  const schema = TYPES.get(`io.k8s.api.core.v1.${name}`) ?? TYPES.get(name);
  if (!schema) throw new Error(`there is no type ${name}`);
  return structOf(schema);
}

function structOf(schema: TypeSchema): JSONSchemaProps {
  if (schema.opaque || Object.keys(schema.fields).length === 0) {
    return { type: 'object', ...anything };
  }
  const entries = Object.entries(schema.fields);
  return object(
    Object.fromEntries(entries.map(([name, field]) => [name, schemaOf(field.type)])),
    entries.filter(([, field]) => field.required).map(([name]) => name),
  );
}

function schemaOf(type: FieldType): JSONSchemaProps {
  switch (type.kind) {
    case 'string':
      return type.format === 'quantity' ? quantity : type.format === 'date-time' ? time : text;
    case 'integer':
      return { type: 'integer', ...(type.format ? { format: type.format } : {}) };
    case 'number':
    case 'boolean':
      return { type: type.kind };
    case 'int-or-string':
      return intOrString;
    case 'any':
      return anything;
    case 'list':
      return list(schemaOf(type.items));
    case 'map':
      return map(schemaOf(type.values));
    case 'ref':
      return builtIn(type.name);
  }
}
