import { describe, expect, test } from '@jest/globals';
import { isApiError } from '../../../../src/scheme/errors.ts';
import { applyJsonPatch } from '../../../../src/scheme/patch/json-patch.ts';

const refusal = (target: object, patch: unknown): unknown => {
  try {
    applyJsonPatch(target, patch);
  } catch (error) {
    return error;
  }
  throw new Error('the patch was applied');
};

describe('the examples of RFC 6902, appendix A', () => {
  test.each<[string, object, unknown[], object]>([
    [
      'A.1 adds an object member',
      { foo: 'bar' },
      [{ op: 'add', path: '/baz', value: 'qux' }],
      { baz: 'qux', foo: 'bar' },
    ],
    [
      'A.2 adds an array element',
      { foo: ['bar', 'baz'] },
      [{ op: 'add', path: '/foo/1', value: 'qux' }],
      { foo: ['bar', 'qux', 'baz'] },
    ],
    [
      'A.3 removes an object member',
      { baz: 'qux', foo: 'bar' },
      [{ op: 'remove', path: '/baz' }],
      { foo: 'bar' },
    ],
    [
      'A.4 removes an array element',
      { foo: ['bar', 'qux', 'baz'] },
      [{ op: 'remove', path: '/foo/1' }],
      { foo: ['bar', 'baz'] },
    ],
    [
      'A.5 replaces a value',
      { baz: 'qux', foo: 'bar' },
      [{ op: 'replace', path: '/baz', value: 'boo' }],
      { baz: 'boo', foo: 'bar' },
    ],
    [
      'A.6 moves a value',
      { foo: { bar: 'baz', waldo: 'fred' }, qux: { corge: 'grault' } },
      [{ op: 'move', from: '/foo/waldo', path: '/qux/thud' }],
      { foo: { bar: 'baz' }, qux: { corge: 'grault', thud: 'fred' } },
    ],
    [
      'A.7 moves an array element',
      { foo: ['all', 'grass', 'cows', 'eat'] },
      [{ op: 'move', from: '/foo/1', path: '/foo/3' }],
      { foo: ['all', 'cows', 'eat', 'grass'] },
    ],
    [
      'A.8 tests a value',
      { baz: 'qux', foo: ['a', 2, 'c'] },
      [
        { op: 'test', path: '/baz', value: 'qux' },
        { op: 'test', path: '/foo/1', value: 2 },
      ],
      { baz: 'qux', foo: ['a', 2, 'c'] },
    ],
    [
      'A.10 adds a nested object',
      { foo: 'bar' },
      [{ op: 'add', path: '/child', value: { grandchild: {} } }],
      { foo: 'bar', child: { grandchild: {} } },
    ],
    [
      'A.11 ignores unknown members',
      { foo: 'bar' },
      [{ op: 'add', path: '/baz', value: 'qux', xyz: 123 }],
      { foo: 'bar', baz: 'qux' },
    ],
    [
      'A.14 escapes a tilde',
      { '/': 9, '~1': 10 },
      [{ op: 'test', path: '/~01', value: 10 }],
      { '/': 9, '~1': 10 },
    ],
    [
      'A.16 adds an array to the end',
      { foo: ['bar'] },
      [{ op: 'add', path: '/foo/-', value: ['abc', 'def'] }],
      { foo: ['bar', ['abc', 'def']] },
    ],
  ])('%s', (_, target, patch, expected) => {
    expect(applyJsonPatch(target, patch)).toEqual(expected);
  });
});

describe('a patch that does not fit its target is Invalid', () => {
  test.each<[string, object, unknown[]]>([
    ['A.9 a test that fails', { baz: 'qux' }, [{ op: 'test', path: '/baz', value: 'bar' }]],
    [
      'A.12 a target that is not there',
      { foo: 'bar' },
      [{ op: 'add', path: '/baz/bat', value: 'qux' }],
    ],
    [
      'A.15 a number that is no text',
      { '/': 9, '~1': 10 },
      [{ op: 'test', path: '/~01', value: '10' }],
    ],
    ['a member to remove that is not there', {}, [{ op: 'remove', path: '/foo' }]],
    ['an index past the end', { foo: [] }, [{ op: 'add', path: '/foo/3', value: 1 }]],
    ['a prototype to change', { foo: {} }, [{ op: 'add', path: '/__proto__/polluted', value: 1 }]],
  ])('%s', (_, target, patch) => {
    const error = refusal(target, patch);
    expect(isApiError(error, 'Invalid')).toBe(true);
    expect(String(error)).toContain('the JSON patch cannot be applied');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('a malformed patch is a BadRequest', () => {
  test.each<[string, unknown, string]>([
    ['that is no list', { op: 'add' }, 'must be a list of operations'],
    ['with an operation that is no object', ['add'], 'operation 0: must be an object'],
    ['with an unknown operation', [{ op: 'put', path: '/a' }], 'operation 0: op must be one of'],
    [
      'with a path that is no pointer',
      [{ op: 'remove', path: 'a' }],
      'path must be a JSON pointer',
    ],
    ['without a value', [{ op: 'add', path: '/a' }], 'add needs a value'],
    ['without a source', [{ op: 'move', path: '/a' }], 'from must be a JSON pointer'],
  ])('%s', (_, patch, message) => {
    const error = refusal({}, patch);
    expect(isApiError(error, 'BadRequest')).toBe(true);
    expect(String(error)).toContain(message);
  });
});

test('a patch of too many operations is refused unread', () => {
  const patch = Array.from({ length: 10_001 }, () => ({ op: 'test', path: '', value: {} }));
  expect(isApiError(refusal({}, patch), 'RequestEntityTooLarge')).toBe(true);
});

test('a patch that fails half-way leaves the target as it was', () => {
  const target = { foo: ['a'] };
  refusal(target, [
    { op: 'add', path: '/foo/-', value: 'b' },
    { op: 'test', path: '/foo/0', value: 'z' },
  ]);
  expect(target).toEqual({ foo: ['a'] });
});
