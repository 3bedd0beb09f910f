import { describe, expect, test } from '@jest/globals';
import { TYPE_SCHEMAS } from '../../../../src/scheme/generated/schemas.ts';
import type { PatchSchema } from '../../../../src/scheme/patch/patch-schema.ts';
import { applyStrategicMergePatch } from '../../../../src/scheme/patch/strategic-merge-patch.ts';

const TYPES = new Map([...TYPE_SCHEMAS].map((type) => [type.name, type]));
const schemaOf = (typeName: string): PatchSchema => ({
  lookup: (name) => TYPES.get(name),
  typeName,
});
const POD = schemaOf('io.k8s.api.core.v1.Pod');
const DEPLOYMENT = schemaOf('io.k8s.api.apps.v1.Deployment');

interface Loose {
  metadata?: Record<string, unknown>;
  spec?: Record<string, unknown>;
}
const patched = (target: Loose, patch: unknown, schema = POD): Loose =>
  applyStrategicMergePatch(target, patch, schema);

const containersOf = ({ spec }: Loose): object[] => spec?.containers as object[];

const containers = (...list: object[]): Loose => ({ spec: { containers: list } });

describe('lists with a merge key are joined', () => {
  const target = containers({ name: 'a', image: '1', args: ['x'] }, { name: 'b', image: '1' });

  test('an element of the same key is merged', () => {
    expect(patched(target, containers({ name: 'b', image: '2' }))).toEqual(
      containers({ name: 'a', image: '1', args: ['x'] }, { name: 'b', image: '2' }),
    );
  });

  test('an element of a new key comes first', () => {
    const names = patched(target, containers({ name: 'c' })).spec?.containers;
    expect(names).toEqual([{ name: 'c' }, ...containersOf(target)]);
  });

  test('an element goes by $patch: delete', () => {
    expect(patched(target, containers({ name: 'a', $patch: 'delete' }))).toEqual(
      containers({ name: 'b', image: '1' }),
    );
  });

  test('the whole list goes by an element $patch: replace', () => {
    expect(patched(target, containers({ name: 'c' }, { $patch: 'replace' }))).toEqual(
      containers({ name: 'c' }),
    );
  });

  test('lists without a merge key are replaced', () => {
    expect(patched(target, containers({ name: 'a', args: ['y', 'z'] }))).toEqual(
      containers({ name: 'a', image: '1', args: ['y', 'z'] }, { name: 'b', image: '1' }),
    );
  });

  test('an element without its key is refused', () => {
    expect(() => patched(target, containers({ image: '2' }))).toThrow(
      'does not contain declared merge key: name',
    );
  });

  test('an element that is no object is refused', () => {
    expect(() => patched(target, { spec: { containers: ['a'] } })).toThrow(
      'list element types are not identical: [[map[args:[x] image:1 name:a] map[image:1 name:b]] [a]]',
    );
  });

  test('nulls and directives do not get into new elements', () => {
    const patch = containers({ name: 'c', image: null, ports: [{ $patch: 'replace' }] });
    expect(patched({ spec: {} }, patch)).toEqual(containers({ name: 'c', ports: [] }));
  });
});

describe('$setElementOrder', () => {
  const named = (...names: string[]) => names.map((name) => ({ name }));
  const order = (target: string[], wanted: string[], patch: object[] = []) => {
    const merged = patched(containers(...named(...target)), {
      spec: { '$setElementOrder/containers': named(...wanted), containers: patch },
    });
    return containersOf(merged).map((container) => (container as { name: string }).name);
  };

  test('puts elements into the order that it names', () => {
    expect(order(['a', 'b', 'c'], ['c', 'a', 'b'])).toEqual(['c', 'a', 'b']);
  });

  test('keeps elements that it does not name near where they were', () => {
    expect(order(['a', 'x', 'b'], ['a', 'b'])).toEqual(['a', 'x', 'b']);
    expect(order(['x', 'a', 'b'], ['b', 'a'])).toEqual(['x', 'b', 'a']);
  });

  test('places new elements', () => {
    expect(order(['a', 'c'], ['a', 'b', 'c'], named('b'))).toEqual(['a', 'b', 'c']);
  });

  test('works without a list to merge', () => {
    const patch = { spec: { '$setElementOrder/containers': named('b', 'a') } };
    expect(patched(containers(...named('a', 'b')), patch)).toEqual(containers(...named('b', 'a')));
  });
});

