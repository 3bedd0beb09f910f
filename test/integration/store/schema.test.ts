import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { createTestDatabase } from '../../support/database.ts';
import { commitOne, createWrite, startTestStore } from '../../support/test-store.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');

/** Runs `prisma migrate diff`; exit code 0 means that there is no difference. */
function diff(config: string, from: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      path.join(ROOT, 'node_modules/prisma/build/index.js'),
      ...['migrate', 'diff', '--exit-code', '--config', config, ...from],
      ...['--to-schema', path.join(ROOT, 'prisma/schema.prisma')],
    ],
    { cwd: ROOT, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
  );
  return status === 0 ? 'no difference' : `${stdout}${stderr}`;
}

test('schema.prisma describes what the migrations make, and what a database in use has', async () => {
  await using shadow = await createTestDatabase({ migrated: false });
  await using used = await createTestDatabase();
  await using running = await startTestStore({ url: used.url });
  // Makes the first partition.
  await commitOne(running.store, createWrite('one'));
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'orrery-prisma-'));
  const config = path.join(directory, 'prisma.config.mjs');
  const settings = {
    schema: path.join(ROOT, 'prisma/schema.prisma'),
    migrations: { path: path.join(ROOT, 'prisma/migrations') },
    datasource: { url: used.url, shadowDatabaseUrl: shadow.url },
  };
  const engine = JSON.stringify(path.join(ROOT, 'scripts/schema-engine.mjs'));
  fs.writeFileSync(
    config,
    `process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= ${engine};\nexport default ${JSON.stringify(settings)};\n`,
  );
  try {
    const migrations = path.join(ROOT, 'prisma/migrations');
    expect(diff(config, ['--from-migrations', migrations])).toBe('no difference');
    expect(diff(config, ['--from-config-datasource'])).toBe('no difference');
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}, 60_000);
