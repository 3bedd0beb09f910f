import { expect, test } from '@jest/globals';
import type { PrinterColumn, RowCondition } from '../../../src/scheme/kind-strategy.ts';
import type { ApiObject } from '../../../src/scheme/object.ts';
import { cellText, createTable } from '../../../src/scheme/table.ts';

const NOW = Date.UTC(2026, 0, 1, 0, 1);
const WEB: ApiObject = {
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name: 'web', creationTimestamp: '2026-01-01T00:00:00Z' },
};

const PRINTER_COLUMNS: readonly PrinterColumn[] = [
  { name: 'Name', description: 'A.', format: 'name', cell: ({ metadata }) => metadata.name ?? '' },
  { name: 'Count', description: 'B.', type: 'integer', cell: () => 3 },
  { name: 'More', description: 'C.', priority: 1, cell: () => 'x' },
];

const cellsOf = (strategy: Parameters<typeof createTable>[0], wide: boolean) =>
  createTable(strategy, { wide }).row(WEB, NOW).cells;

test('a kind without columns shows its name and age', () => {
  const { columns, row } = createTable({});
  expect(columns.map(({ name, type, format, priority }) => [name, type, format, priority])).toEqual(
    [
      ['Name', 'string', 'name', 0],
      ['Age', 'string', '', 0],
    ],
  );
  expect(row(WEB, NOW)).toEqual({ cells: ['web', '60s'], conditions: [] });
});

test('columns of priority 1 show when the table is wide', () => {
  expect(cellsOf({ printerColumns: PRINTER_COLUMNS }, false)).toEqual(['web', 3]);
  expect(cellsOf({ printerColumns: PRINTER_COLUMNS }, true)).toEqual(['web', 3, 'x']);
});

test('a column says what its cells are', () => {
  const { columns } = createTable({ printerColumns: PRINTER_COLUMNS }, { wide: true });
  expect(columns).toEqual([
    { name: 'Name', type: 'string', format: 'name', description: 'A.', priority: 0 },
    { name: 'Count', type: 'integer', format: '', description: 'B.', priority: 0 },
    { name: 'More', type: 'string', format: '', description: 'C.', priority: 1 },
  ]);
});

test('a kind may say more of a row than its cells', () => {
  const done: RowCondition = { type: 'Completed', status: 'True', reason: 'Done', message: 'So.' };
  const { row } = createTable({ rowConditions: () => [done] });
  expect(row(WEB, NOW).conditions).toEqual([done]);
});

test.each([
  ['web', 'web'],
  [3, '3'],
  [false, 'false'],
  [null, ''],
])('the cell %j is the text %j', (cell, text) => {
  expect(cellText(cell)).toBe(text);
});
