import { describe, expect, test } from '@jest/globals';
import { isApiError } from '../../../../src/scheme/errors.ts';
import { applyJsonPatch } from '../../../../src/scheme/patch/json-patch.ts';

const add = (path: string, value: unknown) => ({ op: 'add', path, value });
const remove = (path: string) => ({ op: 'remove', path });
const replace = (path: string, value: unknown) => ({ op: 'replace', path, value });
const move = (from: string, path: string) => ({ op: 'move', from, path });
const copy = (from: string, path: string) => ({ op: 'copy', from, path });
const check = (path: string, value: unknown) => ({ op: 'test', path, value });

describe('a JSON patch is applied', () => {
  test.each<[target: object, patch: unknown[], result: object]>([
    [{ a: 1 }, [], { a: 1 }],
    [{}, [add('/a', 1)], { a: 1 }],
    [{ a: 1 }, [add('/a', 2)], { a: 2 }],
    [{}, [add('/a', null)], { a: null }],
    [{}, [add('/', 1)], { '': 1 }],
    [{ '': {} }, [add('//', 1)], { '': { '': 1 } }],
    [{}, [add('/a~1b', 1)], { 'a/b': 1 }],
    [{}, [add('/a~0b', 1)], { 'a~b': 1 }],
    [{}, [add('/~01', 1)], { '~1': 1 }],
    [{}, [add('/~10', 1)], { '/0': 1 }],
    [{ 'a/b': { 'c~d': 1 } }, [replace('/a~1b/c~0d', 2)], { 'a/b': { 'c~d': 2 } }],
    [{ a: { b: {} } }, [add('/a/b/c', [])], { a: { b: { c: [] } } }],
    [{}, [add('/a', {}), add('/a/b', 1)], { a: { b: 1 } }],
    [{ a: [] }, [add('/a/-', 1)], { a: [1] }],
    [{ a: [] }, [add('/a/0', 1)], { a: [1] }],
    [{ a: [1, 3] }, [add('/a/1', 2)], { a: [1, 2, 3] }],
    [{ a: [1] }, [add('/a/1', 2)], { a: [1, 2] }],
    [{ a: [1] }, [add('/a/-', [2])], { a: [1, [2]] }],
    [{ a: [[1]] }, [add('/a/0/-', 2)], { a: [[1, 2]] }],
    [{ a: [{ b: 1 }] }, [add('/a/0/c', 2)], { a: [{ b: 1, c: 2 }] }],
    [{ a: { '-': 1 } }, [replace('/a/-', 2)], { a: { '-': 2 } }],
    [{ a: { '0': 1 } }, [replace('/a/0', 2)], { a: { '0': 2 } }],
    [{ a: 1, b: 2 }, [remove('/a')], { b: 2 }],
    [{ a: null }, [remove('/a')], {}],
    [{ a: [1, 2, 3] }, [remove('/a/0')], { a: [2, 3] }],
    [{ a: [1, 2, 3] }, [remove('/a/2')], { a: [1, 2] }],
    [{ a: [1, 2, 3] }, [remove('/a/0'), remove('/a/0')], { a: [3] }],
    [{ a: { b: { c: 1 } } }, [remove('/a/b/c')], { a: { b: {} } }],
    [{ a: 1 }, [replace('/a', { b: 2 })], { a: { b: 2 } }],
    [{ a: 1 }, [replace('/a', null)], { a: null }],
    [{ a: [1, 2] }, [replace('/a/1', 3)], { a: [1, 3] }],
    [{ a: 1 }, [replace('', { b: 2 })], { b: 2 }],
    [{ a: 1 }, [add('', { b: 2 })], { b: 2 }],
    [{ a: 1 }, [move('/a', '/b')], { b: 1 }],
    [{ a: 1 }, [move('/a', '/a')], { a: 1 }],
    [{ a: 1, b: 2 }, [move('/a', '/b')], { b: 1 }],
    [{ a: { b: 1 } }, [move('/a/b', '/c')], { a: {}, c: 1 }],
    [{ a: [1, 2, 3] }, [move('/a/0', '/a/2')], { a: [2, 3, 1] }],
    [{ a: [1, 2, 3] }, [move('/a/2', '/a/0')], { a: [3, 1, 2] }],
    [{ a: [1, 2] }, [move('/a/0', '/a/-')], { a: [2, 1] }],
    [{ a: [1], b: [] }, [move('/a/0', '/b/-')], { a: [], b: [1] }],
    [{ a: null }, [move('/a', '/b')], { b: null }],
    [{ a: 1 }, [copy('/a', '/b')], { a: 1, b: 1 }],
    [{ a: { b: 1 } }, [copy('/a', '/a/c')], { a: { b: 1, c: { b: 1 } } }],
    [{ a: { x: 1 } }, [copy('/a', '/b'), replace('/b/x', 2)], { a: { x: 1 }, b: { x: 2 } }],
    [{ a: [1, 2] }, [copy('/a/0', '/a/-')], { a: [1, 2, 1] }],
    [{ a: null }, [copy('/a', '/b')], { a: null, b: null }],
    [{ a: 1 }, [check('/a', 1)], { a: 1 }],
    [{ a: null }, [check('/a', null)], { a: null }],
    [{ a: { b: 1, c: 2 } }, [check('/a', { c: 2, b: 1 })], { a: { b: 1, c: 2 } }],
    [{ a: [1, { b: 2 }] }, [check('/a', [1, { b: 2 }])], { a: [1, { b: 2 }] }],
    [{ a: 'é' }, [check('/a', 'é')], { a: 'é' }],
    [{ a: false }, [check('/a', false)], { a: false }],
    [{ a: '' }, [check('/a', '')], { a: '' }],
    [{ a: {} }, [check('/a', {})], { a: {} }],
    [{ a: 1 }, [check('', { a: 1 })], { a: 1 }],
    [{ a: 1 }, [check('/b', null)], { a: 1 }],
    [{ a: 1 }, [{ ...remove('/a'), value: 2, from: '/b' }], {}],
    [{ a: 1 }, [check('/a', 1), replace('/a', 2), check('/a', 2)], { a: 2 }],
    [{ a: {} }, [add('/a/constructor', 1)], { a: { constructor: 1 } }],
    [{ a: {} }, [add('/a/toString', 'x')], { a: { toString: 'x' } }],
    [{ a: {} }, [add('/a/length', 1)], { a: { length: 1 } }],
  ])('%j patched with %j is %j', (target, patch, result) => {
    const before = JSON.stringify([target, patch]);
    expect(applyJsonPatch(target, patch)).toEqual(result);
    expect(JSON.stringify([target, patch])).toBe(before);
  });
});

