import type pg from 'pg';

/**
 * Whether another session of the same purpose (application name) is connected to this database. Reads the server's list of
 * sessions, which takes some hundred microseconds: for once a second, not for once a commit.
 */
const FIND_PEERS = {
  name: 'find-peers',
  text: `
    select exists (
      select
      from pg_stat_activity
      where datname = current_database()
        and application_name = current_setting('application_name')
        and pid <> pg_backend_pid()
    )`,
};

export async function findPeers(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<[boolean]>({ ...FIND_PEERS, rowMode: 'array' });
  return rows[0]?.[0] ?? true;
}
