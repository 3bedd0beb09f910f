import { expect, test } from '@jest/globals';
import { withoutNulls } from '../../../src/lib/without-nulls.ts';

test.each([
  [{ a: null, b: 1 }, { b: 1 }],
  [{ a: { b: null, c: '' } }, { a: { c: '' } }],
  [{ a: [{ b: null }, 2] }, { a: [{}, 2] }],
  ['text', 'text'],
  [false, false],
  [null, undefined],
])('%j without what is null is %j', (value, result) => {
  expect(withoutNulls<unknown>(value)).toEqual(result);
});

test('the value itself is left alone', () => {
  const value = { a: null };
  withoutNulls(value);
  expect(value).toEqual({ a: null });
});
