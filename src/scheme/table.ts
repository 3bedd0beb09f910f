import { ageSince } from './duration.ts';
import type { PrinterColumn } from './kind-strategy.ts';
import type { ApiObject } from './object.ts';

/** What every kind shows that has no columns of its own. */
export const GENERIC_COLUMNS: readonly PrinterColumn[] = [
  { name: 'Name', cell: (object) => object.metadata.name ?? '' },
  { name: 'Age', cell: (object, now) => ageSince(object.metadata.creationTimestamp, now) },
];

export interface TableOptions {
  /** Whether to show the columns of priority 1, as `-o wide` does. @default false */
  readonly wide?: boolean;
  /** Milliseconds since the epoch, for ages. */
  readonly now: number;
}

export interface Table {
  readonly columns: readonly { readonly name: string; readonly priority: 0 | 1 }[];
  /** One row an object, one text a column. */
  readonly rows: readonly (readonly string[])[];
}

/** The cells that `kubectl get` would show of `objects`. */
export function toTable<T extends ApiObject>(
  columns: readonly PrinterColumn<T>[] | undefined,
  objects: readonly T[],
  { wide = false, now }: TableOptions,
): Table {
  const all: readonly PrinterColumn<T>[] = columns ?? GENERIC_COLUMNS;
  const shown = all.filter((column) => wide || (column.priority ?? 0) === 0);
  return {
    columns: shown.map(({ name, priority = 0 }) => ({ name, priority })),
    rows: objects.map((object) => shown.map((column) => column.cell(object, now))),
  };
}
