import type { JSONSchemaProps } from '../generated/types/apiextensions-v1.ts';

/** A schema as definitions of custom resources write it: OpenAPI v3, with Kubernetes' `x-kubernetes-*` words. */
export type OpenApiSchema = JSONSchemaProps;

const ANYTHING: OpenApiSchema = {};

/** The schema of a list's items. Kubernetes allows one for all of them. */
export function itemsOf({ items }: OpenApiSchema): OpenApiSchema | undefined {
  return isSchema(items) ? items : undefined;
}

/** The schema of a map's values; one that says nothing where any value may be; undefined for what is no map. */
export function valuesOf({ additionalProperties }: OpenApiSchema): OpenApiSchema | undefined {
  if (additionalProperties === true) return ANYTHING;
  return isSchema(additionalProperties) ? additionalProperties : undefined;
}

/** The schema of one declared field. */
export function propertyOf(schema: OpenApiSchema, name: string): OpenApiSchema | undefined {
  const { properties } = schema;
  return properties && Object.hasOwn(properties, name) ? properties[name] : undefined;
}

export function isSchema(value: unknown): value is OpenApiSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const keepsUnknownFields = (schema: OpenApiSchema): boolean =>
  schema['x-kubernetes-preserve-unknown-fields'] === true;

export const isIntOrString = (schema: OpenApiSchema): boolean =>
  schema['x-kubernetes-int-or-string'] === true;

/** Whether the value is an object of its own, with apiVersion, kind and metadata. */
export const isEmbeddedResource = (schema: OpenApiSchema): boolean =>
  schema['x-kubernetes-embedded-resource'] === true;

/** What every object has, so that no schema needs to declare it. */
export const OBJECT_FIELDS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/** An object of JSON. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
