import { expect, test } from '@jest/globals';
import { ColumnPrinter } from '../../../../src/cli/output/columns.ts';
import { alignTabs } from '../../../../src/cli/output/tabs.ts';

test('columns are three spaces apart, and nothing follows the last', () => {
  const lines = new ColumnPrinter().format([
    ['NAME', 'READY', 'AGE'],
    ['web-6d7bc6944-hfwt7', '1/1', '5s'],
  ]);
  expect(lines).toEqual(['NAME                  READY   AGE', 'web-6d7bc6944-hfwt7   1/1     5s']);
});

test('a column is at least six wide', () => {
  expect(new ColumnPrinter().format([['A', 'B']])).toEqual(['A     B']);
});

test('rows that come later stand under those before, and make room when they are wider', () => {
  const printer = new ColumnPrinter();
  expect(printer.format([['NAME', 'X']])).toEqual(['NAME   X']);
  expect(printer.format([['a', '1']])).toEqual(['a      1']);
  expect(printer.format([['longer-name', '2']])).toEqual(['longer-name   2']);
  expect(printer.format([['a', '3']])).toEqual(['a             3']);
});

test('a character outside ASCII is one wide', () => {
  expect(
    new ColumnPrinter().format([
      ['zoë-web', '1'],
      ['zoe-web', '2'],
    ]),
  ).toEqual(['zoë-web   1', 'zoe-web   2']);
});

test('tabs align cells above each other, and a line without one begins anew', () => {
  expect(
    alignTabs([
      'Name:\tweb',
      'Namespace:\tdefault',
      'IPs:',
      '  IP:\t10.0.0.1',
      'Controlled By:\tReplicaSet/web',
    ]),
  ).toEqual([
    'Name:       web',
    'Namespace:  default',
    'IPs:',
    '  IP:           10.0.0.1',
    'Controlled By:  ReplicaSet/web',
  ]);
});

test('a cell that is empty keeps its column', () => {
  expect(alignTabs(['Labels:\ta=b', '\tc=d'])).toEqual(['Labels:  a=b', '         c=d']);
});

test('inner columns are aligned only within the lines that have them', () => {
  expect(alignTabs(['a\tb\tc', 'aaaa\tbbbb\tc', 'a\tc', 'a\tbb\tc'])).toEqual([
    'a     b     c',
    'aaaa  bbbb  c',
    'a     c',
    'a     bb  c',
  ]);
});
