import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import pg from 'pg';
import { createDatabaseIfMissing } from '../../../src/store/create-database.ts';
import { migrate } from '../../../src/store/migrate.ts';
import { createTestDatabase } from '../../support/database.ts';

/** A folder of migrations, given as `{ name: sql }`. */
function migrationsFolder(migrations: Record<string, string>): { directory: string } & Disposable {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'orrery-migrations-'));
  for (const [name, sql] of Object.entries(migrations)) {
    fs.mkdirSync(path.join(directory, name));
    fs.writeFileSync(path.join(directory, name, 'migration.sql'), sql);
  }
  return { directory, [Symbol.dispose]: () => fs.rmSync(directory, { recursive: true }) };
}

async function query<T extends pg.QueryResultRow>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

const TWO_STEPS = {
  '0001_table': 'create table counted (n int);',
  // The pause widens the window in which a second caller could begin the same migration.
  '0002_row': 'insert into counted values (1); select pg_sleep(0.2);',
};

test('five callers at once apply each migration once', async () => {
  await using database = await createTestDatabase({ migrated: false });
  using folder = migrationsFolder(TWO_STEPS);
  const callers = Array.from({ length: 5 }, () => migrate({ url: database.url, ...folder }));
  const applied = await Promise.all(callers);
  expect(applied.flat()).toEqual(['0001_table', '0002_row']);
  expect(await query(database.url, 'select n from counted')).toEqual([{ n: 1 }]);
});

test('applied migrations are recorded as Prisma records them', async () => {
  await using database = await createTestDatabase({ migrated: false });
  using folder = migrationsFolder(TWO_STEPS);
  await migrate({ url: database.url, ...folder });
  const rows = await query(
    database.url,
    `select migration_name, length(checksum) as checksum, finished_at is not null as finished,
            rolled_back_at, logs, applied_steps_count
       from _prisma_migrations order by migration_name`,
  );
  const record = { checksum: 64, finished: true, rolled_back_at: null, logs: null };
  expect(rows).toEqual([
    { migration_name: '0001_table', applied_steps_count: 1, ...record },
    { migration_name: '0002_row', applied_steps_count: 1, ...record },
  ]);
});

test('an edited migration is refused by name', async () => {
  await using database = await createTestDatabase({ migrated: false });
  using folder = migrationsFolder(TWO_STEPS);
  await migrate({ url: database.url, ...folder });
  using edited = migrationsFolder({ ...TWO_STEPS, '0001_table': 'create table other (n int);' });
  await expect(migrate({ url: database.url, ...edited })).rejects.toThrow(
    /"0001_table" was edited after this database had applied it; restore the file/,
  );
});

test('a failing migration leaves nothing of itself and is applied once it is mended', async () => {
  await using database = await createTestDatabase({ migrated: false });
  using broken = migrationsFolder({ '0001_table': 'create table a (n int); select 1/0;' });
  await expect(migrate({ url: database.url, ...broken })).rejects.toThrow(
    'Migration "0001_table" failed: division by zero',
  );
  using mended = migrationsFolder({ '0001_table': 'create table a (n int);' });
  expect(await migrate({ url: database.url, ...mended })).toEqual(['0001_table']);
});

test('a database that a newer version has migrated is refused', async () => {
  await using database = await createTestDatabase({ migrated: false });
  using newer = migrationsFolder(TWO_STEPS);
  await migrate({ url: database.url, ...newer });
  using older = migrationsFolder({ '0001_table': TWO_STEPS['0001_table'] });
  await expect(migrate({ url: database.url, ...older })).rejects.toThrow(
    /"0002_row", which this Orrery does not know/,
  );
});

test('the project’s own migrations apply to an empty database and then again find nothing to do', async () => {
  await using database = await createTestDatabase({ migrated: false });
  const applied = await migrate({ url: database.url });
  expect(applied.length).toBeGreaterThan(0);
  expect(await migrate({ url: database.url })).toEqual([]);
});

test('ten callers at once create one database', async () => {
  await using database = await createTestDatabase({ migrated: false });
  const url = new URL(database.url);
  url.pathname = `/${database.name}_made`;
  globalThis.orreryTestDatabases?.push(`${database.name}_made`);
  const callers = Array.from({ length: 10 }, () => createDatabaseIfMissing(url.href));
  const created = await Promise.all(callers);
  expect(created.filter(Boolean)).toHaveLength(1);
});

test('a migration whose session is cut fails by name, is not recorded, and the process lives', async () => {
  await using database = await createTestDatabase({ migrated: false });
  using folder = migrationsFolder({
    '0001_table': 'create table kept (n int);',
    '0002_cut': 'create table lost (n int); select pg_terminate_backend(pg_backend_pid());',
  });
  await expect(migrate({ url: database.url, ...folder })).rejects.toThrow(
    'Migration "0002_cut" failed: terminating connection due to administrator command',
  );
  const applied = await query(database.url, 'select migration_name from _prisma_migrations');
  expect(applied).toEqual([{ migration_name: '0001_table' }]);
  expect(await query(database.url, `select to_regclass('lost') as lost`)).toEqual([{ lost: null }]);
});
