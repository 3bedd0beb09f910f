import type pg from 'pg';

/** Any number that nothing else in the database takes for a pair of advisory lock keys. */
const COMPACTION_LOCK = 1_869_507_442;

/** Waits until no other process compacts this cluster; held until the session ends. */
const LOCK_COMPACTION = {
  name: 'lock-compaction',
  text: 'select pg_advisory_lock($1::integer, $2::integer)',
};

export async function lockCompaction(client: pg.ClientBase, clusterId: number): Promise<void> {
  await client.query({ ...LOCK_COMPACTION, values: [COMPACTION_LOCK, clusterId] });
}
