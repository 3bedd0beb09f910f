import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cloneJson, deepEqual } from '../../../src/lib/deep-equal.ts';

test('a JSON value equals its copy, and the copy shares no part with it', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const copy = cloneJson(value);
      expect(deepEqual(value, copy)).toBe(true);
      if (typeof value === 'object' && value !== null) expect(copy).not.toBe(value);
    }),
  );
});

test('two JSON values are equal exactly when they encode the same with sorted keys', () => {
  const sorted = (value: unknown): string =>
    JSON.stringify(value, (_, member) =>
      typeof member === 'object' && member !== null && !Array.isArray(member)
        ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
        : member,
    );
  const small = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(0, 1, 'a', true, null),
      fc.array(tie('value'), { maxLength: 2 }),
      fc.dictionary(fc.constantFrom('x', 'y'), tie('value'), { maxKeys: 2 }),
    ),
  })).value;
  fc.assert(
    fc.property(small, small, (a, b) => {
      expect(deepEqual(a, b)).toBe(sorted(a) === sorted(b));
    }),
  );
});

test('a member that is undefined is the same as none', () => {
  expect(deepEqual({ a: 1, b: undefined }, { a: 1 })).toBe(true);
  expect(deepEqual({ a: 1 }, { a: 1, b: undefined })).toBe(true);
  expect(deepEqual({ a: undefined, b: 1 }, { a: 1, b: undefined })).toBe(false);
  expect(cloneJson({ a: 1, b: undefined })).toStrictEqual({ a: 1 });
});

test('a list is not an object', () => {
  expect(deepEqual([], {})).toBe(false);
  expect(deepEqual({}, [])).toBe(false);
});
