import pg from 'pg';

const DUPLICATE_DATABASE = '42P04';
const UNIQUE_VIOLATION = '23505';
const DATABASE_NAME_INDEX = 'pg_database_datname_index';
const INVALID_CATALOG_NAME = '3D000';

/**
 * Creates the database that `url` names, and returns whether it was missing. Many callers may do so at once. A server
 * that has the database already needs no right to create one.
 */
export async function createDatabaseIfMissing(url: string): Promise<boolean> {
  if (await exists(url)) return false;
  const target = new URL(url);
  const name = decodeURIComponent(target.pathname.slice(1));
  target.pathname = '/postgres';
  const client = new pg.Client({ connectionString: target.href });
  await client.connect();
  try {
    // template0, because template1 cannot be copied while anyone is connected to it.
    await client.query(
      `create database ${pg.escapeIdentifier(name)} template template0 encoding 'UTF8'`,
    );
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  } finally {
    await client.end();
  }
}

async function exists(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    return true;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === INVALID_CATALOG_NAME) return false;
    throw error;
  } finally {
    await client.end();
  }
}

/** Two simultaneous creations collide either on the name's check or, a moment later, on its index. */
function isDuplicate(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return false;
  return (
    error.code === DUPLICATE_DATABASE ||
    (error.code === UNIQUE_VIOLATION && error.constraint === DATABASE_NAME_INDEX)
  );
}
