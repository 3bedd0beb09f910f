import { expect, test } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase } from '../../support/database.ts';

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'leaker' });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

test('a test database is migrated, and its own', async () => {
  await using one = await createTestDatabase();
  await using other = await createTestDatabase();
  const client = await connect(one.url);
  await client.query('create table mine (n int)');
  const { rows } = await client.query('select count(*)::int as n from _prisma_migrations');
  await client.end();
  expect(rows[0].n).toBeGreaterThan(0);
  const stranger = await connect(other.url);
  await expect(stranger.query('select * from mine')).rejects.toThrow(/does not exist/);
  await stranger.end();
});

test('a connection left open fails the test, by its name and its last query', async () => {
  const database = await createTestDatabase({ migrated: false });
  const client = await connect(database.url);
  await client.query('select 42 as leaked');
  await expect(database[Symbol.asyncDispose]()).rejects.toThrow(
    /left open on the test's database:\n {2}leaker: select 42 as leaked/,
  );
});
