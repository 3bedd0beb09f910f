import type { LogBatch, LogEntry } from '../log/log-entry.ts';
import type { BatchOutcome, WriteColumns } from '../postgres/queries/commit-writes.ts';
import type { EncodedWrite, Transaction } from './transaction.ts';
import { refusedWrite } from './write-errors.ts';

/** Lays the writes of a batch out as columns, for one statement. */
export function toWriteColumns(transactions: readonly Transaction[]): WriteColumns {
  const writes = transactions.flatMap((transaction) => transaction.writes);
  return {
    transactions: transactions.flatMap(({ writes }, number) => writes.map(() => number)),
    types: writes.map(({ type }) => type),
    groups: writes.map(({ key }) => key.group),
    resources: writes.map(({ key }) => key.resource),
    namespaces: writes.map(({ key }) => key.namespace),
    names: writes.map(({ key }) => key.name),
    expected: writes.map(({ expected }) => expected),
    objects: writes.map(({ text }) => text),
  };
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
  const results = transactions.map(({ writes }): TransactionResult => {
    const start = position;
    position += writes.length;
    const error = rejected.size > 0 ? findRefusal(writes, start, rejected) : undefined;
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
  writes: readonly EncodedWrite[],
  start: number,
  rejected: BatchOutcome['rejected'],
): Error | undefined {
  for (const [i, write] of writes.entries()) {
    const actual = rejected.get(start + i);
    if (actual !== undefined) return refusedWrite(write, actual);
  }
  return undefined;
}

function toLogEntry({ type, key, object }: EncodedWrite, version: number): LogEntry {
  // Nobody has seen this copy yet; from here on it is immutable.
  object.metadata.resourceVersion = String(version);
  return { type, key, object, version };
}
