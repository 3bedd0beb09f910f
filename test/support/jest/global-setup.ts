import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createDatabaseIfMissing } from '../../../src/store/create-database.ts';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../../src/store/embedded/embedded-postgres.ts';
import { migrate } from '../../../src/store/migrate.ts';
import globalTeardown from './global-teardown.ts';

/** The server of this run, for the global teardown, which shares our process. */
export interface TestServer {
  readonly directory: string;
  readonly postgres: EmbeddedPostgres;
}

declare global {
  var orreryTestServer: TestServer | undefined;
}

/** Kept servers of failed runs are for looking at now, not next week. */
const KEEP_MS = 24 * 3_600_000;
const PREFIX = 'orrery-test-';

/**
 * Runs once before all tests that need PostgreSQL: starts one server, or takes the one that ORRERY_TEST_DATABASE_URL
 * names, and migrates a template database that each test file's database is a copy of.
 */
export default async function globalSetup(): Promise<void> {
  const external = process.env.ORRERY_TEST_DATABASE_URL;
  const serverUrl = external ?? (await startServer());
  const template = `orrery_template_${process.pid}`;
  process.env.ORRERY_TEST_ADMIN_URL = withDatabase(serverUrl, 'postgres');
  process.env.ORRERY_TEST_TEMPLATE = template;
  const templateUrl = withDatabase(serverUrl, template);
  try {
    await createDatabaseIfMissing(templateUrl);
    await migrate({ url: templateUrl });
  } catch (error) {
    // jest runs no teardown after a failed set-up.
    await globalTeardown();
    throw error;
  }
}

async function startServer(): Promise<string> {
  removeOldServers();
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), PREFIX));
  // mkdtemp makes 0700; as root, the server runs as another user, who must get through.
  fs.chmodSync(directory, 0o711);
  const postgres = await startEmbeddedPostgres({
    dataDirectory: directory,
    durable: false,
    maxConnections: 300,
  });
  globalThis.orreryTestServer = { directory, postgres };
  process.env.ORRERY_TEST_SERVER_DIRECTORY = directory;
  return postgres.url;
}

function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

function removeOldServers(): void {
  for (const name of fs.readdirSync(os.tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const marker = path.join(os.tmpdir(), name, 'kept-databases');
    const keptAt = fs.statSync(marker, { throwIfNoEntry: false })?.mtimeMs;
    if (keptAt === undefined || Date.now() - keptAt < KEEP_MS) continue;
    fs.rmSync(path.dirname(marker), { recursive: true, force: true });
  }
}
