import { describe, expect, test } from '@jest/globals';
import { readPath } from '../../../../src/graphql/schema/field-path.ts';
import { groupObjects } from '../../../../src/graphql/schema/list-groups.ts';
import { isRefined, refine } from '../../../../src/graphql/schema/list-refinement.ts';
import { TYPE_SCHEMAS } from '../../../../src/scheme/generated/schemas.ts';

function pod(name: string, rest: object = {}) {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name }, ...rest };
}

const PODS = [
  pod('a', { status: { phase: 'Running', restarts: 10 }, spec: { cpu: '500m' } }),
  pod('b', { status: { phase: 'Pending', restarts: 9 }, spec: { cpu: '2' } }),
  pod('c', { spec: { containers: [{ image: 'nginx:1' }, { image: 'redis:7' }], cpu: '1500m' } }),
];

/** A kind that keeps any field. */
const ANY_KIND = { schemaName: 'Any', lookup: () => undefined };
const TYPES = new Map(TYPE_SCHEMAS.map((type) => [type.name, type]));
const POD_KIND = {
  schemaName: 'io.k8s.api.core.v1.Pod',
  lookup: (name: string) => TYPES.get(name),
};

const where = (...conditions: object[]): string[] =>
  refine(PODS, { where: conditions }, ANY_KIND).map(({ metadata }) => metadata.name ?? '');
const orderBy = (...orders: object[]): string[] =>
  refine(PODS, { orderBy: orders }, ANY_KIND).map(({ metadata }) => metadata.name ?? '');

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

test('a list is refined by conditions or an order', () => {
  expect(isRefined({ where: [] })).toBe(false);
  expect(isRefined({ orderBy: [{ path: 'kind', direction: 'ASC' }] })).toBe(true);
});

describe('conditions are combined', () => {
  const containers = 'spec.containers';
  test.each<[string, object, string[]]>([
    ['or', { or: [named('a'), named('c')] }, ['a', 'c']],
    ['or of none', { or: [] }, []],
    ['and', { and: [named('a'), named('c')] }, []],
    ['and of none', { and: [] }, ['a', 'b', 'c']],
    ['not', { not: named('a') }, ['b', 'c']],
    ['not of or', { not: { or: [named('a'), named('c')] } }, ['b']],
    ['or beside a path', { ...named('a'), or: [named('b')] }, []],
    ['nested', { or: [{ and: [named('a'), { not: named('b') }] }, named('b')] }, ['a', 'b']],
    ['notIn, missing included', { path: 'status.phase', notIn: ['Running'] }, ['b', 'c']],
    ['greaterThanOrEqual', { path: 'status.restarts', greaterThanOrEqual: 10 }, ['a']],
    ['lessThanOrEqual', { path: 'status.restarts', lessThanOrEqual: 9 }, ['b']],
    ['startsWith', { path: 'status.phase', startsWith: 'Pen' }, ['b']],
    ['some', { path: containers, some: { path: 'image', startsWith: 'nginx' } }, ['c']],
    [
      'some, of one element',
      { path: containers, some: { path: 'image', startsWith: 'nginx', contains: '7' } },
      [],
    ],
    [
      'every, also of none',
      { path: containers, every: { path: 'image', contains: ':' } },
      ['a', 'b', 'c'],
    ],
    [
      'every, where one does not',
      { path: containers, every: { path: 'image', contains: 'nginx' } },
      ['a', 'b'],
    ],
    ['none', { path: containers, none: { path: 'image', contains: 'redis' } }, ['a', 'b']],
  ])('%s', (_title, condition, names) => {
    expect(where(condition)).toEqual(names);
  });

  function named(name: string) {
    return { path: 'metadata.name', equals: name };
  }
});

