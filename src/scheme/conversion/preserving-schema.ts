import type { JSONSchemaProps } from '../generated/types/apiextensions-v1.ts';

const PRESERVE = { 'x-kubernetes-preserve-unknown-fields': true } as const;
/** What every object has, whatever a schema says of it. */
const OBJECT_FIELDS: Readonly<Record<string, string>> = {
  apiVersion: 'string',
  kind: 'string',
  metadata: 'object',
};

/**
 * A schema that judges what `schema` does and keeps all fields, in the words of v1: each object keeps what it does not
 * declare, and what has no type is an object where it has fields, a list where it has items, and anything otherwise.
 */
export function preservingSchema(schema: JSONSchemaProps): JSONSchemaProps {
  const { properties, ...root } = preserving(schema);
  if (!properties) return { ...root, type: 'object', ...PRESERVE };
  const typed = Object.entries(properties).map(([name, property]) => {
    const type = OBJECT_FIELDS[name];
    if (type === undefined) return [name, property] as const;
    const { 'x-kubernetes-preserve-unknown-fields': _, ...plain } = property;
    return [name, { ...plain, type: plain.type ?? type }] as const;
  });
  return { ...root, properties: Object.fromEntries(typed), type: 'object', ...PRESERVE };
}

function preserving(schema: JSONSchemaProps): JSONSchemaProps {
  const { properties, items, additionalProperties } = schema;
  const type = schema.type ?? (properties ? 'object' : items ? 'array' : undefined);
  const children = {
    ...(properties ? { properties: mapValues(properties, preserving) } : {}),
    ...(items === undefined ? {} : { items: preservingItems(items) }),
    ...(isSchema(additionalProperties)
      ? { additionalProperties: preserving(additionalProperties) }
      : {}),
  };
  if (type === undefined && schema['x-kubernetes-int-or-string']) return { ...schema, ...children };
  const keeps = type === undefined || (type === 'object' && !isSchema(additionalProperties));
  return {
    ...schema,
    ...children,
    ...(type === undefined ? {} : { type }),
    ...(type === 'array' && items === undefined ? { items: PRESERVE } : {}),
    ...(keeps ? PRESERVE : {}),
  };
}

function preservingItems(items: unknown): unknown {
  return isSchema(items) ? preserving(items) : items;
}

function isSchema(value: unknown): value is JSONSchemaProps {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mapValues(
  record: Readonly<Record<string, JSONSchemaProps>>,
  change: (schema: JSONSchemaProps) => JSONSchemaProps,
): Record<string, JSONSchemaProps> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
