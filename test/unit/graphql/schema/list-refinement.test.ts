import { describe, expect, test } from '@jest/globals';
import { readPath } from '../../../../src/graphql/schema/field-path.ts';
import { isRefined, refine } from '../../../../src/graphql/schema/list-refinement.ts';

function pod(name: string, rest: object = {}) {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name }, ...rest };
}

const PODS = [
  pod('a', { status: { phase: 'Running', restarts: 10 }, spec: { cpu: '500m' } }),
  pod('b', { status: { phase: 'Pending', restarts: 9 }, spec: { cpu: '2' } }),
  pod('c', { spec: { containers: [{ image: 'nginx:1' }, { image: 'redis:7' }], cpu: '1500m' } }),
];

const where = (...conditions: object[]): string[] =>
  refine(PODS, { where: conditions }).map(({ metadata }) => metadata.name ?? '');
const orderBy = (...orders: object[]): string[] =>
  refine(PODS, { orderBy: orders }).map(({ metadata }) => metadata.name ?? '');

describe('a path', () => {
  const object = { a: { 'x.y/z': 1, list: [{ b: 1 }, { b: 2 }], nothing: null } };

  test.each([
    ['a["x.y/z"]', [1]],
    ['a.list[*].b', [1, 2]],
    ['a.list[1].b', [2]],
    ['a.missing.b', []],
    ['a.nothing', []],
    ['a.constructor', []],
  ])('%s leads to %j', (path, values) => {
    expect(readPath(object, path)).toEqual(values);
  });

  test.each([['a..b'], ['a[x]'], [''], ['a b']])('%j is none', (path) => {
    expect(() => readPath(object, path)).toThrow(/^path: /);
  });
});

describe('where', () => {
  test('compares with values, lists and texts', () => {
    expect(where({ path: 'status.phase', equals: 'Running' })).toEqual(['a']);
    expect(where({ path: 'status.phase', notEquals: 'Running' })).toEqual(['b', 'c']);
    expect(where({ path: 'status.phase', in: ['Running', 'Pending'] })).toEqual(['a', 'b']);
    expect(where({ path: 'spec.containers[*].image', contains: 'redis' })).toEqual(['c']);
    expect(where({ path: 'status', exists: false })).toEqual(['c']);
  });

  test('compares numbers and quantities by their value', () => {
    expect(where({ path: 'status.restarts', greaterThan: 9 })).toEqual(['a']);
    expect(where({ path: 'spec.cpu', lessThan: '1' })).toEqual(['a']);
    expect(where({ path: 'spec.cpu', greaterThan: 1 })).toEqual(['b', 'c']);
  });

  test('wants all of several conditions', () => {
    const some = { path: 'status.phase', exists: true };
    expect(where(some, { path: 'status.restarts', lessThan: 10 })).toEqual(['b']);
  });
});

describe('orderBy', () => {
  test('orders by value, with what is missing last, both ways', () => {
    expect(orderBy({ path: 'status.restarts', direction: 'ASC' })).toEqual(['b', 'a', 'c']);
    expect(orderBy({ path: 'status.restarts', direction: 'DESC' })).toEqual(['a', 'b', 'c']);
    expect(orderBy({ path: 'spec.cpu', direction: 'DESC' })).toEqual(['b', 'c', 'a']);
  });

  test('orders by the next field where the first is the same', () => {
    const orders = [
      { path: 'kind', direction: 'ASC' },
      { path: 'metadata.name', direction: 'DESC' },
    ];
    expect(orderBy(...orders)).toEqual(['c', 'b', 'a']);
  });
});

test('a refined list has no pages', () => {
  expect(isRefined({ where: [] })).toBe(false);
  expect(isRefined({ orderBy: [{ path: 'kind', direction: 'ASC' }] })).toBe(true);
  expect(() => isRefined({ where: [{ path: 'kind' }], continue: 'token' })).toThrow(/^continue: /);
});
