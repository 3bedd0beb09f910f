import pg from 'pg';

export interface CutOptions {
  /** Which sessions, by the name that they give themselves. @default all */
  readonly names?: readonly string[];
  /** How many of them, from 0 to 1: each is cut by chance. @default 1 */
  readonly share?: number;
}

/**
 * Ends sessions of the database, and of no other, as a firewall or an administrator would, whatever they are doing; returns how
 * many.
 */
export async function cutSessions(
  url: string,
  { names, share = 1 }: CutOptions = {},
): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query(
      `select pg_terminate_backend(pid)
         from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()
          and ($1::text[] is null or application_name = any($1)) and random() < $2::float8`,
      [names ?? null, share],
    );
    return rowCount ?? 0;
  } finally {
    await client.end();
  }
}