describe('a JSON patch does not fit', () => {
  test.each<[target: object, patch: unknown[]]>([
    [{}, [remove('/a')]],
    [{}, [replace('/a', 1)]],
    [{}, [move('/a', '/b')]],
    [{}, [copy('/a', '/b')]],
    [{}, [add('/a/b', 1)]],
    [{ a: 1 }, [add('/a/b', 1)]],
    [{ a: null }, [add('/a/b', 1)]],
    [{ a: 'text' }, [add('/a/0', 'x')]],
    [{ a: 'text' }, [remove('/a/length')]],
    [{ a: [] }, [add('/a/1', 1)]],
    [{ a: [1] }, [add('/a/2', 1)]],
    [{ a: [1] }, [add('/a/-1', 1)]],
    [{ a: [1] }, [add('/a/01', 1)]],
    [{ a: [1] }, [add('/a/1e0', 1)]],
    [{ a: [1] }, [add('/a/b', 1)]],
    [{ a: [1] }, [add('/a/', 1)]],
    [{ a: [1] }, [add('/a/length', 0)]],
    [{ a: [1] }, [remove('/a/1')]],
    [{ a: [1] }, [remove('/a/-')]],
    [{ a: [1] }, [remove('/a/00')]],
    [{ a: [1] }, [replace('/a/1', 2)]],
    [{ a: [1] }, [replace('/a/-', 2)]],
    [{ a: [1] }, [replace('/a/length', 0)]],
    [{ a: [1] }, [move('/a/1', '/b')]],
    [{ a: [1] }, [move('/a/-', '/b')]],
    [{ a: [1] }, [copy('/a/1', '/b')]],
    [{ a: { b: {} } }, [move('/a', '/a/b')]],
    [{ a: 1 }, [check('/a', 2)]],
    [{ a: 1 }, [check('/a', '1')]],
    [{ a: 1 }, [check('/a', null)]],
    [{ a: 1 }, [check('/b', 1)]],
    [{ a: 1 }, [check('/b/c', null)]],
    [{ a: [] }, [check('/a/0', null)]],
    [{ a: 0 }, [check('/a', false)]],
    [{ a: [] }, [check('/a', {})]],
    [{ a: {} }, [check('/a', [])]],
    [{ a: [1, 2] }, [check('/a', [2, 1])]],
    [{ a: [1] }, [check('/a', [1, 2])]],
    [{ a: { b: 1 } }, [check('/a', { b: 1, c: 2 })]],
    [{ a: 1 }, [check('/a', 1), check('/a', 2), replace('/a', 3)]],
    [{ a: 1 }, [check('/toString', 'x')]],
    [{ a: 1 }, [remove('/constructor')]],
    [{ a: 1 }, [copy('/toString', '/b')]],
    [{ a: 1 }, [replace('/hasOwnProperty', 1)]],
    [{ a: 1 }, [add('/constructor/prototype/polluted', 1)]],
    [{ a: 1 }, [add('/__proto__/polluted', 1)]],
    [{ a: {} }, [add('/a/__proto__/polluted', 1)]],
    [{ a: 1 }, [remove('')]],
    [{ a: 1 }, [replace('', null)]],
    [{ a: 1 }, [replace('', 'text')]],
    [{ a: 1 }, [replace('', [])]],
  ])('%j with %j', (target, patch) => {
    const before = JSON.stringify(target);
    let thrown: unknown;
    try {
      applyJsonPatch(target, patch);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeDefined();
    expect(isApiError(thrown, 'Invalid')).toBe(true);
    expect(JSON.stringify(target)).toBe(before);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

test('a patch applied again to another target finds its values as they were', () => {
  const patch = [add('/a', []), add('/a/-', 1)];
  expect(applyJsonPatch({}, patch)).toEqual({ a: [1] });
  expect(applyJsonPatch({}, patch)).toEqual({ a: [1] });
});

test('what a patch does not touch is shared with the target', () => {
  const target = { a: { x: 1 }, b: { x: 1 } };
  const patched = applyJsonPatch(target, [replace('/b/x', 2)]);
  expect(patched.a).toBe(target.a);
});

test('copies of copies that grow past the bound are refused', () => {
  const doubling = Array.from({ length: 40 }, () => copy('/a', '/a/-'));
  expect(() => applyJsonPatch({ a: ['x'.repeat(100)] }, doubling)).toThrow(
    /accumulated size increase of copy is \d+, exceeding the limit 3145728/,
  );
});
