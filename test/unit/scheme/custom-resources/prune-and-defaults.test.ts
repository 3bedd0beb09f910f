import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { withDefaults } from '../../../../src/scheme/custom-resources/defaults.ts';
import type { OpenApiSchema } from '../../../../src/scheme/custom-resources/open-api-schema.ts';
import { prune } from '../../../../src/scheme/custom-resources/prune.ts';

const KEEP = { 'x-kubernetes-preserve-unknown-fields': true } as const;

const object = (
  properties: Record<string, OpenApiSchema>,
  more: OpenApiSchema = {},
): OpenApiSchema => ({ type: 'object', properties, ...more });
const list = (items: OpenApiSchema, more: OpenApiSchema = {}): OpenApiSchema => ({
  type: 'array',
  items,
  ...more,
});
const TEXT: OpenApiSchema = { type: 'string' };

interface PruneCase {
  readonly title: string;
  readonly schema: OpenApiSchema;
  readonly value: object;
  readonly pruned: object;
  readonly dropped: readonly string[];
}

const PRUNE_CASES: readonly PruneCase[] = [
  {
    title: 'keeps what every object has, whatever the schema says',
    schema: object({}),
    value: { apiVersion: 'a/v1', kind: 'A', metadata: { name: 'x', more: 1 }, other: 1 },
    pruned: { apiVersion: 'a/v1', kind: 'A', metadata: { name: 'x', more: 1 } },
    dropped: ['other'],
  },
  {
    title: 'drops at every depth',
    schema: object({ spec: object({ a: TEXT, deep: object({ b: TEXT }) }) }),
    value: { spec: { a: '1', x: 1, deep: { b: '2', y: 2 } } },
    pruned: { spec: { a: '1', deep: { b: '2' } } },
    dropped: ['spec.x', 'spec.deep.y'],
  },
  {
    title: 'looks into lists and maps',
    schema: object({
      items: list(object({ a: TEXT })),
      map: { type: 'object', additionalProperties: object({ a: TEXT }) },
    }),
    value: { items: [{ a: '1' }, { a: '2', x: 1 }], map: { k: { a: '3', y: 1 } } },
    pruned: { items: [{ a: '1' }, { a: '2' }], map: { k: { a: '3' } } },
    dropped: ['items[1].x', 'map.k.y'],
  },
  {
    title: 'keeps unknown fields where it is told to, and goes on in the known ones',
    schema: object({ spec: object({ known: object({ a: TEXT }) }, KEEP) }),
    value: { spec: { other: { any: 1 }, known: { a: '1', x: 1 } } },
    pruned: { spec: { other: { any: 1 }, known: { a: '1' } } },
    dropped: ['spec.known.x'],
  },
  {
    title: 'keeps everything in a list whose schema says so',
    schema: object({ l: list(object({ a: TEXT }), KEEP) }),
    value: { l: [{ a: '1', x: 1 }] },
    pruned: { l: [{ a: '1', x: 1 }] },
    dropped: [],
  },
  {
    title: 'keeps what an embedded object is',
    schema: object({
      template: object({ spec: object({ a: TEXT }) }, { 'x-kubernetes-embedded-resource': true }),
    }),
    value: {
      template: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'p' },
        spec: { a: '1', x: 1 },
        z: 1,
      },
    },
    pruned: {
      template: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { a: '1' } },
    },
    dropped: ['template.spec.x', 'template.z'],
  },
  {
    title: 'leaves values alone that are of another type than the schema says',
    schema: object({ a: TEXT, l: list(TEXT), o: object({ b: TEXT }) }),
    value: { a: 1, l: 'x', o: [1] },
    pruned: { a: 1, l: 'x', o: [1] },
    dropped: [],
  },
  {
    title: 'empties the objects of a map of anything, as Kubernetes does, and keeps its scalars',
    schema: object({ map: { type: 'object', additionalProperties: true } }),
    value: { map: { a: 1, b: { c: 1 } } },
    pruned: { map: { a: 1, b: {} } },
    dropped: ['map.b.c'],
  },
];

