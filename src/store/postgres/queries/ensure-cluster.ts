import type pg from 'pg';

const INSERT_CLUSTER = `
  insert into clusters (name)
  values ($1::text)
  on conflict (name) do nothing`;

const SELECT_CLUSTER = `
  select id
  from clusters
  where name = $1::text`;

/** The id of the logical cluster `name`, which is made when it is missing. Any number of processes may do so at once. */
export async function ensureCluster(db: pg.Pool, name: string): Promise<number> {
  const found = await db.query<{ id: number }>(SELECT_CLUSTER, [name]);
  if (found.rows[0]) return found.rows[0].id;
  await db.query(INSERT_CLUSTER, [name]);
  const made = await db.query<{ id: number }>(SELECT_CLUSTER, [name]);
  return (made.rows[0] as { id: number }).id;
}
