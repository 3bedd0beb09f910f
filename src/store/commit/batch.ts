import type { LogBatch, LogEntry } from '../log/log-entry.ts';
import type { BatchOutcome, WriteColumns } from '../postgres/queries/commit-writes.ts';
import type { EncodedGuard, EncodedWrite, Transaction } from './transaction.ts';
import { refusedWrite } from './write-errors.ts';

/** Lays the writes and guards of a batch out as columns, for one statement: of each transaction, guards come last. */
export function toWriteColumns(transactions: readonly Transaction[]): WriteColumns {
  const rows = transactions.flatMap(rowsOf);
  return {
    transactions: transactions.flatMap((transaction, number) =>
      rowsOf(transaction).map(() => number),
    ),
    types: rows.map((row) => ('type' in row ? row.type : null)),
    groups: rows.map(({ key }) => key.group),
    resources: rows.map(({ key }) => key.resource),
    namespaces: rows.map(({ key }) => key.namespace),
    names: rows.map(({ key }) => key.name),
    expected: rows.map(({ expected }) => expected),
    objects: rows.map((row) => ('text' in row ? row.text : '')),
  };
}

function rowsOf({ writes, guards }: Transaction): readonly (EncodedWrite | EncodedGuard)[] {
  return guards.length === 0 ? writes : [...writes, ...guards];
}

/** What became of one transaction of a batch. */
export type TransactionResult =
  | { readonly committed: true; readonly entries: readonly LogEntry[] }
  | { readonly committed: false; readonly error: Error };

export interface BatchResult {
  /** In the order of the batch's transactions. */
  readonly results: readonly TransactionResult[];
  /** What the batch added to the log, unless every transaction was refused. */
  readonly log: LogBatch | undefined;
}

/** Gives each accepted write its version, in order, and each refused transaction its reason. */
export function applyOutcome(
  transactions: readonly Transaction[],
  { firstVersion, rejected }: BatchOutcome,
): BatchResult {
  const entries: LogEntry[] = [];
  let position = 0;
  const results = transactions.map((transaction): TransactionResult => {
    const { writes, guards } = transaction;
    const start = position;
    position += writes.length + guards.length;
    const error = rejected.size > 0 ? findRefusal(rowsOf(transaction), start, rejected) : undefined;
    if (error) return { committed: false, error };
    const committed = writes.map((write, i) =>
      toLogEntry(write, firstVersion + entries.length + i),
    );
    entries.push(...committed);
    return { committed: true, entries: committed };
  });
  if (entries.length === 0) return { results, log: undefined };
  return {
    results,
    log: { first: firstVersion, last: firstVersion + entries.length - 1, entries },
  };
}

function findRefusal(
  rows: readonly EncodedGuard[],
  start: number,
  rejected: BatchOutcome['rejected'],
): Error | undefined {
  for (const [i, row] of rows.entries()) {
    const actual = rejected.get(start + i);
    if (actual !== undefined) return refusedWrite(row, actual);
  }
  return undefined;
}

function toLogEntry({ type, key, object }: EncodedWrite, version: number): LogEntry {
  // Nobody has seen this copy yet; from here on it is immutable.
  object.metadata.resourceVersion = String(version);
  return { type, key, object, version };
}
