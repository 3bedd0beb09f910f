import type pg from 'pg';

/** The version that was current at a time: a binary search in the log, by the function `version_at`. */
const READ_VERSION_AT = {
  name: 'read-version-at',
  text: 'select version_at($1::integer, $2::bigint)',
};

/** Undefined when the time is past retention. */
export async function readVersionAt(
  db: pg.Pool | pg.ClientBase,
  clusterId: number,
  timeMs: number,
): Promise<number | undefined> {
  const { rows } = await db.query<[string | null]>({
    ...READ_VERSION_AT,
    rowMode: 'array',
    values: [clusterId, Math.floor(timeMs)],
  });
  const version = rows[0]?.[0];
  return version === null || version === undefined ? undefined : Number(version);
}
