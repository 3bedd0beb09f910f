import type pg from 'pg';

/** Tells PostgreSQL that this session is not idle. */
const SHOW_LIFE = { name: 'show-life', text: 'select 1' };

/** `timeoutMs` bounds the wait for the answer; when it strikes, the connection must be dropped. */
export async function showLife(client: pg.Client, timeoutMs: number): Promise<void> {
  const query = { ...SHOW_LIFE, query_timeout: timeoutMs };
  await client.query(query);
}
