import { describe, expect, test } from '@jest/globals';
import { mediaTypeOf, parseMediaRanges } from '../../../../src/rest/content/media-ranges.ts';

const describeRanges = (accept: string | undefined): string[] =>
  parseMediaRanges(accept).map(({ parameters, subtype, type }) =>
    [`${type}/${subtype}`, ...[...parameters].map(([name, value]) => `${name}=${value}`)].join(';'),
  );

describe('an Accept header', () => {
  test.each<[string | undefined, string[]]>([
    [undefined, ['*/*']],
    ['', ['*/*']],
    ['application/json', ['application/json']],
    ['Application/JSON', ['application/json']],
    ['text/html, application/json;q=0.9', ['text/html', 'application/json;q=0.9']],
    ['a/b;q=0.1,c/d;q=0.5,e/f', ['e/f', 'c/d;q=0.5', 'a/b;q=0.1']],
    ['a/b;q=0', []],
    ['a/b;q=much', []],
    ['nonsense,/x,a/', []],
    [
      'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
      ['application/json;as=Table;v=v1;g=meta.k8s.io', 'application/json'],
    ],
  ])('%p asks for %p', (accept, expected) => {
    expect(describeRanges(accept)).toEqual(expected);
  });

  test('is read to a length that no client has', () => {
    expect(parseMediaRanges(Array(10_000).fill('a/b').join(','))).toHaveLength(64);
  });
});

test.each([
  [undefined, ''],
  ['application/json', 'application/json'],
  ['Application/JSON ; charset=utf-8', 'application/json'],
])('the media type of %p is %p', (contentType, expected) => {
  expect(mediaTypeOf(contentType)).toBe(expected);
});
