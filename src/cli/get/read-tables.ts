import type { OutputFormat } from '../arguments/output-format.ts';
import { namespaceOf, type ResourceSelection } from '../arguments/resource-arguments.ts';
import { mapConcurrently } from '../concurrency.ts';
import type { CliContext } from '../context.ts';
import { GetTablesDocument, type GetTablesQueryVariables } from '../generated/operations.ts';
import { type TableData, tablesOf } from '../output/tables.ts';
import { isServerError, type ServerError } from '../transport/server-error.ts';
import type { GetOptions, GetRequest } from './get-request.ts';

const MAX_CONCURRENT_REQUESTS = 8;

export interface TablesRead {
  /** One a resource, in the order asked for; those of several names of one resource are one. */
  readonly tables: readonly TableData[];
  /** What went wrong with some of them, while the others are there. */
  readonly errors: readonly ServerError[];
}

/** The objects that are asked for. @throws {CliError} when the server cannot be asked, or does not know the resource */
export async function readTables(context: CliContext, request: GetRequest): Promise<TablesRead> {
  const client = await context.client();
  const errors: ServerError[] = [];
  const found = await mapConcurrently(
    request.selections,
    MAX_CONCURRENT_REQUESTS,
    async (selection) => {
      try {
        const variables = toVariables(selection, request);
        const { data, refusals } = await client.requestParts(GetTablesDocument, variables);
        errors.push(...refusals);
        return tablesOf(data);
      } catch (thrown) {
        const isMissing = isServerError(thrown, 'NotFound') && thrown.status.details;
        if (!isMissing) throw thrown;
        if (!request.options.ignoreNotFound) errors.push(thrown as ServerError);
        return [];
      }
    },
  );
  return { tables: joinTables(found.flat()), errors };
}

export function toVariables(
  { resource, name }: ResourceSelection,
  { options, format }: Pick<GetRequest, 'options' | 'format'>,
): GetTablesQueryVariables {
  return {
    resource,
    name,
    namespace: namespaceOf(options),
    labelSelector: options.selector,
    fieldSelector: options.fieldSelector,
    wide: format === 'wide',
    objects: needsObjects(options, format),
  };
}

/** Whether more than the cells is wanted; whole objects are many times as large. */
function needsObjects(options: GetOptions, format: OutputFormat): boolean {
  const isWhole = format === 'yaml' || format === 'json';
  const readsLabels = Boolean(options.showLabels || options.labelColumns?.length);
  return isWhole || readsLabels || options.sortBy !== undefined;
}

/** `get pod a b` is one table, although each name was asked for by itself. */
function joinTables(tables: readonly TableData[]): readonly TableData[] {
  const byResource = new Map<string, TableData>();
  for (const table of tables) {
    const { name, group, version } = table.resource;
    const key = `${group}/${version}/${name}`;
    const known = byResource.get(key);
    byResource.set(key, known ? { ...known, rows: [...known.rows, ...table.rows] } : table);
  }
  return [...byResource.values()];
}
