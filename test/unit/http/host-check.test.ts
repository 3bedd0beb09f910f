import { describe, expect, test } from '@jest/globals';
import { bearerTokenOf } from '../../../src/http/bearer-token.ts';
import { createHostCheck, isSameOrigin } from '../../../src/http/host-check.ts';

describe('the Host header', () => {
  const isOurs = createHostCheck(['orrery.example.com']);

  test.each([
    ['127.0.0.1:4000'],
    ['[::1]:4000'],
    ['10.1.2.3'],
    ['localhost:4000'],
    ['LOCALHOST'],
    ['demo.localhost:4000'],
    ['orrery.example.com'],
    ['Orrery.Example.com:443'],
  ])('%s names this server', (host) => {
    expect(isOurs(host)).toBe(true);
  });

  test.each([
    ['evil.example.com'],
    ['127.0.0.1.evil.com'],
    ['localhost.evil.com:80'],
    [''],
    [undefined],
  ])('%p does not: a page may have pointed that name here', (host) => {
    expect(isOurs(host)).toBe(false);
  });
});

describe('the Origin header', () => {
  test('is that of the server, or absent', () => {
    expect(isSameOrigin('http://127.0.0.1:4000', '127.0.0.1:4000')).toBe(true);
    expect(isSameOrigin(undefined, '127.0.0.1:4000')).toBe(true);
  });

  test.each([['http://127.0.0.1:5000'], ['https://evil.example.com'], ['null'], ['']])(
    '%p is another page',
    (origin) => {
      expect(isSameOrigin(origin, '127.0.0.1:4000')).toBe(false);
    },
  );
});

test('the bearer token is what follows the word Bearer', () => {
  expect(bearerTokenOf('Bearer abc')).toBe('abc');
  expect(bearerTokenOf('bearer  abc')).toBe('abc');
  expect(bearerTokenOf('Basic abc')).toBeUndefined();
  expect(bearerTokenOf('Bearer')).toBeUndefined();
  expect(bearerTokenOf(undefined)).toBeUndefined();
});
