import { describe, expect, test } from '@jest/globals';
import { isApiError } from '../../../../src/scheme/errors.ts';
import {
  type Body,
  containers,
  finalizers,
  named,
  OBJECT_META,
  POD_SPEC,
  strategicallyPatched,
} from '../../../support/strategic-merge.ts';

describe('a patch is refused', () => {
  test.each<[title: string, type: string, target: Body, patch: unknown, message: string]>([
    ['as no object', OBJECT_META, {}, [], 'a strategic merge patch must be a JSON object'],
    ['as text', OBJECT_META, {}, 'x', 'a strategic merge patch must be a JSON object'],
    ['as null', OBJECT_META, {}, null, 'a strategic merge patch must be a JSON object'],
    [
      'with an unknown directive',
      OBJECT_META,
      { labels: {} },
      { labels: { $patch: 'swap', a: '1' } },
      'unknown patch type: swap in map: map[$patch:swap a:1]',
    ],
    [
      'with $patch: merge in a map',
      OBJECT_META,
      { labels: {} },
      { labels: { $patch: 'merge' } },
      'unknown patch type: merge in map: map[$patch:merge]',
    ],
    [
      'with a directive that is no text',
      OBJECT_META,
      { labels: {} },
      { labels: { $patch: 1 } },
      'unknown patch type: 1 in map: map[$patch:1]',
    ],
    [
      'with $patch: merge in an element',
      POD_SPEC,
      containers({ name: 'a' }),
      containers({ name: 'a', $patch: 'merge' }),
      'merging lists cannot yet be specified in the patch',
    ],
    [
      'with an unknown directive in an element',
      POD_SPEC,
      containers({ name: 'a' }),
      containers({ name: 'a', $patch: 'swap' }),
      'unknown patch type: swap in map: map[$patch:swap name:a]',
    ],
    [
      'with an element without its key',
      POD_SPEC,
      containers({ name: 'a' }),
      containers({ image: 'i' }),
      'map: map[image:i] does not contain declared merge key: name',
    ],
    [
      'with $patch: delete without a key',
      POD_SPEC,
      containers({ name: 'a' }),
      containers({ $patch: 'delete' }),
      'map: map[$patch:delete] does not contain declared merge key: name',
    ],
    [
      'with texts among objects',
      POD_SPEC,
      containers({ name: 'a' }),
      containers('b'),
      'list element types are not identical: [[map[name:a]] [b]]',
    ],
    [
      'with mixed elements',
      POD_SPEC,
      containers({ name: 'a' }),
      containers({ name: 'b' }, 1),
      'list element types are not identical: [[map[name:a]] [map[name:b] 1]]',
    ],
    [
      'with texts in a keyed list',
      POD_SPEC,
      containers(),
      containers('b'),
      'expected a map[string]interface {}, but received a string',
    ],
    [
      'with lists in a keyed list',
      POD_SPEC,
      containers(),
      containers(['b']),
      'lists of lists are not supported',
    ],
    [
      'with lists in a list of plain values',
      OBJECT_META,
      finalizers('a'),
      { finalizers: [['b']] },
      'list element types are not identical: [[a] [[b]]]',
    ],
    [
      'with objects in a list of plain values',
      OBJECT_META,
      { finalizers: [] },
      { finalizers: [{ a: 1 }] },
      'cannot merge lists without merge key for type struct',
    ],
    [
      'with numbers among texts',
      OBJECT_META,
      finalizers('a'),
      { finalizers: [1] },
      'list element types are not identical: [[a] [1]]',
    ],
    [
      'with $retainKeys that are no list',
      OBJECT_META,
      { labels: {} },
      { labels: { $retainKeys: 'a' } },
      'invalid patch format of retainKeys',
    ],
    [
      'with $retainKeys that are null',
      OBJECT_META,
      { labels: {} },
      { labels: { $retainKeys: null } },
      'invalid patch format of retainKeys',
    ],
    [
      'with a member that it does not retain',
      OBJECT_META,
      { labels: {} },
      { labels: { $retainKeys: ['a'], b: '1' } },
      'invalid patch format of retainKeys',
    ],
    [
      'with an order that is no list',
      POD_SPEC,
      containers({ name: 'a' }),
      { '$setElementOrder/containers': 'a' },
      'expected a []interface {}, but received a string',
    ],
    [
      'with an order that is null',
      POD_SPEC,
      containers({ name: 'a' }),
      { '$setElementOrder/containers': null },
      'expected a []interface {}, but received a <nil>',
    ],
    [
      'with an order for an object',
      OBJECT_META,
      { labels: {} },
      { '$setElementOrder/labels': ['a'] },
      'expected a []interface {}, but received a map[string]interface {}',
    ],
    [
      'with an order for a list that it removes',
      POD_SPEC,
      containers({ name: 'a' }),
      { '$setElementOrder/containers': [], containers: null },
      'expected a []interface {}, but received a <nil>',
    ],
    [
      'with an order beside a number',
      POD_SPEC,
      {},
      { '$setElementOrder/containers': [], containers: 1 },
      'expected a []interface {}, but received a int64',
    ],
    [
      'with an order without keys',
      POD_SPEC,
      containers({ name: 'a' }),
      { '$setElementOrder/containers': [{}] },
      'map: map[] does not contain declared merge key: name',
    ],
    [
      'with an order of texts for objects',
      POD_SPEC,
      containers({ name: 'a' }),
      { '$setElementOrder/containers': ['a'] },
      'expected a map[string]interface {}, but received a string',
    ],
    [
      'with an order of no list',
      POD_SPEC,
      {},
      { $setElementOrder: [] },
      'invalid patch format of setElementOrder list',
    ],
    [
      'with an order that lacks an element of it',
      POD_SPEC,
      containers({ name: 'a' }),
      { ...containers({ name: 'b' }), '$setElementOrder/containers': named('a') },
      "The order in patch list:\n[map[name:b]]\n doesn't match $setElementOrder list:\n[map[name:a]]\n",
    ],
    [
      'with an order other than its own',
      POD_SPEC,
      containers({ name: 'a' }),
      { ...containers(...named('ab')), '$setElementOrder/containers': named('ba') },
      "The order in patch list:\n[map[name:a] map[name:b]]\n doesn't match $setElementOrder list:\n[map[name:b] map[name:a]]\n",
    ],
    [
      'with an order of plain values other than its own',
      OBJECT_META,
      finalizers('a'),
      { ...finalizers('bc'), '$setElementOrder/finalizers': ['c', 'b'] },
      "The order in patch list:\n[b c]\n doesn't match $setElementOrder list:\n[c b]\n",
    ],
    [
      'with deletions that are no list',
      OBJECT_META,
      finalizers('a'),
      { '$deleteFromPrimitiveList/finalizers': 'a' },
      'invalid patch format of primitive list',
    ],
    [
      'with deletions from no list',
      OBJECT_META,
      {},
      { $deleteFromPrimitiveList: ['a'] },
      'invalid patch format of primitive list',
    ],
  ])('%s', (_, type, target, patch, message) => {
    const refused = () => strategicallyPatched(type, target, patch);
    expect(refused).toThrow(message);
  });

  test('as Invalid for lists of lists, and as a BadRequest otherwise', () => {
    const reasonOf = (patch: Body): string | undefined => {
      try {
        strategicallyPatched(POD_SPEC, containers(), patch);
      } catch (error) {
        return isApiError(error) ? error.reason : undefined;
      }
      return undefined;
    };
    expect(reasonOf(containers([]))).toBe('Invalid');
    expect(reasonOf(containers('a'))).toBe('BadRequest');
  });
});
