import { describe, expect, test } from '@jest/globals';
import {
  containers,
  finalizers,
  named,
  OBJECT_META,
  POD_SPEC,
  strategicallyPatched,
} from '../../../support/strategic-merge.ts';

/** Target, patch and result as names of containers; `order` is what `$setElementOrder` names. */
describe('elements of a keyed list stand in the order', () => {
  test.each<[target: string, patch: string, order: string | undefined, result: string]>([
    ['ab', '', undefined, 'ab'],
    ['ab', 'a', undefined, 'ab'],
    ['ab', 'b', undefined, 'ab'],
    ['ab', 'c', undefined, 'cab'],
    ['ab', 'ba', undefined, 'ba'],
    ['ab', 'ac', undefined, 'acb'],
    ['ab', 'bc', undefined, 'abc'],
    ['abc', 'ca', undefined, 'bca'],
    ['', 'ba', undefined, 'ba'],
    ['ab', 'xy', undefined, 'xyab'],
    ['ab', '', 'ba', 'ba'],
    ['abc', '', 'cab', 'cab'],
    ['abc', '', 'ca', 'bca'],
    ['axb', '', 'ab', 'axb'],
    ['xab', '', 'ba', 'xba'],
    ['abx', '', 'ba', 'bax'],
    ['ac', 'b', 'abc', 'abc'],
    ['ac', 'b', 'acb', 'acb'],
    ['ac', 'b', 'bac', 'bac'],
    ['acx', 'b', 'abc', 'abcx'],
    ['xac', 'b', 'abc', 'xabc'],
    ['ab', 'ab', 'ab', 'ab'],
    ['ab', 'ba', 'ba', 'ba'],
    ['ab', 'b', 'ab', 'ab'],
    ['', 'ab', 'ab', 'ab'],
    ['ab', '', '', 'ab'],
    ['ab', 'c', '', 'abc'],
    ['abcd', '', 'dcba', 'dcba'],
    ['abcd', '', 'db', 'acdb'],
    ['abcd', 'e', 'edcba', 'edcba'],
  ])('%s patched with %s in the order %s is %s', (target, patch, order, result) => {
    const merged = strategicallyPatched(POD_SPEC, containers(...named(target)), {
      ...(patch === '' ? {} : { containers: named(patch) }),
      ...(order === undefined ? {} : { '$setElementOrder/containers': named(order) }),
    });
    expect((merged.containers as { name: string }[]).map(({ name }) => name).join('')).toBe(result);
  });
});

/** As above, with the plain values that `$deleteFromPrimitiveList` names. */
describe('plain values that are joined', () => {
  test.each<
    [target: string, add: string, remove: string, order: string | undefined, result: string]
  >([
    ['ab', '', '', undefined, 'ab'],
    ['ab', 'a', '', undefined, 'ab'],
    ['ab', 'c', '', undefined, 'cab'],
    ['ab', 'ba', '', undefined, 'ba'],
    ['ab', 'bc', '', undefined, 'abc'],
    ['ab', 'cc', '', undefined, 'cab'],
    ['aab', '', 'b', undefined, 'a'],
    ['ab', '', 'a', undefined, 'b'],
    ['ab', '', 'ab', undefined, ''],
    ['ab', '', 'x', undefined, 'ab'],
    ['ab', 'c', 'a', undefined, 'cb'],
    ['abc', '', '', 'cba', 'cba'],
    ['abc', '', 'b', 'ca', 'ca'],
    ['ab', 'c', '', 'abc', 'abc'],
    ['ab', 'c', '', 'cab', 'cab'],
    ['ab', 'c', 'a', 'bc', 'bc'],
    ['ax', 'b', '', 'ab', 'abx'],
    ['xa', 'b', '', 'ab', 'xab'],
    ['', 'ab', '', 'ab', 'ab'],
  ])('%s with %s and without %s in the order %s is %s', (target, add, remove, order, result) => {
    const merged = strategicallyPatched(OBJECT_META, finalizers(target), {
      ...(add === '' ? {} : finalizers(add)),
      ...(remove === '' ? {} : { '$deleteFromPrimitiveList/finalizers': [...remove] }),
      ...(order === undefined ? {} : { '$setElementOrder/finalizers': [...order] }),
    });
    expect((merged.finalizers as string[]).join('')).toBe(result);
  });
});