describe('lists of plain values that are joined', () => {
  const target: Loose = { metadata: { finalizers: ['a/x', 'a/y'] } };

  test('take what is new', () => {
    expect(patched(target, { metadata: { finalizers: ['a/z', 'a/x'] } })).toEqual({
      metadata: { finalizers: ['a/z', 'a/x', 'a/y'] },
    });
  });

  test('lose what $deleteFromPrimitiveList names', () => {
    const patch = { metadata: { '$deleteFromPrimitiveList/finalizers': ['a/x'] } };
    expect(patched(target, patch)).toEqual({ metadata: { finalizers: ['a/y'] } });
  });

  test('can do both, in an order', () => {
    const patch = {
      metadata: {
        '$deleteFromPrimitiveList/finalizers': ['a/x'],
        '$setElementOrder/finalizers': ['a/z', 'a/y'],
        finalizers: ['a/z'],
      },
    };
    expect(patched(target, patch)).toEqual({ metadata: { finalizers: ['a/z', 'a/y'] } });
  });
});

describe('objects', () => {
  test('are merged member by member, and null removes', () => {
    const target: Loose = { metadata: { labels: { a: '1', b: '2' } } };
    expect(patched(target, { metadata: { labels: { a: null, c: '3' } } })).toEqual({
      metadata: { labels: { b: '2', c: '3' } },
    });
  });

  test('are replaced by $patch: replace and emptied by $patch: delete', () => {
    const target: Loose = { metadata: { labels: { a: '1' } } };
    const replaced = patched(target, { metadata: { labels: { $patch: 'replace', b: '2' } } });
    expect(replaced).toEqual({ metadata: { labels: { b: '2' } } });
    const emptied = patched(target, { metadata: { labels: { $patch: 'delete' } } });
    expect(emptied).toEqual({ metadata: { labels: {} } });
  });

  test('keep what $retainKeys names and nothing else', () => {
    const target: Loose = {
      spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } },
    };
    const patch = { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } };
    expect(patched(target, patch, DEPLOYMENT)).toEqual({
      spec: { strategy: { type: 'Recreate' } },
    });
  });

  test('refuse directives that do not exist', () => {
    expect(() => patched({}, { $patch: 'swap' })).toThrow(
      'unknown patch type: swap in map: map[$patch:swap]',
    );
    expect(() => patched({}, { $retainKeys: 'type' })).toThrow(
      'invalid patch format of retainKeys',
    );
  });
});

test('types that the schema does not know are merged as plain JSON', () => {
  const target = { spec: { list: [{ name: 'a' }], map: { a: 1 } } };
  const patch = { spec: { list: [{ name: 'b' }], map: { b: 2 } } };
  expect(patched(target, patch, schemaOf('com.example.Unknown'))).toEqual({
    spec: { list: [{ name: 'b' }], map: { a: 1, b: 2 } },
  });
});

test('neither the target nor what the patch leaves alone is changed', () => {
  const target = containers({ name: 'a', image: '1' });
  const before = structuredClone(target);
  const merged = patched({ ...target, metadata: { name: 'web' } }, containers({ name: 'b' }));
  expect(target).toEqual(before);
  expect(containersOf(merged)[1]).toBe(containersOf(target)[0]);
});

test('a patch that is no object is refused', () => {
  expect(() => patched({}, [])).toThrow('must be a JSON object');
});
