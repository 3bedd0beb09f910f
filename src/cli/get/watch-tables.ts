import type { ResourceSelection } from '../arguments/resource-arguments.ts';
import { UsageError } from '../cli-error.ts';
import type { CliContext } from '../context.ts';
import {
  GetTablesDocument,
  WatchTableDocument,
  type WatchTableSubscription,
} from '../generated/operations.ts';
import { ColumnPrinter } from '../output/columns.ts';
import { toDocument, toJsonText, toYaml } from '../output/serialize.ts';
import {
  kindWord,
  objectOf,
  type TableData,
  type TableLayout,
  tableCells,
  tableHeadings,
  tablesOf,
} from '../output/tables.ts';
import { resumableWatch } from '../transport/resumable-watch.ts';
import type { GetOptions, GetRequest } from './get-request.ts';
import { toLayout } from './print-tables.ts';
import { toVariables } from './read-tables.ts';

export type WatchTablesRequest = Omit<GetRequest, 'selections'> & {
  readonly selection: ResourceSelection;
};

type TableEvent = WatchTableSubscription['watchTable'];

/** Prints the objects of the present, then each change as a row, until Ctrl-C. */
export async function watchTables(context: CliContext, request: WatchTablesRequest): Promise<void> {
  const { selection, options } = request;
  const client = await context.client();
  const variables = toVariables(selection, request);
  const [table, ...others] = tablesOf(await client.request(GetTablesDocument, variables));
  if (!table || others.length > 0) {
    throw new UsageError(
      'you may only specify a single resource type with --watch; "orrery watch" takes several',
    );
  }
  const printer = createRowPrinter(context, request);
  if (!options.watchOnly) printer.print(table, 'ADDED', table.rows);
  const events = resumableWatch<TableEvent>({
    open: async function* (resourceVersion) {
      const opened = client.subscribe(WatchTableDocument, { ...variables, resourceVersion });
      for await (const { watchTable } of opened) yield watchTable;
    },
    resourceVersionOf: (event) => event.resourceVersion,
    resourceVersion: table.metadata.resourceVersion,
    onLost: (error) => context.warn(`${error.message}; trying again`),
    signal: context.signal,
  });
  for await (const event of events) {
    if (event.row) printer.print(event, event.type, [event.row]);
  }
}

interface RowPrinter {
  print(
    table: Pick<TableData, 'resource' | 'columns'>,
    type: string,
    rows: TableData['rows'],
  ): void;
}

function createRowPrinter(
  context: CliContext,
  { options, format }: WatchTablesRequest,
): RowPrinter {
  if (format === 'yaml' || format === 'json') return wholePrinter(context, options, format);
  if (format === 'name') {
    return {
      print: ({ resource }, _type, rows) => {
        for (const { name } of rows) context.print(`${kindWord(resource)}/${name}`);
      },
    };
  }
  return linePrinter(context, options, toLayout(options, false));
}

function linePrinter(context: CliContext, options: GetOptions, layout: TableLayout): RowPrinter {
  const columns = new ColumnPrinter();
  let needsHeadings = options.headers;
  const withEvent = (type: string, cells: string[]) =>
    options.outputWatchEvents ? [type, ...cells] : cells;
  return {
    print(table, type, rows) {
      if (rows.length === 0) return;
      const lines = rows.map((row) => withEvent(type, tableCells(table, row, layout)));
      if (needsHeadings) lines.unshift(withEvent('EVENT', tableHeadings(table, layout)));
      needsHeadings = false;
      context.environment.stdout.write(`${columns.format(lines).join('\n')}\n`);
    },
  };
}

function wholePrinter(
  context: CliContext,
  options: GetOptions,
  format: 'yaml' | 'json',
): RowPrinter {
  const { stdout } = context.environment;
  let isFirst = true;
  return {
    print(_table, _type, rows) {
      for (const row of rows) {
        const document = toDocument([objectOf(row)], {
          asList: false,
          showManagedFields: options.showManagedFields ?? false,
        });
        if (format === 'yaml' && !isFirst) stdout.write('---\n');
        isFirst = false;
        stdout.write(format === 'json' ? toJsonText(document) : toYaml(document));
      }
    },
  };
}
