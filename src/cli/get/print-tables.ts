import { namespaceOf } from '../arguments/resource-arguments.ts';
import { exitWith } from '../cli-error.ts';
import type { CliContext } from '../context.ts';
import { ColumnPrinter } from '../output/columns.ts';
import { toDocument, toJsonText, toYaml } from '../output/serialize.ts';
import { parsePath, sortByPath } from '../output/sort-by.ts';
import {
  kindWord,
  objectOf,
  type TableData,
  type TableLayout,
  tableCells,
  tableHeadings,
} from '../output/tables.ts';
import type { GetOptions, GetRequest } from './get-request.ts';
import type { TablesRead } from './read-tables.ts';

/** Prints what was read, and says what was not found. @throws {CliError} to exit with 1 when something was not */
export function printTables(
  context: CliContext,
  { tables, errors }: TablesRead,
  request: GetRequest,
): void {
  const sorted = tables.map((table) => sortTable(table, request.options.sortBy));
  const hasRows = sorted.some(({ rows }) => rows.length > 0);
  if (request.format === 'yaml' || request.format === 'json') printWhole(context, sorted, request);
  else if (hasRows) printLines(context, sorted, request);
  else if (errors.length === 0 && !request.options.ignoreNotFound)
    context.warn(nothingFound(sorted, request));
  for (const error of errors) context.warn(error.text);
  if (errors.length > 0) throw exitWith(1);
}

function sortTable(table: TableData, sortBy: string | undefined): TableData {
  if (sortBy === undefined) return table;
  return { ...table, rows: sortByPath(table.rows, parsePath(sortBy), objectOf) };
}

function printWhole(
  context: CliContext,
  tables: readonly TableData[],
  { selections, options, format }: GetRequest,
): void {
  const objects = tables.flatMap(({ rows }) => rows.map(objectOf));
  const isOne = selections.length === 1 && selections[0]?.name !== undefined;
  if (objects.length === 0 && selections.every(({ name }) => name !== undefined)) return;
  const document = toDocument(objects, {
    asList: !isOne,
    showManagedFields: options.showManagedFields ?? false,
  });
  context.environment.stdout.write(format === 'json' ? toJsonText(document) : toYaml(document));
}

function printLines(
  context: CliContext,
  tables: readonly TableData[],
  { selections, options, format }: GetRequest,
): void {
  const shown = tables.filter(({ rows }) => rows.length > 0);
  if (format === 'name') {
    for (const { resource, rows } of shown) {
      for (const { name } of rows) context.print(`${kindWord(resource)}/${name}`);
    }
    return;
  }
  const layout = toLayout(options, tables.length > 1 || namesSeveral(selections));
  shown.forEach((table, index) => {
    if (index > 0) context.print('');
    const rows = table.rows.map((row) => tableCells(table, row, layout));
    const printer = new ColumnPrinter();
    const lines = options.headers ? [tableHeadings(table, layout), ...rows] : rows;
    context.environment.stdout.write(`${printer.format(lines).join('\n')}\n`);
  });
}

/** Whether more than one resource is asked for, whatever is found. */
function namesSeveral(selections: GetRequest['selections']): boolean {
  return new Set(selections.map(({ resource }) => resource)).size > 1;
}

export function toLayout(options: GetOptions, withKind: boolean): TableLayout {
  return {
    withNamespace: options.allNamespaces ?? false,
    withKind,
    showLabels: options.showLabels ?? false,
    labelColumns: options.labelColumns ?? [],
  };
}

function nothingFound(tables: readonly TableData[], { options }: GetRequest): string {
  const namespace = namespaceOf(options);
  const isNamespaced = tables.some(({ resource }) => resource.namespaced);
  return isNamespaced && namespace !== undefined
    ? `No resources found in ${namespace} namespace.`
    : 'No resources found';
}
