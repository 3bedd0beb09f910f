import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { expect } from '@jest/globals';
import pg from 'pg';
import { eventually } from './eventually.ts';

/** A database of a test's own, migrated and empty. */
export interface TestDatabase extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
}

declare global {
  var orreryTestDatabases: string[] | undefined;
}

export interface TestDatabaseOptions {
  /** False gives an empty database without our tables. @default true */
  readonly migrated?: boolean;
}

/**
 * Makes a database by copying the migrated template, in some 20 ms. Share one within a test file. Dispose it after
 * all that uses it: a connection that is still open fails the test. The database is dropped when the whole file has
 * passed, and kept, with its name printed, when a test of it failed.
 */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const name = `${fileName()}_${randomBytes(4).toString('hex')}`;
  const template = options.migrated === false ? 'template0' : setting('ORRERY_TEST_TEMPLATE');
  await asAdmin(`create database ${pg.escapeIdentifier(name)} template ${template}`);
  globalThis.orreryTestDatabases?.push(name);
  const url = new URL(setting('ORRERY_TEST_ADMIN_URL'));
  url.pathname = `/${name}`;
  return {
    name,
    url: url.href,
    [Symbol.asyncDispose]: () => assertNoConnections(name),
  };
}

/** Long enough for a closed connection's session to end on a loaded machine. */
const CLOSING_MS = 2_000;

/** The leak check: whatever the test opened on its database must be closed by the time it lets go of it. */
async function assertNoConnections(name: string): Promise<void> {
  const connected = `from pg_stat_activity where datname = ${pg.escapeLiteral(name)}`;
  const readOpen = () =>
    asAdmin<{ name: string; query: string }>(`select application_name as name, query ${connected}`);
  try {
    await eventually(readOpen, (open) => expect(open).toEqual([]), { withinMs: CLOSING_MS });
  } catch {
    const open = await readOpen();
    await asAdmin(`select pg_terminate_backend(pid) ${connected}`);
    const list = open.map((session) => `  ${session.name || 'unnamed'}: ${session.query}`);
    throw new Error(`connections left open on the test's database:\n${list.join('\n')}`);
  }
}

async function asAdmin<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: setting('ORRERY_TEST_ADMIN_URL') });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Part of the database's name, so that a kept one tells whose it is. PostgreSQL's names end at 63 bytes. */
function fileName(): string {
  const { testPath = 'test' } = expect.getState();
  const base = path.basename(testPath, '.test.ts');
  return base.replaceAll(/[^a-z0-9]+/gi, '_').slice(0, 40);
}

function setting(name: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new Error(`${name} is not set: database tests belong under test/integration or test/e2e`);
}