describe('pruning', () => {
  test.each(PRUNE_CASES)('$title', ({ schema, value, pruned, dropped }) => {
    const paths: string[] = [];
    const before = structuredClone(value);
    expect(prune(schema, value, (path) => paths.push(path))).toEqual(pruned);
    expect(paths).toEqual(dropped);
    expect(value).toEqual(before);
  });

  test('gives back an object that needs none as it is', () => {
    const value = { spec: { a: '1', l: [{ b: '2' }] } };
    const schema = object({ spec: object({ a: TEXT, l: list(object({ b: TEXT })) }) });
    expect(prune(schema, value)).toBe(value);
  });

  test('pruned twice is pruned once', () => {
    const schema = object({ a: object({ b: list(object({ c: TEXT })) }), k: object({}, KEEP) });
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('a', 'k', 'z'), fc.jsonValue()), (value) => {
        const once = prune(schema, value);
        expect(prune(schema, once)).toBe(once);
      }),
    );
  });
});

type DefaultCase = readonly [title: string, schema: OpenApiSchema, value: unknown, filled: unknown];

const DEFAULT_CASES: readonly DefaultCase[] = [
  ['fills what is missing', object({ a: { ...TEXT, default: 'x' } }), {}, { a: 'x' }],
  ['leaves what is there', object({ a: { ...TEXT, default: 'x' } }), { a: 'y' }, { a: 'y' }],
  [
    'takes an empty value for a value',
    object({ a: { ...TEXT, default: 'x' } }),
    { a: '' },
    { a: '' },
  ],
  [
    'fills false and 0',
    object({ a: { type: 'boolean', default: false }, b: { type: 'integer', default: 0 } }),
    {},
    { a: false, b: 0 },
  ],
  ['replaces a null', object({ a: { ...TEXT, default: 'x' } }), { a: null }, { a: 'x' }],
  [
    'keeps a null that may be',
    object({ a: { ...TEXT, nullable: true, default: 'x' } }),
    { a: null },
    { a: null },
  ],
  ['drops a null that may not be', object({ a: TEXT }), { a: null }, {}],
  [
    'fills inside of objects that are there',
    object({ o: object({ a: { ...TEXT, default: 'x' } }) }),
    { o: {} },
    { o: { a: 'x' } },
  ],
  ['makes no object to fill it', object({ o: object({ a: { ...TEXT, default: 'x' } }) }), {}, {}],
  [
    'fills inside of a default',
    object({ o: object({ a: { ...TEXT, default: 'x' } }, { default: {} }) }),
    {},
    { o: { a: 'x' } },
  ],
  [
    'fills the items of a list',
    list(object({ a: { ...TEXT, default: 'x' } })),
    [{}, { a: 'y' }],
    [{ a: 'x' }, { a: 'y' }],
  ],
  ['replaces a null in a list', list({ ...TEXT, default: 'x' }), ['a', null], ['a', 'x']],
  [
    'fills the values of a map',
    { type: 'object', additionalProperties: object({ a: { ...TEXT, default: 'x' } }) },
    { k: {} },
    { k: { a: 'x' } },
  ],
  [
    'drops a null of a map',
    { type: 'object', additionalProperties: TEXT },
    { k: null, l: 'x' },
    { l: 'x' },
  ],
  [
    'passes over values of other types',
    object({ o: object({ a: { ...TEXT, default: 'x' } }) }),
    { o: 'text' },
    { o: 'text' },
  ],
];

describe('defaulting', () => {
  test.each(DEFAULT_CASES)('%s', (_, schema, value, filled) => {
    const before = structuredClone(value);
    expect(withDefaults(schema, value)).toEqual(filled);
    expect(value).toEqual(before);
  });

  test('gives back what lacks nothing as it is', () => {
    const schema = object({
      a: { ...TEXT, default: 'x' },
      l: list(object({ b: { ...TEXT, default: 'y' } })),
    });
    const value = { a: '1', l: [{ b: '2' }] };
    expect(withDefaults(schema, value)).toBe(value);
  });

  test('gives each object a default of its own', () => {
    const schema = object({ o: { type: 'object', default: { l: [1] } } });
    const [one, two] = [withDefaults(schema, {}), withDefaults(schema, {})] as {
      o?: { l: number[] };
    }[];
    one?.o?.l.push(2);
    expect(two).toEqual({ o: { l: [1] } });
  });

  test('filled twice is filled once', () => {
    const schema = object({
      a: { ...TEXT, default: 'x' },
      o: object({ b: { type: 'integer', default: 1 } }, { default: {} }),
      n: { ...TEXT, nullable: true },
    });
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('a', 'o', 'n', 'z'), fc.jsonValue()), (value) => {
        const once = withDefaults(schema, value);
        expect(withDefaults(schema, once)).toBe(once);
      }),
    );
  });
});
