import { type Deferred, deferred } from '../../lib/deferred.ts';
import { badRequest, entityTooLarge } from '../../scheme/errors.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { ObjectCodec } from '../encryption/object-codec.ts';
import { objectId } from '../keys.ts';
import type { RevisionType } from '../log/log-entry.ts';
import { parseResourceVersion } from '../resource-version.ts';
import type { CommitGuard, CommitOptions, ObjectKey, StoreWrite } from '../store.ts';

/** A transaction is one statement's work and one lock's time: this many writes take about half a second. */
const MAX_TRANSACTION_WRITES = 10_000;

const REVISION_TYPES = { create: 'ADDED', update: 'MODIFIED', delete: 'DELETED' } as const;

export interface EncodedWrite {
  readonly type: RevisionType;
  readonly key: ObjectKey;
  readonly id: string;
  /** The version that the object must have; 0 for none. */
  readonly expected: number;
  /** Our own copy down to its metadata, which gets its resourceVersion when that is known. */
  readonly object: ApiObject;
  readonly text: string;
}

/** An object that a transaction relies on, at the version that it must still have. */
export interface EncodedGuard {
  readonly key: ObjectKey;
  readonly id: string;
  readonly expected: number;
}

/** The writes of one `commit` call on their way through the queue. */
export interface Transaction {
  readonly writes: readonly EncodedWrite[];
  readonly guards: readonly EncodedGuard[];
  /** Characters of all texts: what the caps of queue and batch count. */
  readonly size: number;
  readonly lane: 'foreground' | 'background';
  /** When the caller is told that PostgreSQL cannot be reached, in the I/O clock's time. */
  readonly deadlineMs: number;
  /** Whether the caller has its answer; whatever happens to the writes later is for the log alone. */
  settled: boolean;
  /** See {@link CommitOptions}. */
  readonly assertMayCommit?: (() => void) | undefined;
  readonly answer: Deferred<readonly ApiObject[]>;
}

export interface TransactionOptions extends CommitOptions {
  readonly deadlineMs: number;
  readonly codec: ObjectCodec;
}

/**
 * Encodes each object, once: this text is what the database keeps.
 *
 * @throws BadRequest when an object occurs twice, or an expected version is no version
 */
export function createTransaction(
  writes: readonly StoreWrite[],
  { lane = 'foreground', guards = [], assertMayCommit, deadlineMs, codec }: TransactionOptions,
): Transaction {
  if (writes.length > MAX_TRANSACTION_WRITES) {
    throw entityTooLarge(
      `a transaction of ${writes.length} writes is too large: at most ${MAX_TRANSACTION_WRITES} are committed together; split it`,
    );
  }
  const encoded = writes.map((write) => encodeWrite(write, codec));
  if (encoded.length > 1) assertDistinct(encoded);
  const size = encoded.reduce((sum, { text }) => sum + text.length, 0);
  return {
    writes: encoded,
    guards: encodeGuards(guards, encoded),
    size,
    lane,
    deadlineMs,
    settled: false,
    assertMayCommit,
    answer: deferred(),
  };
}

/** Tells the caller that nothing of it is, or may be, written. Does nothing when it has its answer already. */
export function reject(transaction: Transaction, error: unknown): void {
  transaction.settled = true;
  transaction.answer.reject(error);
}

/** Whether to send it (again): its caller still waits for it, and may still write. One that may not is told. */
export function isToBeSent(transaction: Transaction): boolean {
  if (transaction.settled) return false;
  try {
    transaction.assertMayCommit?.();
    return true;
  } catch (refusal) {
    reject(transaction, refusal);
    return false;
  }
}

function encodeWrite(write: StoreWrite, codec: ObjectCodec): EncodedWrite {
  // The caller may share parts of the object with what caches hold: only the two levels that change are copied.
  const object: ApiObject = {
    ...write.object,
    metadata: { ...write.object.metadata, resourceVersion: undefined },
  };
  return {
    type: REVISION_TYPES[write.type],
    key: write.key,
    id: objectId(write.key),
    expected: write.type === 'create' ? 0 : parseExpected(write.expectedResourceVersion),
    object,
    text: codec.encode(write.key, JSON.stringify(object)),
  };
}

/** What the transaction writes itself is judged by the write's own precondition. */
function encodeGuards(
  guards: readonly CommitGuard[],
  writes: readonly EncodedWrite[],
): readonly EncodedGuard[] {
  return guards.flatMap(({ key, expectedResourceVersion }) => {
    const id = objectId(key);
    if (writes.some((write) => write.id === id)) return [];
    return [{ key, id, expected: parseExpected(expectedResourceVersion) }];
  });
}

/** Version 0 would mean "no object": an update that expects it is a mistake, never a create. */
function parseExpected(resourceVersion: string): number {
  const version = parseResourceVersion(resourceVersion);
  if (version === 0) throw badRequest('invalid resource version "0": no object has it');
  return version;
}

function assertDistinct(writes: readonly EncodedWrite[]): void {
  const ids = new Set<string>();
  for (const { id, key } of writes) {
    if (ids.has(id)) {
      throw badRequest(`${key.resource} "${key.name}" occurs twice in one transaction`);
    }
    ids.add(id);
  }
}
