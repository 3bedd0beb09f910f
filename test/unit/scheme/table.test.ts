import { expect, test } from '@jest/globals';
import type { ApiObject } from '../../../src/scheme/object.ts';
import { toTable } from '../../../src/scheme/table.ts';

const NOW = Date.UTC(2026, 0, 1, 0, 1);
const WEB: ApiObject = {
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name: 'web', creationTimestamp: '2026-01-01T00:00:00Z' },
};

test('a kind without columns shows its name and age', () => {
  expect(toTable(undefined, [WEB], { now: NOW })).toEqual({
    columns: [
      { name: 'Name', priority: 0 },
      { name: 'Age', priority: 0 },
    ],
    rows: [['web', '60s']],
  });
});

test('columns of priority 1 show when the table is wide', () => {
  const columns = [
    { name: 'Name', cell: (object: ApiObject) => object.metadata.name ?? '' },
    { name: 'More', priority: 1, cell: () => 'x' },
  ] as const;
  expect(toTable(columns, [WEB], { now: NOW }).rows).toEqual([['web']]);
  expect(toTable(columns, [WEB], { now: NOW, wide: true }).rows).toEqual([['web', 'x']]);
});
