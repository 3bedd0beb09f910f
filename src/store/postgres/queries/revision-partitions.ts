import pg from 'pg';

/** The partitions of one cluster's revisions, oldest first. Their names, which `add_revision_partition` gives, say where each begins. */
const LIST_PARTITIONS = {
  name: 'list-partitions',
  text: `
    select c.relname, split_part(c.relname, '_', 3)::bigint
    from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'revisions'::regclass
      and split_part(c.relname, '_', 2) = $1::integer::text
    order by 2`,
};

export interface RevisionPartition {
  readonly table: string;
  readonly firstVersion: number;
}

export async function listPartitions(
  client: pg.ClientBase,
  clusterId: number,
): Promise<RevisionPartition[]> {
  const { rows } = await client.query<[table: string, first: string]>({
    ...LIST_PARTITIONS,
    rowMode: 'array',
    values: [clusterId],
  });
  return rows.map(([table, first]) => ({ table, firstVersion: Number(first) }));
}

/**
 * Drops a whole partition. Needs the table and its parent for itself for a moment, and everyone who comes meanwhile queues
 * behind it: so it waits `lockTimeoutMs` at most, and fails with lock_not_available when a long read is in the way.
 */
export async function dropPartition(
  client: pg.ClientBase,
  { table }: RevisionPartition,
  lockTimeoutMs: number,
): Promise<void> {
  // One simple query is one transaction. An utility statement takes no parameters: the name comes from the catalog.
  await client.query(
    `set local lock_timeout = ${lockTimeoutMs}; drop table ${pg.escapeIdentifier(table)}`,
  );
}
