import type { KindDefinition } from '../../scheme/resource.ts';

/** OpenAPI 2 (`/openapi/v2`) or 3 (`/openapi/v3`): where schemas are found, and what a schema may say. */
export type Dialect = 'v2' | 'v3';

export type KindName = Pick<KindDefinition, 'group' | 'version' | 'kind'>;

/** A schema as an OpenAPI document has it, with Kubernetes' words beside JSON Schema's. */
export interface PublishedSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, PublishedSchema>>;
  readonly items?: PublishedSchema;
  readonly additionalProperties?: PublishedSchema | boolean;
  readonly allOf?: readonly PublishedSchema[];
  readonly oneOf?: readonly PublishedSchema[];
  readonly [extension: `x-kubernetes-${string}`]: unknown;
}

const PREFIXES: Readonly<Record<Dialect, string>> = {
  v2: '#/definitions/',
  v3: '#/components/schemas/',
};

/** What refers to the schema of the type `name`. */
export function referenceTo(dialect: Dialect, name: string): string {
  return `${PREFIXES[dialect]}${publishedName(name)}`;
}

/**
 * The name of a type in documents. Custom types are named as Kubernetes does, by the group's domain read backwards:
 * `com.example.v1.Widget` for `example.com/v1/Widget`.
 */
export function publishedName(typeName: string): string {
  const [group, ...rest] = typeName.split('/');
  if (!group || rest.length === 0) return typeName;
  return [...group.split('.').reverse(), ...rest].join('.');
}

/**
 * `schema` with `words` beside it. OpenAPI 3 ignores what stands beside a reference, so that there the reference becomes the
 * one member of an `allOf`.
 */
export function besides(
  dialect: Dialect,
  schema: PublishedSchema,
  words: PublishedSchema,
): PublishedSchema {
  const isLonely = schema.$ref === undefined || Object.keys(words).length === 0;
  return dialect === 'v2' || isLonely ? { ...schema, ...words } : { allOf: [schema], ...words };
}
