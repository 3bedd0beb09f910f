import { ANSWERS, type Operation, type PathItem } from './operation.ts';
import type { Parameter } from './parameters.ts';
import { type PublishedSchema, referenceTo } from './published-schema.ts';
import type { PublishedSchemas } from './schema-publisher.ts';

/** A parameter of OpenAPI 2: its type stands beside its name, or it is the body. */
export type ParameterV2 =
  | {
      readonly name: string;
      readonly in: 'path' | 'query';
      readonly type: string;
      readonly description: string;
      readonly required?: true;
      readonly uniqueItems: true;
    }
  | {
      readonly name: 'body';
      readonly in: 'body';
      readonly required?: true;
      readonly schema: PublishedSchema;
    };

export interface OperationV2 {
  readonly tags: readonly string[];
  readonly description: string;
  readonly operationId: string;
  readonly consumes: readonly string[];
  readonly produces: readonly string[];
  readonly schemes: readonly string[];
  readonly parameters?: readonly ParameterV2[];
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly schema?: PublishedSchema }>
  >;
  readonly [extension: `x-kubernetes-${string}`]: unknown;
}

export type PathItemV2 = {
  readonly [method in Operation['method']]?: OperationV2;
} & { readonly parameters: readonly ParameterV2[] };

/** An OpenAPI 2 document: the shape that is encoded, as JSON or as protobuf. */
export interface DocumentV2 {
  readonly swagger: '2.0';
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, PathItemV2>>;
  readonly definitions: PublishedSchemas;
  readonly securityDefinitions: { readonly BearerToken: typeof BEARER_TOKEN };
  readonly security: readonly { readonly BearerToken: readonly string[] }[];
}

export const BEARER_TOKEN = {
  type: 'apiKey',
  name: 'authorization',
  in: 'header',
  description: 'A bearer token.',
} as const;

/** The frame of an OpenAPI 2 document. */
export function toDocumentV2(
  paths: DocumentV2['paths'],
  definitions: PublishedSchemas,
  version: string,
): DocumentV2 {
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version },
    paths,
    definitions,
    securityDefinitions: { BearerToken: BEARER_TOKEN },
    security: [{ BearerToken: [] }],
  };
}

export function toPathItemV2({ operations, parameters }: PathItem, tag: string): PathItemV2 {
  return {
    ...Object.fromEntries(operations.map((each) => [each.method, toOperation(each, tag)])),
    parameters: parameters.map(toParameter),
  };
}

function toOperation(operation: Operation, tag: string): OperationV2 {
  const { action, body, description, id, kind, produces } = operation;
  const parameters: ParameterV2[] = operation.parameters.map(toParameter);
  if (body) parameters.unshift(toBody(operation.method, body.typeName));
  return {
    tags: [tag],
    description,
    operationId: id,
    consumes: body?.contentTypes ?? ['*/*'],
    produces,
    schemes: ['https'],
    ...(parameters.length > 0 ? { parameters } : {}),
    responses: Object.fromEntries(
      operation.codes.map((code) => [String(code), toResponse(operation, code)]),
    ),
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': kind,
  };
}

/** A deletion may be sent without options. */
function toBody(method: Operation['method'], typeName: string): ParameterV2 {
  const required = method === 'delete' ? {} : ({ required: true } as const);
  const schema = { $ref: referenceTo('v2', typeName) };
  return { name: 'body', in: 'body', ...required, schema };
}

function toParameter({ description, in: place, name, type }: Parameter): ParameterV2 {
  const required = place === 'path' ? ({ required: true } as const) : {};
  return { name, in: place, type, description, ...required, uniqueItems: true };
}

function toResponse({ answer }: Operation, code: number) {
  const description = ANSWERS[code] ?? '';
  if (code >= 300) return { description };
  const schema: PublishedSchema = answer ? { $ref: referenceTo('v2', answer) } : { type: 'string' };
  return { description, schema };
}
