import { beforeAll, describe, expect, test } from '@jest/globals';
import type { DocumentV2, OperationV2 } from '../../../../src/rest/openapi/render-v2.ts';
import { openApiWithWidgets, readWhole, referencesIn } from '../../../support/open-api.ts';
import {
  messagesOf,
  readFields,
  textOf,
  textsOf,
  type WireFields,
} from '../../../support/protobuf-reader.ts';

describe('OpenAPI 2', () => {
  let document: DocumentV2;
  let message: WireFields;

  beforeAll(async () => {
    const { documents } = openApiWithWidgets();
    document = await readWhole(documents);
    message = readFields((await documents.wholeAsProtobuf()).body);
  });

  /** The named entries of a map of gnostic's. */
  function entries(fields: WireFields | undefined, field: number): [string, WireFields][] {
    return (fields ? messagesOf(fields, field) : []).map((entry) => {
      const [value] = messagesOf(entry, 2);
      return [textOf(entry, 1) ?? '', value ?? new Map()];
    });
  }

  function extensionsOf(fields: WireFields, field: number): Record<string, unknown> {
    return Object.fromEntries(
      entries(fields, field).map(([name, any]) => [name, JSON.parse(textOf(any, 2) ?? 'null')]),
    );
  }

  /** A `Schema` of gnostic's as the schema that it was. */
  function toSchema(fields: WireFields): Record<string, unknown> {
    const [type] = messagesOf(fields, 22).map((item) => textOf(item, 1));
    const [items] = messagesOf(fields, 23).flatMap((item) => messagesOf(item, 1));
    const [values] = messagesOf(fields, 21).flatMap((item) => messagesOf(item, 1));
    const properties = messagesOf(fields, 25).flatMap((item) => entries(item, 1));
    const required = textsOf(fields, 19);
    const allowed = messagesOf(fields, 20).map((any) => JSON.parse(textOf(any, 2) ?? ''));
    const [value] = messagesOf(fields, 5).map((any) => JSON.parse(textOf(any, 2) ?? ''));
    const found = {
      $ref: textOf(fields, 1),
      format: textOf(fields, 2),
      description: textOf(fields, 4),
      default: value,
      minimum: fields.get(9)?.[0],
      required: required.length > 0 ? required : undefined,
      enum: allowed.length > 0 ? allowed : undefined,
      type,
      items: items && toSchema(items),
      additionalProperties: values && toSchema(values),
      properties:
        properties.length > 0
          ? Object.fromEntries(properties.map(([name, each]) => [name, toSchema(each)]))
          : undefined,
      ...extensionsOf(fields, 31),
    };
    return JSON.parse(JSON.stringify(found)) as Record<string, unknown>;
  }

  test('refers only to definitions that it has', () => {
    const names = referencesIn(document).map(({ ref }) => ref.replace('#/definitions/', ''));
    expect(names.filter((name) => !(name in document.definitions))).toEqual([]);
    expect(names.length).toBeGreaterThan(1_000);
  });

  test('has in protobuf the same definitions as in JSON', () => {
    const definitions = messagesOf(message, 9).flatMap((each) => entries(each, 1));
    expect(
      Object.fromEntries(definitions.map(([name, schema]) => [name, toSchema(schema)])),
    ).toEqual(document.definitions);
  });

  test('has in protobuf the same paths, with the parameters and kinds of their patches', () => {
    const paths = messagesOf(message, 8).flatMap((each) => entries(each, 2));
    expect(paths.map(([path]) => path)).toEqual(Object.keys(document.paths));
    for (const [path, item] of paths) {
      const [patch] = messagesOf(item, 8);
      const expected = document.paths[path]?.patch;
      expect([path, patch && summaryOf(patch)]).toEqual([path, expected && expectedOf(expected)]);
    }
  });

  function summaryOf(operation: WireFields) {
    const parameters = messagesOf(operation, 8).flatMap((item) => messagesOf(item, 1));
    const query = parameters
      .flatMap((each) => messagesOf(each, 2))
      .flatMap((each) => messagesOf(each, 3));
    const bodies = parameters.flatMap((each) => messagesOf(each, 1));
    return {
      id: textOf(operation, 5),
      consumes: textsOf(operation, 7),
      query: query.map((each) => [textOf(each, 4), textOf(each, 6)]),
      bodies: bodies.map((each) => textOf(each, 2)),
      kind: extensionsOf(operation, 13)['x-kubernetes-group-version-kind'],
    };
  }

  function expectedOf(operation: OperationV2) {
    const { parameters = [] } = operation;
    return {
      id: operation.operationId,
      consumes: operation.consumes,
      query: parameters.flatMap((each) => (each.in === 'query' ? [[each.name, each.type]] : [])),
      bodies: parameters.flatMap(({ in: place, name }) => (place === 'body' ? [name] : [])),
      kind: operation['x-kubernetes-group-version-kind'],
    };
  }
});
