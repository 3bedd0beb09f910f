import { ageColumn, nameColumn } from './groups/columns.ts';
import type { CellValue, KindStrategy, PrinterColumn, RowCondition } from './kind-strategy.ts';
import type { ApiObject } from './object.ts';

/** What every kind shows that has no columns of its own. */
const GENERIC_COLUMNS: readonly PrinterColumn[] = [nameColumn, ageColumn];

export interface TableOptions {
  /** Whether to show the columns of a priority above 0, as `-o wide` does. @default false */
  readonly wide?: boolean;
  /** Milliseconds since the epoch, for ages. */
  readonly now: number;
}

/** A column without its cells, with what its kind leaves out filled in. */
export interface TableColumn {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
}

export interface Table {
  readonly columns: readonly TableColumn[];
  /** One row an object. */
  readonly rows: readonly TableRow[];
}

export interface TableRow {
  /** One value a column. */
  readonly cells: readonly CellValue[];
  readonly conditions: readonly RowCondition[];
}

const NO_CONDITIONS: readonly RowCondition[] = [];

/** What `kubectl get` would show of `objects` of one kind, in the version that they are stored in. */
export function toTable<T extends ApiObject>(
  strategy: Pick<KindStrategy<T>, 'printerColumns' | 'rowConditions'>,
  objects: readonly T[],
  { wide = false, now }: TableOptions,
): Table {
  const all: readonly PrinterColumn<T>[] = strategy.printerColumns ?? GENERIC_COLUMNS;
  const shown = all.filter(({ priority = 0 }) => wide || priority === 0);
  return {
    columns: shown.map(({ name, type = 'string', format = '', description, priority = 0 }) => ({
      name,
      type,
      format,
      description,
      priority,
    })),
    rows: objects.map((object) => ({
      cells: shown.map((column) => column.cell(object, now)),
      conditions: strategy.rowConditions?.(object) ?? NO_CONDITIONS,
    })),
  };
}

/** The cell as a line of text shows it. */
export function cellText(cell: CellValue): string {
  return cell === null ? '' : String(cell);
}
