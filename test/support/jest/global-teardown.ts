import fs from 'node:fs';
import path from 'node:path';
import pg from 'pg';

/** Runs once after all tests: stops the server, and removes its files unless a failed test's database is in them. */
export default async function globalTeardown(): Promise<void> {
  const server = globalThis.orreryTestServer;
  if (!server) return dropTemplate();
  await server.postgres.stop();
  if (fs.existsSync(path.join(server.directory, 'kept-databases'))) {
    process.stderr.write(
      `The databases of failed test files are in ${server.directory}; open them with "npm run test:database -- ${server.directory}".\n`,
    );
    return;
  }
  fs.rmSync(server.directory, { recursive: true, force: true });
}

/** On somebody else's server nothing of ours stays behind. */
async function dropTemplate(): Promise<void> {
  const client = new pg.Client({ connectionString: process.env.ORRERY_TEST_ADMIN_URL });
  await client.connect();
  const template = pg.escapeIdentifier(process.env.ORRERY_TEST_TEMPLATE ?? '');
  await client.query(`drop database if exists ${template}`);
  await client.end();
}
