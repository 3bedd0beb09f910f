import { toStorage } from './conversion/convert.ts';
import { ageColumn, nameColumn } from './groups/columns.ts';
import type { CellValue, KindStrategy, PrinterColumn, RowCondition } from './kind-strategy.ts';
import type { ApiObject } from './object.ts';
import type { ResourceDefinition } from './resource.ts';
import type { Scheme } from './scheme.ts';

/** What every kind shows that has no columns of its own. */
const GENERIC_COLUMNS: readonly PrinterColumn[] = [nameColumn, ageColumn];

export interface TableOptions {
  /** Whether to show the columns of a priority above 0, as `-o wide` does. @default false */
  readonly wide?: boolean;
}

/** A column without its cells, with what its kind leaves out filled in. */
export interface TableColumn {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
}

export interface TableRow {
  /** One value a column. */
  readonly cells: readonly CellValue[];
  readonly conditions: readonly RowCondition[];
}

/** How objects of one kind are shown, as `kubectl get` does. */
export interface Table<T extends ApiObject = ApiObject> {
  readonly columns: readonly TableColumn[];
  /** @param now milliseconds since the epoch, for ages */
  row(object: T, now: number): TableRow;
}

const NO_CONDITIONS: readonly RowCondition[] = [];

/** The table of a kind. It takes objects in the version that the strategy is of. */
export function createTable<T extends ApiObject>(
  strategy: Pick<KindStrategy<T>, 'printerColumns' | 'rowConditions'>,
  { wide = false }: TableOptions = {},
): Table<T> {
  const all: readonly PrinterColumn<T>[] = strategy.printerColumns ?? GENERIC_COLUMNS;
  const shown = all.filter(({ priority = 0 }) => wide || priority === 0);
  return {
    columns: shown.map(toColumn),
    row: (object, now) => ({
      cells: shown.map((column) => column.cell(object, now)),
      conditions: strategy.rowConditions?.(object) ?? NO_CONDITIONS,
    }),
  };
}

function toColumn<T extends ApiObject>({
  name,
  type = 'string',
  format = '',
  description,
  priority = 0,
}: PrinterColumn<T>): TableColumn {
  return { name, type, format, description, priority };
}

/**
 * The table of what is served as `definition`. A version of custom resources has columns of its own; of other kinds, every
 * version shows what is stored.
 */
export function tableOf(
  scheme: Scheme,
  definition: ResourceDefinition,
  options: TableOptions = {},
): Table {
  const own = scheme.strategy(definition);
  if (own.prune) return createTable(own, options);
  const { columns, row } = createTable(scheme.strategy(scheme.storageOf(definition)), options);
  return { columns, row: (object, now) => row(toStorage(scheme, definition, object), now) };
}

/** The cell as a line of text shows it. */
export function cellText(cell: CellValue): string {
  return cell === null ? '' : String(cell);
}
