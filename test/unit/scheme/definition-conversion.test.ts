import { describe, expect, test } from '@jest/globals';
import { CUSTOM_RESOURCE_DEFINITION_CONVERSION } from '../../../src/scheme/conversion/custom-resource-definition.ts';
import type {
  CustomResourceDefinition,
  JSONSchemaProps,
} from '../../../src/scheme/generated/types/apiextensions-v1.ts';
import type { ApiObject } from '../../../src/scheme/object.ts';

const { toStorage, fromStorage } = CUSTOM_RESOURCE_DEFINITION_CONVERSION;
const names = { plural: 'widgets', kind: 'Widget' };
const base = { group: 'example.com', scope: 'Namespaced', names };

const definitionOf = (spec: object): ApiObject =>
  ({
    apiVersion: '',
    kind: '',
    metadata: { name: 'widgets.example.com' },
    spec: { ...base, ...spec },
  }) as ApiObject;
const specOf = (object: ApiObject): Record<string, unknown> => {
  const {
    group: _,
    scope: __,
    names: ___,
    ...spec
  } = (object as unknown as { spec: Record<string, unknown> }).spec;
  return spec;
};
const one = (version: object = {}) => [{ name: 'v1', served: true, storage: true, ...version }];
const KEEPS = { 'x-kubernetes-preserve-unknown-fields': true };
const schema = (openAPIV3Schema: JSONSchemaProps) => ({ openAPIV3Schema });
const strict = {
  type: 'object',
  properties: { spec: { type: 'object', properties: { a: { type: 'string' } } } },
};

describe('a definition of v1beta1 in the words of v1', () => {
  test.each<[title: string, beta: object, v1: object]>([
    [
      'has its one version in the list, and keeps everything where it has no schema',
      { version: 'v1' },
      { versions: one({ schema: schema({ type: 'object', ...KEEPS }) }) },
    ],
    [
      'judges by its schema, which is left alone where unknown fields are dropped',
      { version: 'v1', preserveUnknownFields: false, validation: schema(strict) },
      { versions: one({ schema: schema(strict) }) },
    ],
    [
      'has what stands beside the versions in each of them',
      {
        preserveUnknownFields: false,
        validation: schema(strict),
        subresources: { status: {} },
        additionalPrinterColumns: [{ name: 'A', type: 'string', JSONPath: '.spec.a' }],
        versions: [...one(), { name: 'v2', served: true, storage: false }],
      },
      {
        versions: [...one(), { name: 'v2', served: true, storage: false }].map((version) => ({
          ...version,
          schema: schema(strict),
          subresources: { status: {} },
          additionalPrinterColumns: [{ name: 'A', type: 'string', jsonPath: '.spec.a' }],
        })),
      },
    ],
    [
      'has what a version says of itself',
      {
        preserveUnknownFields: false,
        versions: one({ schema: schema(strict), subresources: { status: {} } }),
      },
      { versions: one({ schema: schema(strict), subresources: { status: {} } }) },
    ],
    [
      'has its webhook in one place',
      {
        version: 'v1',
        preserveUnknownFields: false,
        conversion: {
          strategy: 'Webhook',
          webhookClientConfig: { url: 'https://a' },
          conversionReviewVersions: ['v1'],
        },
      },
      {
        conversion: {
          strategy: 'Webhook',
          webhook: { clientConfig: { url: 'https://a' }, conversionReviewVersions: ['v1'] },
        },
        versions: one(),
      },
    ],
  ])('%s', (_, beta, v1) => {
    expect(specOf(toStorage(definitionOf(beta)))).toEqual(v1);
  });

  test.each<[title: string, schema: JSONSchemaProps, structural: JSONSchemaProps]>([
    [
      'objects keep what they do not declare',
      { properties: { spec: { type: 'object', properties: { a: { type: 'string' } } } } },
      {
        type: 'object',
        ...KEEPS,
        properties: { spec: { type: 'object', ...KEEPS, properties: { a: { type: 'string' } } } },
      },
    ],
    [
      'what has fields is an object, what has items a list, and the rest anything',
      {
        properties: {
          spec: {
            properties: {
              a: { items: { type: 'string' } },
              b: { minimum: 1 },
              c: { type: 'array' },
            },
          },
        },
      },
      {
        type: 'object',
        ...KEEPS,
        properties: {
          spec: {
            type: 'object',
            ...KEEPS,
            properties: {
              a: { type: 'array', items: { type: 'string' } },
              b: { minimum: 1, ...KEEPS },
              c: { type: 'array', items: KEEPS },
            },
          },
        },
      },
    ],
    [
      'maps stay maps',
      { properties: { spec: { type: 'object', additionalProperties: { type: 'object' } } } },
      {
        type: 'object',
        ...KEEPS,
        properties: {
          spec: { type: 'object', additionalProperties: { type: 'object', ...KEEPS } },
        },
      },
    ],
    [
      'what every object has is what it is',
      {
        properties: {
          apiVersion: { description: 'which' },
          kind: {},
          metadata: { type: 'object' },
        },
      },
      {
        type: 'object',
        ...KEEPS,
        properties: {
          apiVersion: { description: 'which', type: 'string' },
          kind: { type: 'string' },
          metadata: { type: 'object' },
        },
      },
    ],
  ])('has a structural schema in which %s', (_, loose, structural) => {
    const { versions } = specOf(
      toStorage(definitionOf({ version: 'v1', validation: schema(loose) })),
    );
    expect(versions).toEqual(one({ schema: schema(structural) }));
  });

  test('comes back as it was, and a change in the words of v1 counts', () => {
    const beta = definitionOf({
      version: 'v1',
      preserveUnknownFields: true,
      validation: schema({ properties: { spec: { properties: { a: {} } } } }),
      versions: one(),
    });
    const stored = toStorage(beta);
    expect(fromStorage(stored)).toEqual(beta);
    const changed = structuredClone(stored) as CustomResourceDefinition;
    changed.spec.names.shortNames = ['wd'];
    expect(specOf(fromStorage(changed as ApiObject))).toEqual(specOf(beta));
    expect(fromStorage(changed as ApiObject)).toMatchObject({
      spec: { names: { shortNames: ['wd'] } },
    });
  });

  test('of v1 says once what all its versions say', () => {
    const versions = [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: schema(strict),
        subresources: { status: {} },
      },
      { name: 'v2', served: true, storage: false, schema: schema(strict) },
    ];
    const { subresources: _, schema: __, ...first } = versions[0] as Record<string, unknown>;
    expect(specOf(fromStorage(definitionOf({ versions })))).toEqual({
      version: 'v1',
      validation: schema(strict),
      preserveUnknownFields: false,
      versions: [
        { ...first, subresources: { status: {} } },
        { name: 'v2', served: true, storage: false },
      ],
    });
  });
});
