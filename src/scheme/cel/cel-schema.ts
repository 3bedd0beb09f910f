/** The part of a structural schema (OpenAPI v3 of a custom resource) that decides what expressions may do with it. */
export interface CelSchema {
  readonly type?: string | undefined;
  readonly format?: string | undefined;
  readonly properties?: Readonly<Record<string, CelSchema>> | undefined;
  readonly additionalProperties?: CelSchema | boolean | undefined;
  readonly items?: CelSchema | readonly CelSchema[] | undefined;
  readonly required?: readonly string[] | undefined;
  readonly default?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly maxLength?: number | undefined;
  readonly maxItems?: number | undefined;
  readonly maxProperties?: number | undefined;
  readonly 'x-kubernetes-int-or-string'?: boolean | undefined;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean | undefined;
  readonly 'x-kubernetes-embedded-resource'?: boolean | undefined;
  readonly 'x-kubernetes-list-type'?: string | undefined;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[] | undefined;
}

export const isIntOrString = (schema: CelSchema): boolean =>
  schema['x-kubernetes-int-or-string'] === true;

/** Whether the value is an object of its own, with apiVersion, kind and metadata. */
export const isEmbeddedObject = (schema: CelSchema): boolean =>
  schema['x-kubernetes-embedded-resource'] === true;
