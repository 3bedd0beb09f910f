/** Tables of objects as `kubectl get` prints them. */
import type { GetTablesQuery, ResourceFactsFragment } from '../generated/operations.ts';
import { toHeadings } from './columns.ts';
import { isJsonObject, type JsonObject, valueAt } from './json-values.ts';

export type TableData = NonNullable<NonNullable<GetTablesQuery['tables']>[number]>;
export type TableRowData = TableData['rows'][number];

/** The tables of an answer, without those that were refused. */
export function tablesOf({ tables }: GetTablesQuery): readonly TableData[] {
  return (tables ?? []).filter((table) => table !== null);
}

export interface TableLayout {
  /** Whether to begin with the namespace: when there may be several. */
  readonly withNamespace: boolean;
  /** Whether names say their resource: `pod/web`. When there are several resources. */
  readonly withKind: boolean;
  /** Whether to end with all labels. */
  readonly showLabels: boolean;
  /** Labels that get a column each, before those of {@link showLabels}. */
  readonly labelColumns: readonly string[];
}

/** The headings of a table in `layout`. */
export function tableHeadings(
  table: Pick<TableData, 'columns' | 'resource'>,
  layout: TableLayout,
): string[] {
  return [
    ...(showsNamespace(table, layout) ? ['NAMESPACE'] : []),
    ...toHeadings(table.columns.map(({ name }) => name)),
    ...layout.labelColumns.map((label) => label.slice(label.lastIndexOf('/') + 1).toUpperCase()),
    ...(layout.showLabels ? ['LABELS'] : []),
  ];
}

/** The cells of one row in `layout`. */
export function tableCells(
  { columns, resource }: Pick<TableData, 'columns' | 'resource'>,
  row: TableRowData,
  layout: TableLayout,
): string[] {
  const nameIndex = columns.findIndex(({ name }) => name === 'Name');
  const cells = row.cells.map((cell, index) =>
    layout.withKind && index === nameIndex ? `${kindWord(resource)}/${cell}` : cell,
  );
  const labels = labelsOf(row.object);
  return [
    ...(showsNamespace({ resource }, layout) ? [row.namespace ?? ''] : []),
    ...cells,
    ...layout.labelColumns.map((label) => labels[label] ?? '<none>'),
    ...(layout.showLabels ? [formatLabels(labels)] : []),
  ];
}

function showsNamespace(
  { resource }: Pick<TableData, 'resource'>,
  { withNamespace }: TableLayout,
): boolean {
  return withNamespace && resource.namespaced;
}

/** `pod`, `deployment.apps`: what a resource is called before a name. */
export function kindWord({
  singularName,
  group,
}: Pick<ResourceFactsFragment, 'singularName' | 'group'>): string {
  return group === '' ? singularName : `${singularName}.${group}`;
}

function labelsOf(object: unknown): Readonly<Record<string, string>> {
  return (valueAt(object, ['metadata', 'labels']) ?? {}) as Record<string, string>;
}

function formatLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.keys(labels)
    .sort()
    .map((key) => `${key}=${labels[key]}`);
  return pairs.length === 0 ? '<none>' : pairs.join(',');
}

/** The object of a row, which the request asked for. */
export function objectOf(row: TableRowData): JsonObject {
  return isJsonObject(row.object) ? row.object : {};
}
