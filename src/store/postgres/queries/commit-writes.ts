import type pg from 'pg';
import type { RevisionType } from '../../log/log-entry.ts';

/**
 * The group commit. All of it, the lock on the cluster's row included, is in the function `commit_writes` (see its
 * migration): one round trip, one implicit transaction.
 */
const COMMIT_WRITES = {
  name: 'commit-writes',
  text: `
    select first_version, rejected, rejected_versions
    from commit_writes(
      $1::integer, $2::uuid, $3::integer, $4::bigint, $5::bigint,
      $6::integer[], $7::revision_type[], $8::text[], $9::text[], $10::text[], $11::text[], $12::bigint[],
      $13::text, $14::boolean
    )`,
};

/** Cannot occur in JSON, whose control characters are always escaped. Statements split at it. */
export const RECORD_SEPARATOR = '\u001e';

/** Writes and guards as columns, all of the same length. */
export interface WriteColumns {
  /** Writes of the same number succeed or fail together. */
  readonly transactions: readonly number[];
  /** Null for a guard, which only has to be at its version. */
  readonly types: readonly (RevisionType | null)[];
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  readonly namespaces: readonly string[];
  readonly names: readonly string[];
  /** The version that the object must have; 0 for none. */
  readonly expected: readonly number[];
  /** JSON texts; empty for guards. */
  readonly objects: readonly string[];
}

export interface CommitWritesParameters {
  readonly clusterId: number;
  readonly writerId: string;
  readonly session: number;
  readonly batch: number;
  readonly nowMs: number;
  /** Whether other processes should hear of it. */
  readonly notify: boolean;
  readonly writes: WriteColumns;
}

/** What became of a batch. */
export interface BatchOutcome {
  /** The version of the first accepted write; the others follow in order, without gaps. */
  readonly firstVersion: number;
  /** For each write that failed its precondition, by index: the version it met, 0 for no object. */
  readonly rejected: ReadonlyMap<number, number>;
}

/** A batch's outcome as PostgreSQL returns it: bigints are strings. */
export type OutcomeColumns = [firstVersion: string, rejected: number[], rejectedVersions: string[]];

export function toBatchOutcome([firstVersion, rejected, versions]: OutcomeColumns): BatchOutcome {
  return {
    firstVersion: Number(firstVersion),
    // PostgreSQL counts from 1.
    rejected: new Map(rejected.map((number, i) => [number - 1, Number(versions[i])])),
  };
}

/** `timeoutMs` bounds the wait for the answer; when it strikes, the connection must be dropped. */
export async function commitWrites(
  client: pg.Client,
  parameters: CommitWritesParameters,
  timeoutMs: number,
): Promise<BatchOutcome> {
  const { clusterId, writerId, session, batch, nowMs, notify, writes } = parameters;
  const query = {
    ...COMMIT_WRITES,
    rowMode: 'array' as const,
    query_timeout: timeoutMs,
    values: [
      clusterId,
      writerId,
      session,
      batch,
      nowMs,
      writes.transactions,
      writes.types,
      writes.groups,
      writes.resources,
      writes.namespaces,
      writes.names,
      writes.expected,
      writes.objects.join(RECORD_SEPARATOR),
      notify,
    ],
  };
  const { rows } = await client.query<OutcomeColumns>(query);
  return toBatchOutcome(rows[0] as OutcomeColumns);
}
