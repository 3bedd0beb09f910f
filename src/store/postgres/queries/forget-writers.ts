import type pg from 'pg';

/** Rows of processes that have long gone. A live one that is forgotten by mistake makes its row anew. */
const FORGET_WRITERS = {
  name: 'forget-writers',
  text: `
    delete from writers
    where cluster_id = $1::integer
      and seen_ms < $2::bigint`,
};

export async function forgetWriters(
  client: pg.ClientBase,
  clusterId: number,
  lastSeenBeforeMs: number,
): Promise<void> {
  await client.query({ ...FORGET_WRITERS, values: [clusterId, Math.floor(lastSeenBeforeMs)] });
}
