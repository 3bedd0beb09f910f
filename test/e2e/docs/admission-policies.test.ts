import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { GraphqlClient } from '../../support/graphql-client.ts';
import { startServer } from '../../support/server.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const PAGE = readFileSync(path.join(ROOT, 'docs/admission-policies.md'), 'utf8');
const run = promisify(execFile);

function block(language: string): string {
  const fence = new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'm').exec(PAGE);
  return fence?.[1] ?? '';
}

test('the example of the page on admission policies does what it says, by command and by GraphQL', async () => {
  await using server = await startServer({ args: ['--initial-nodes', '0'] });
  const directory = mkdtempSync(path.join(os.tmpdir(), 'orrery-policies-'));
  try {
    writeFileSync(path.join(directory, 'policy.yaml'), block('yaml'));
    const [command = '', ...expected] = block('console').split('\n');
    const bin = path.join(ROOT, 'bin/orrery.mjs');
    const { stdout } = await run(
      process.execPath,
      [bin, ...command.replace('$ npx orrery ', '').split(' ')],
      {
        cwd: directory,
        env: {
          ...process.env,
          ORRERY_SERVER: server.url,
          ORRERY_DATA_DIR: server.dataDirectory,
        },
      },
    );
    expect(stdout.trim()).toBe(expected.join('\n').trim());
  } finally {
    rmSync(directory, { recursive: true });
  }

  await using client = new GraphqlClient(server);
  const refused = await client.send(block('graphql'), { replicas: 5 });
  expect(refused.errors).toMatchObject([
    { message: block('text').trim(), extensions: { code: 'Invalid' } },
  ]);
  const created = await client.request(block('graphql'), { replicas: 2 });
  expect(created).toEqual(JSON.parse(block('json')));
});
