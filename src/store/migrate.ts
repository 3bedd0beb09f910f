import { createHash, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type pg from 'pg';
import { toError } from '../lib/errors.ts';
import { type Logger, silentLogger } from '../lib/logger.ts';
import { packageRoot } from './package-root.ts';
import { openConnection } from './postgres/connection.ts';

/** The database is not one that this program can bring up to date: the message is for the user, and says what to do. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

/** The advisory lock that Prisma's own migration commands take, so that they and a starting server wait for each other. */
const MIGRATION_LOCK_KEY = 72_707_369;

/** Prisma's table, to the column, so that `prisma migrate status` and `deploy` agree with what was applied here. */
const CREATE_HISTORY = `
  create table if not exists _prisma_migrations (
    id varchar(36) primary key not null,
    checksum varchar(64) not null,
    finished_at timestamptz,
    migration_name varchar(255) not null,
    logs text,
    rolled_back_at timestamptz,
    started_at timestamptz not null default now(),
    applied_steps_count integer not null default 0
  )`;

export interface MigrateOptions {
  /** The database to migrate; it must exist. */
  readonly url: string;
  /** Holds one folder a migration, named in order, each with a `migration.sql`. @default prisma/migrations */
  readonly directory?: string;
  /** @default silent */
  readonly logger?: Logger;
}

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

interface AppliedMigration {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished_at: Date | null;
}

/**
 * Applies the migrations that the database has not seen, each in a transaction of its own, and returns their names.
 * Any number of processes may do so at once: one applies, the others wait and find nothing to do.
 *
 * A statement that PostgreSQL refuses in a transaction (`create index concurrently`) has no place in a migration.
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const { url, logger = silentLogger } = options;
  const directory = options.directory ?? path.join(packageRoot(), 'prisma', 'migrations');
  const migrations = readMigrations(directory);
  const session = await openConnection({ url, applicationName: 'orrery-migrate' });
  const { client } = session;
  try {
    // Held until the session ends. Must come before the first look, or two would see the same migrations missing.
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK_KEY]);
    await client.query(CREATE_HISTORY);
    const pending = findPending(migrations, await readHistory(client));
    for (const migration of pending) {
      await applyMigration(client, migration);
      logger.info('migration applied', { migration: migration.name });
    }
    return pending.map(({ name }) => name);
  } finally {
    await session.close();
  }
}

function readMigrations(directory: string): Migration[] {
  const folders = fs.readdirSync(directory, { withFileTypes: true });
  const names = folders.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return names.sort().map((name) => {
    const sql = fs.readFileSync(path.join(directory, name, 'migration.sql'), 'utf8');
    return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
  });
}

async function readHistory(client: pg.Client): Promise<Map<string, AppliedMigration>> {
  const { rows } = await client.query<AppliedMigration>(
    'select migration_name, checksum, finished_at from _prisma_migrations where rolled_back_at is null',
  );
  return new Map(rows.map((row) => [row.migration_name, row]));
}

/** Refuses a history that these migrations do not continue: guessing on would damage the data. */
function findPending(
  migrations: readonly Migration[],
  history: ReadonlyMap<string, AppliedMigration>,
): Migration[] {
  const known = new Set(migrations.map(({ name }) => name));
  for (const name of history.keys()) {
    if (known.has(name)) continue;
    throw new MigrationError(
      `The database has migration "${name}", which this Orrery does not know: a newer one has used it; start that one, or use another database.`,
    );
  }
  return migrations.filter((migration) => {
    const applied = history.get(migration.name);
    if (applied) assertUnchanged(migration, applied);
    return !applied;
  });
}

function assertUnchanged({ name, checksum }: Migration, applied: AppliedMigration): void {
  if (!applied.finished_at) {
    throw new MigrationError(
      `Migration "${name}" was begun by another tool and not finished; see what it did, then run "npx prisma migrate resolve".`,
    );
  }
  if (applied.checksum !== checksum) {
    throw new MigrationError(
      `Migration "${name}" was edited after this database had applied it; restore the file and put the change into a new migration.`,
    );
  }
}

async function applyMigration(client: pg.Client, migration: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(migration.sql);
    await client.query(
      `insert into _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       values ($1, $2, $3, clock_timestamp(), 1)`,
      [randomUUID(), migration.checksum, migration.name],
    );
    await client.query('commit');
  } catch (error) {
    // Ignored: a session that is gone takes its transaction along.
    await client.query('rollback').catch(() => undefined);
    const reason = toError(error);
    throw new Error(`Migration "${migration.name}" failed: ${reason.message}`, { cause: reason });
  }
}
