import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { createEncoder } from '../../../../src/rest/content/encoder.ts';
import {
  type Format,
  JSON_FORMAT,
  PRETTY_JSON_FORMAT,
  YAML_FORMAT,
} from '../../../../src/rest/content/format.ts';
import type { View } from '../../../../src/rest/content/view.ts';
import type { ApiObject, ObjectList } from '../../../../src/scheme/object.ts';

const PLAIN: View = {
  key: '',
  marksFirst: false,
  object: (object) => object,
  list: ({ items: _, ...head }) => ({ head, field: 'items', item: (object) => object }),
  eventObject: (object) => object,
};

const listOf = (items: readonly object[]): ObjectList => ({
  apiVersion: 'v1',
  kind: 'ThingList',
  metadata: { resourceVersion: '7' },
  items: items as ApiObject[],
});

const anyItems = fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), {
  maxLength: 4,
});

describe.each<[string, Format, (text: string) => unknown]>([
  ['JSON', JSON_FORMAT, JSON.parse],
  ['JSON for people', PRETTY_JSON_FORMAT, JSON.parse],
  ['YAML', YAML_FORMAT, (text) => parse(text)],
])('in %s', (_title, format, read) => {
  const encoder = createEncoder(PLAIN, format);

  test('a list in pieces says what the whole list says', () => {
    fc.assert(
      fc.property(anyItems, (items) => {
        // What a Map would keep apart, JSON does not: -0.
        const list = JSON.parse(JSON.stringify(listOf(items))) as ObjectList;
        expect(read([...encoder.encodeList(list)].join(''))).toEqual(list);
      }),
      { numRuns: 100 },
    );
  });

  test('an answer ends in a line feed', () => {
    expect(encoder.encodeOther({ a: 1 }).endsWith('\n')).toBe(true);
    expect([...encoder.encodeList(listOf([{ a: 1 }]))].join('').endsWith('\n')).toBe(true);
  });
});

test('JSON for people looks as if it had been written whole', () => {
  const encoder = createEncoder(PLAIN, PRETTY_JSON_FORMAT);
  for (const items of [[], [{ a: [1, { b: {} }] }], [{ a: 1 }, { text: 'two\nlines' }]]) {
    const list = listOf(items);
    expect([...encoder.encodeList(list)].join('')).toBe(`${JSON.stringify(list, null, 2)}\n`);
  }
});

test('a list is encoded as it is read: who reads no more costs no more', () => {
  let encoded = 0;
  const counting: View = {
    ...PLAIN,
    list: ({ items: _, ...head }) => ({
      head,
      field: 'items',
      item: (object) => {
        encoded++;
        return object;
      },
    }),
  };
  const items = Array.from({ length: 1_000 }, (_, i) => ({ i }));
  const pieces = createEncoder(counting, JSON_FORMAT).encodeList(listOf(items))[Symbol.iterator]();
  for (let i = 0; i < 11; i++) pieces.next();
  expect(encoded).toBe(10);
});
