import fs from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import type { LoggedChange, RecordedWatch } from '../../../support/watch-guarantees.ts';
import {
  assertBookmarkable,
  assertOrdered,
  assertReliable,
  assertResumable,
  assertUnique,
} from '../../../support/watch-guarantees.ts';

interface Row {
  readonly type: LoggedChange['type'];
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
}

/** What was committed, read from the database behind the server's back. @param resources default all of them */
export async function readLog(
  databaseUrl: string,
  resources?: readonly string[],
  { namespace }: { readonly namespace?: string } = {},
): Promise<LoggedChange[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<Row>(
      `select type, resource, namespace, name, resource_version as version
         from revisions
        where ($1::text[] is null or resource = any($1::text[]))
          and ($2::text is null or namespace = $2::text)
        order by resource_version`,
      [resources ?? null, namespace ?? null],
    );
    return rows.map((row) => ({
      type: row.type,
      key: `${row.resource} ${row.namespace}/${row.name}`,
      version: Number(row.version),
    }));
  } finally {
    await client.end();
  }
}

/** Where the embedded PostgreSQL of a server's data directory is, for a look behind its back. */
export function embeddedDatabaseUrl(dataDirectory: string): string {
  const directory = path.join(dataDirectory, 'postgres');
  const password = fs.readFileSync(path.join(directory, 'cluster', 'password'), 'utf8').trim();
  return `postgresql://orrery:${password}@127.0.0.1:${postmaster(dataDirectory).port}/orrery`;
}

/** The process id and the port of that PostgreSQL. */
export function postmaster(dataDirectory: string): { readonly pid: number; readonly port: number } {
  const file = path.join(dataDirectory, 'postgres', 'cluster', 'data', 'postmaster.pid');
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  return { pid: Number(lines[0]), port: Number(lines[3]) };
}

/** Every guarantee that a watch of some of the resources can be held to; versions of the others are gaps to it. */
export function assertWatchOfPart(watch: RecordedWatch, log: readonly LoggedChange[]): void {
  assertOrdered(watch);
  assertUnique(watch);
  assertReliable(watch, log);
  assertResumable(watch, log);
  assertBookmarkable(watch, log);
}
