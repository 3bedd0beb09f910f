import { expect, test } from '@jest/globals';
import { parsePath, sortByPath } from '../../../../src/cli/output/sort-by.ts';

test.each([
  ['.metadata.name', ['metadata', 'name']],
  ['{.metadata.name}', ['metadata', 'name']],
  ['metadata.name', ['metadata', 'name']],
  ['.spec.containers[0].image', ['spec', 'containers', '0', 'image']],
  [".metadata.labels['app.kubernetes.io/name']", ['metadata', 'labels', 'app.kubernetes.io/name']],
])('%s is the path %j', (text, path) => {
  expect(parsePath(text)).toEqual(path);
});

test.each(['', '{}', '.a..b', '.a[', ".a['b"])('what is no path is refused: "%s"', (text) => {
  expect(() => parsePath(text)).toThrow('is no path to sort by');
});

const sort = (values: unknown[]): unknown[] => sortByPath(values, ['v'], (v) => ({ v }));

test('numbers, quantities and texts have each their order, and what is missing comes first', () => {
  expect(sort([10, 9, undefined, 1])).toEqual([undefined, 1, 9, 10]);
  expect(sort(['1Gi', '500Mi', '2Gi'])).toEqual(['500Mi', '1Gi', '2Gi']);
  expect(sort(['b', 'a', 'B'])).toEqual(['B', 'a', 'b']);
});
