import { describe, expect, test } from '@jest/globals';
import { parseAccept, takes } from '../../../../src/rest/discovery/accept-header.ts';

const types = (header?: string) => parseAccept(header).map(({ type }) => type);

describe('an Accept header', () => {
  test.each([
    [undefined, ['*/*']],
    ['', ['*/*']],
    ['application/json', ['application/json']],
    ['Application/JSON', ['application/json']],
    ['text/plain;q=0.5, application/json', ['application/json', 'text/plain']],
    ['a/b;q=0, c/d', ['c/d']],
    ['a/b;q=none, c/d', ['c/d']],
    ['a/b,,c/d', ['a/b', 'c/d']],
  ])('%p asks for %p, in this order', (header, expected) => {
    expect(types(header)).toEqual(expected);
  });

  test('keeps parameters by their names in lower case, without the quality', () => {
    const [range] = parseAccept('application/json;G=apidiscovery.k8s.io; v=v2;q=0.9');
    expect([...(range?.parameters ?? [])]).toEqual([
      ['g', 'apidiscovery.k8s.io'],
      ['v', 'v2'],
    ]);
    expect(range?.quality).toBe(0.9);
  });

  test.each([
    ['*/*', true],
    ['application/*', true],
    ['application/json', true],
    ['text/*', false],
    ['application/yaml', false],
  ])('a range of %s takes JSON: %p', (header, expected) => {
    const [range] = parseAccept(header);
    expect(range && takes(range, 'application/json')).toBe(expected);
  });
});