describe('what a kind cannot have is refused', () => {
  const nested = (depth: number): object =>
    depth === 0 ? { path: 'kind', equals: 'Pod' } : { not: nested(depth - 1) };
  test.each<[object, string]>([
    [
      { path: 'spec.nodNam', equals: 'x' },
      'PodSpec has no field "nodNam", did you mean "nodeName"?',
    ],
    [{ path: 'spec.containers.image', equals: 'x' }, 'name its elements by [*], [0], or with some'],
    [{ path: 'spec[0]', equals: 'x' }, 'Pod'],
    [{ path: 'metadata.name.first', equals: 'x' }, 'a string has no fields'],
    [
      { path: 'spec.priority', equals: 'x' },
      '"spec.priority" is compared with "x", but is a number',
    ],
    [{ path: 'spec.hostNetwork', equals: 'true' }, 'but is a boolean'],
    [{ path: 'metadata.name', in: ['a', 1] }, 'is compared with 1, but is a string'],
    [{ path: 'spec', contains: 'x' }, '"spec" is a structure: name a field in it'],
    [{ path: 'spec.nodeName', some: { equals: 'x' } }, '"spec.nodeName" is no list'],
    [
      { path: 'spec.containers', some: { path: 'imag', equals: 'x' } },
      'Container has no field "imag"',
    ],
    [{ equals: 'x' }, 'name a field, as status.phase'],
    [nested(9), 'nested more than 8 deep'],
    [
      { and: Array.from({ length: 100 }, () => ({ path: 'kind', equals: 'Pod' })) },
      'more than 100 conditions',
    ],
  ])('%j', (condition, message) => {
    expect(() => refine(PODS, { where: [condition] }, POD_KIND)).toThrow(message);
  });

  test.each([
    [{ path: 'spec' }, '"spec" is a structure'],
    [{ path: 'spec.containers' }, '"spec.containers" is a list'],
    [{ path: 'metadata.labels' }, '"metadata.labels" is a map'],
    [{ path: 'nothing' }, 'Pod has no field "nothing"'],
  ])('an order by %j', (order, message) => {
    expect(() => refine(PODS, { orderBy: [{ ...order, direction: 'ASC' }] }, POD_KIND)).toThrow(
      message,
    );
  });

  test('more orders than ten', () => {
    const orderBy = Array.from({ length: 11 }, () => ({ path: 'kind', direction: 'ASC' }));
    expect(() => refine(PODS, { orderBy }, POD_KIND)).toThrow('more than 10 fields');
  });

  test('values of the right type are not', () => {
    for (const condition of [
      { path: 'spec.containers[*].resources.requests["cpu"]', greaterThan: 1 },
      { path: 'spec.containers[0].ports[*].containerPort', equals: 80 },
      { path: 'metadata.labels["app.kubernetes.io/name"]', equals: 'x' },
      { path: 'spec.containers', some: { path: 'args', some: { equals: '--verbose' } } },
      { path: 'metadata.creationTimestamp', lessThan: '2026-01-01T00:00:00Z' },
    ]) {
      expect(() => refine(PODS, { where: [condition] }, POD_KIND)).not.toThrow();
    }
  });
});

describe('groups', () => {
  test('count what is alike, the largest first, what is missing included', () => {
    const more = [...PODS, pod('d', { status: { phase: 'Pending' } })];
    expect(groupObjects(more, ['status.phase'])).toEqual([
      { values: ['Pending'], count: 2 },
      { values: ['Running'], count: 1 },
      { values: [null], count: 1 },
    ]);
  });

  test('are of several fields at once', () => {
    expect(groupObjects(PODS, ['kind', 'status.phase']).map(({ values }) => values)).toEqual([
      ['Pod', 'Running'],
      ['Pod', 'Pending'],
      ['Pod', null],
    ]);
  });

  test('count an object once for each of its values', () => {
    const twice = pod('e', { spec: { containers: [{ image: 'nginx:1' }, { image: 'nginx:1' }] } });
    expect(groupObjects([...PODS, twice], ['spec.containers[*].image'])).toEqual([
      { values: [null], count: 2 },
      { values: ['nginx:1'], count: 2 },
      { values: ['redis:7'], count: 1 },
    ]);
  });
});
