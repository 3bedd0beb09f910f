import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import pg from 'pg';
import { runOrrery } from '../../support/cli.ts';
import { createTestDatabase } from '../../support/database.ts';
import { startServer, temporaryDataDirectory } from '../../support/server.ts';

const PASSWORD = 'correct horse battery staple';
const COUNT = 25;

const secret = (i: number) => `---
apiVersion: v1
kind: Secret
metadata: { name: s${i} }
stringData: { password: ${PASSWORD} }
`;

/** How many present Secrets are stored under a key of each name. */
async function keysInUse(url: string): Promise<Record<string, number>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(
      `select split_part(object ->> '$encrypted', ':', 2) as key, count(*)::integer as count
       from objects where resource = 'secrets' group by 1`,
    );
    return Object.fromEntries(rows.map(({ key, count }) => [key, count]));
  } finally {
    await client.end();
  }
}

test('Secrets are encrypted from the first start on; a rotation rewrites them all, and the old key is needed until then', async () => {
  await using database = await createTestDatabase();
  const dataDirectory = temporaryDataDirectory();
  using _files = { [Symbol.dispose]: () => fs.rmSync(dataDirectory, { recursive: true }) };
  const start = () =>
    startServer({
      databaseUrl: database.url,
      dataDirectory,
      args: ['--role', 'api', '--role', 'controllers'],
    });
  const file = path.join(dataDirectory, 'encryption.yaml');
  {
    await using server = await start();
    const stdin = Array.from({ length: COUNT }, (_, i) => secret(i)).join('');
    expect((await runOrrery(['apply', '-f', '-'], { server, stdin })).exitCode).toBe(0);
    expect(await keysInUse(database.url)).toEqual({ key1: COUNT });
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  }
  const key = Buffer.alloc(32, 9).toString('base64');
  const rotated = fs
    .readFileSync(file, 'utf8')
    .replace(
      '- name: key1',
      `- name: key2\n              secret: ${key}\n            - name: key1`,
    );
  fs.writeFileSync(file, rotated);
  await using server = await start();
  const { exitCode, stdout } = await runOrrery(['secrets', 'reencrypt'], { server });
  expect({ exitCode, stdout }).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('secrets'),
  });
  expect(await keysInUse(database.url)).toEqual({ key2: COUNT });
  const read = await runOrrery(['get', 'secret', 's7', '-o', 'yaml'], { server });
  expect(read.stdout).toContain(Buffer.from(PASSWORD).toString('base64'));
}, 90_000);
