import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ApiObject } from '../../../src/scheme/object.ts';
import { NamespacedObjects } from '../../../src/store/cache/namespaced-objects.ts';
import { newConfigMap } from '../../support/test-store.ts';

type Step =
  | { do: 'set' | 'delete'; namespace: string; name: string }
  | { do: 'list'; namespace: string | undefined };

const place = { namespace: fc.constantFrom('', 'a', 'b'), name: fc.constantFrom(...'Abcdefgh') };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('set' as const), ...place }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), ...place }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('list' as const),
      namespace: fc.constantFrom(undefined, '', 'a', 'b'),
    }),
  },
);

/** What a list must be, by the simplest means. */
function sortAll(objects: Map<string, ApiObject>, namespace: string | undefined): ApiObject[] {
  return [...objects.values()]
    .filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace)
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

const keyOf = ({ metadata }: ApiObject): string => `${metadata.namespace}\u0000${metadata.name}`;

describe('objects by namespace and name', () => {
  test('are listed as sorting all of them would, after any changes, and lists handed out never change', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const objects = new NamespacedObjects();
        const model = new Map<string, ApiObject>();
        const handedOut: { list: readonly ApiObject[]; copy: ApiObject[] }[] = [];
        for (const action of steps) {
          if (action.do === 'list') {
            const list = objects.list(action.namespace);
            expect(list).toEqual(sortAll(model, action.namespace));
            handedOut.push({ list, copy: [...list] });
            continue;
          }
          const { namespace, name } = action;
          const object = newConfigMap(name, {}, namespace);
          if (action.do === 'set') {
            objects.set(namespace, name, object);
            model.set(keyOf(object), object);
          } else {
            objects.delete(namespace, name);
            model.delete(keyOf(object));
          }
          expect(objects.size).toBe(model.size);
          expect(objects.get(namespace, name)).toBe(model.get(keyOf(object)));
        }
        for (const { list, copy } of handedOut) expect(list).toEqual(copy);
      }),
    );
  });

  test('are the same list until something changes', () => {
    const objects = new NamespacedObjects();
    objects.set('a', 'x', newConfigMap('x'));
    objects.set('b', 'y', newConfigMap('y'));
    const before = objects.list();
    expect(objects.list()).toBe(before);
    objects.set('a', 'x', newConfigMap('x'));
    expect(objects.list()).not.toBe(before);
  });
});
