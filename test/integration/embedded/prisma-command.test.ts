import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { migrate } from '../../../src/store/migrate.ts';
import { createTestDatabase } from '../../support/database.ts';

const PRISMA = 'node_modules/prisma/build/index.js';
/** Each command starts two Node processes and compiles the engine. */
const TIMEOUT_MS = 60_000;

/** Runs `prisma` with nowhere to download an engine from. */
async function prisma(url: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [PRISMA, ...args], {
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: url,
      PRISMA_ENGINES_MIRROR: 'http://127.0.0.1:9',
      CHECKPOINT_DISABLE: '1',
    },
  });
  return stdout;
}

test(
  'the prisma command agrees with the migrations that the server has applied',
  async () => {
    await using database = await createTestDatabase({ migrated: false });
    await migrate({ url: database.url });
    const status = await prisma(database.url, 'migrate', 'status');
    expect(status).toContain('Database schema is up to date!');
  },
  TIMEOUT_MS,
);

test(
  'the server agrees with the migrations that the prisma command has applied',
  async () => {
    await using database = await createTestDatabase({ migrated: false });
    await prisma(database.url, 'migrate', 'deploy');
    expect(await migrate({ url: database.url })).toEqual([]);
  },
  TIMEOUT_MS,
);

test(
  'the prisma schema is valid',
  async () => {
    const answer = await prisma('postgresql://nobody@127.0.0.1:9/none', 'validate');
    expect(answer).toContain('is valid');
  },
  TIMEOUT_MS,
);
