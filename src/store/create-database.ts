import pg from 'pg';
import { type Connection, openConnection } from './postgres/connection.ts';

const DUPLICATE_DATABASE = '42P04';
const UNIQUE_VIOLATION = '23505';
const DATABASE_NAME_INDEX = 'pg_database_datname_index';
const INVALID_CATALOG_NAME = '3D000';

const APPLICATION_NAME = 'orrery-create-database';

/** The oldest PostgreSQL that has everything the store uses. */
const MIN_SERVER_MAJOR = 14;

/**
 * Creates the database that `url` names, and returns whether it was missing. Many callers may do so at once. A server
 * that has the database already needs no right to create one.
 */
export async function createDatabaseIfMissing(url: string): Promise<boolean> {
  if (await exists(url)) return false;
  const target = new URL(url);
  const name = decodeURIComponent(target.pathname.slice(1));
  target.pathname = '/postgres';
  const session = await openConnection({ url: target.href, applicationName: APPLICATION_NAME });
  const { client } = session;
  try {
    await assertSupported(client);
    // template0, because template1 cannot be copied while anyone is connected to it.
    await client.query(
      `create database ${pg.escapeIdentifier(name)} template template0 encoding 'UTF8'`,
    );
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  } finally {
    await session.close();
  }
}

async function exists(url: string): Promise<boolean> {
  let session: Connection | undefined;
  try {
    session = await openConnection({ url, applicationName: APPLICATION_NAME });
    await assertSupported(session.client);
    return true;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === INVALID_CATALOG_NAME) return false;
    throw error;
  } finally {
    await session?.close();
  }
}

/** @throws {Error} when the server is too old */
async function assertSupported(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ version: string }>(
    "select current_setting('server_version_num') as version",
  );
  const major = Math.floor(Number(rows[0]?.version) / 10_000);
  if (major >= MIN_SERVER_MAJOR) return;
  throw new Error(`it is PostgreSQL ${major}, and ${MIN_SERVER_MAJOR} or newer is needed`);
}

/** Two simultaneous creations collide either on the name's check or, a moment later, on its index. */
function isDuplicate(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return false;
  return (
    error.code === DUPLICATE_DATABASE ||
    (error.code === UNIQUE_VIOLATION && error.constraint === DATABASE_NAME_INDEX)
  );
}
