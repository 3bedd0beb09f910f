import { expect, test } from '@jest/globals';
import { Warnings } from '../../../src/rest/warnings.ts';

/** The headers that an answer gets for `texts`. */
function headersOf(...texts: string[]): string[] {
  const warnings = new Warnings();
  for (const text of texts) warnings.add(text);
  const headers: string[] = [];
  warnings.writeTo({ appendHeader: (_name, value) => headers.push(value) });
  return headers;
}

test('each warning is a header, and told once', () => {
  expect(headersOf('a', 'b', 'a')).toEqual(['299 - "a"', '299 - "b"']);
});

test('quotes and backslashes are escaped', () => {
  expect(headersOf(String.raw`say "a\b"`)).toEqual([String.raw`299 - "say \"a\\b\""`]);
});

test('what no header may have is taken out', () => {
  expect(headersOf('a\r\nset-cookie: x', 'größe ≤ 1')).toEqual([
    '299 - "a set-cookie: x"',
    '299 - "größe ? 1"',
  ]);
});

test('a head has room for so many, each cut to its beginning', () => {
  const headers = headersOf(...Array.from({ length: 100 }, (_, i) => `${i} `.padEnd(1_000, '.')));
  expect(headers).toHaveLength(16);
  expect(new Set(headers.map(({ length }) => length))).toEqual(new Set([256 + '299 - ""'.length]));
});
