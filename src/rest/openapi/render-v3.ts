import { ANSWERS, type Operation, type PathItem } from './operation.ts';
import type { Parameter } from './parameters.ts';
import { type PublishedSchema, referenceTo } from './published-schema.ts';
import type { PublishedSchemas } from './schema-publisher.ts';

/** The frame of an OpenAPI 3 document. */
export function toDocumentV3(
  paths: readonly PathItem[],
  schemas: PublishedSchemas,
  options: { readonly version: string; readonly tag: string },
): object {
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: options.version },
    paths: Object.fromEntries(paths.map((item) => [item.path, toPathItem(item, options.tag)])),
    components: { schemas, securitySchemes: { BearerToken: BEARER_TOKEN } },
    security: [{ BearerToken: [] }],
  };
}

const BEARER_TOKEN = { type: 'http', scheme: 'bearer', description: 'A bearer token.' };

function toPathItem({ operations, parameters }: PathItem, tag: string): object {
  return {
    ...Object.fromEntries(operations.map((each) => [each.method, toOperation(each, tag)])),
    parameters: parameters.map(toParameter),
  };
}

function toOperation(operation: Operation, tag: string): object {
  const { action, body, description, id, kind, parameters } = operation;
  return {
    tags: [tag],
    description,
    operationId: id,
    ...(parameters.length > 0 ? { parameters: parameters.map(toParameter) } : {}),
    ...(body ? { requestBody: { content: contentOf(body.contentTypes, body.typeName) } } : {}),
    responses: Object.fromEntries(
      operation.codes.map((code) => [String(code), toResponse(operation, code)]),
    ),
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': kind,
  };
}

function toParameter({ description, in: place, name, type }: Parameter): object {
  const required = place === 'path' ? { required: true } : {};
  return { name, in: place, description, ...required, schema: { type, uniqueItems: true } };
}

function toResponse({ answer, produces }: Operation, code: number): object {
  const description = ANSWERS[code];
  return code < 300 ? { description, content: contentOf(produces, answer) } : { description };
}

function contentOf(contentTypes: readonly string[], typeName: string | undefined): object {
  const schema: PublishedSchema = typeName
    ? { $ref: referenceTo('v3', typeName) }
    : { type: 'string' };
  return Object.fromEntries(contentTypes.map((type) => [type, { schema }]));
}
