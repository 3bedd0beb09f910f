import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { applyMergePatch, mergeValues } from '../../../../src/scheme/patch/merge-patch.ts';

describe('the examples of RFC 7386, appendix A', () => {
  test.each<[unknown, unknown, unknown]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j patched with %j is %j', (target, patch, expected) => {
    expect(mergeValues(target, patch)).toEqual(expected);
  });
});

test('neither the target nor the patch is changed', () => {
  const json = fc.jsonValue();
  fc.assert(
    fc.property(fc.object(), json, (target, patch) => {
      const before = JSON.stringify([target, patch]);
      mergeValues(target, patch);
      expect(JSON.stringify([target, patch])).toBe(before);
    }),
  );
});

test('applying a patch twice is applying it once', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (target, patch) => {
      const once = mergeValues(target, patch);
      expect(mergeValues(once, patch)).toEqual(once);
    }),
  );
});

test('what a patch does not touch is shared with the target', () => {
  const target = { spec: { a: 1 }, metadata: { name: 'web' } };
  expect(applyMergePatch(target, { spec: { a: 2 } }).metadata).toBe(target.metadata);
});

test('a member named __proto__ is a member like any other', () => {
  const patch: unknown = JSON.parse('{"data":{"__proto__":{"polluted":true}}}');
  const merged = applyMergePatch({ data: {} }, patch);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  expect(JSON.stringify(merged)).toBe('{"data":{"__proto__":{"polluted":true}}}');
});

test.each([[[]], ['text'], [null], [7]])('%j is refused as the patch of an object', (patch) => {
  expect(() => applyMergePatch({}, patch)).toThrow('must be a JSON object');
});
