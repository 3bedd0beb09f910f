import {
  isEmbeddedResource,
  isIntOrString,
  itemsOf,
  keepsUnknownFields,
  type OpenApiSchema,
  valuesOf,
} from '../../scheme/custom-resources/open-api-schema.ts';
import { besides, type PublishedSchema } from './published-schema.ts';
import type { TypeSchemaContext } from './type-schema.ts';
import { OBJECT_META } from './well-known-types.ts';

/** The schema of a custom kind: what its definition declares, and what every object has. */
export function toCustomSchema(
  typeName: string,
  declared: OpenApiSchema,
  context: TypeSchemaContext,
): PublishedSchema {
  const root = publish(declared, context);
  return {
    ...root,
    description: context.descriptions.describeType(typeName),
    type: 'object',
    properties: { ...root.properties, ...objectFields(typeName, context) },
  };
}

/** apiVersion, kind and metadata, which no definition says anything of but how a name must look. */
function objectFields(
  typeName: string,
  context: TypeSchemaContext,
): Readonly<Record<string, PublishedSchema>> {
  const { dialect, descriptions, refer } = context;
  const describe = (field: string) => ({
    description: descriptions.summarizeField(typeName, field),
  });
  return {
    apiVersion: { ...describe('apiVersion'), type: 'string' },
    kind: { ...describe('kind'), type: 'string' },
    metadata: besides(dialect, refer(OBJECT_META), describe('metadata')),
  };
}

/**
 * A declared schema as it is published. OpenAPI 2 knows neither null nor alternatives, and kubectl, which reads it to check
 * what it sends, refuses unknown fields wherever any field is declared: there, what these words are said of is published as
 * less than it is.
 */
function publish(schema: OpenApiSchema, context: TypeSchemaContext): PublishedSchema {
  if (context.dialect === 'v2') return publishPlainly(schema, context);
  return { ...(schema as PublishedSchema), ...publishMembers(schema, context) };
}

function publishPlainly(schema: OpenApiSchema, context: TypeSchemaContext): PublishedSchema {
  const { allOf, anyOf, not, nullable, oneOf, ...plain } = schema;
  if (isIntOrString(schema) || nullable) {
    const { type, items, properties, additionalProperties, required, ...words } = plain;
    return words as PublishedSchema;
  }
  if (keepsUnknownFields(schema)) {
    const { items, properties, required, ...words } = plain;
    return words as PublishedSchema;
  }
  return { ...(plain as PublishedSchema), ...publishMembers(schema, context) };
}

function publishMembers(schema: OpenApiSchema, context: TypeSchemaContext): PublishedSchema {
  const items = itemsOf(schema);
  const values = valuesOf(schema);
  const properties = Object.entries(schema.properties ?? {}).map(
    ([name, member]) => [name, publish(member, context)] as const,
  );
  const embedded = isEmbeddedResource(schema) ? embeddedFields(context) : {};
  const hasProperties = properties.length > 0 || isEmbeddedResource(schema);
  return {
    ...(items ? { items: publish(items, context) } : {}),
    ...(values ? { additionalProperties: publish(values, context) } : {}),
    ...(hasProperties ? { properties: { ...Object.fromEntries(properties), ...embedded } } : {}),
  };
}

/** Of an object inside another. */
function embeddedFields({ refer }: TypeSchemaContext): Readonly<Record<string, PublishedSchema>> {
  return {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: refer(OBJECT_META),
  };
}
