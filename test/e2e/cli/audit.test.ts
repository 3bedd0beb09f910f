import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runOrrery } from '../../support/cli.ts';
import { eventually } from '../../support/eventually.ts';
import { type ServerProcess, startServer, temporaryDataDirectory } from '../../support/server.ts';

let folder: string;
let logFile: string;
let server: ServerProcess;

beforeAll(async () => {
  folder = temporaryDataDirectory();
  logFile = path.join(folder, 'audit.log');
  server = await startServer({ args: ['--audit-log-path', logFile, '--initial-nodes', '0'] });
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  fs.rmSync(folder, { recursive: true });
});

async function orrery(line: string, stdin?: string): Promise<string> {
  const { stdout } = await runOrrery(line.split(' '), { server, ...(stdin ? { stdin } : {}) });
  return stdout;
}

const secret = `
apiVersion: v1
kind: Secret
metadata: { name: db }
stringData: { password: hunter2 }
`;

test('who did what is a table, a filter away from what is looked for, and nowhere has a secret', async () => {
  await orrery('apply -f -', secret);
  await orrery('delete secret db --as jane');
  await orrery('delete secret db');
  const table = await eventually(
    () => orrery('audit --resource secrets'),
    (text) => expect(text.split('\n')).toHaveLength(5),
  );
  const rows = table.split('\n').map((row) => row.split(/ {2,}/).slice(1));
  expect(rows).toEqual([
    ['USER', 'VERB', 'OBJECT', 'RESULT'],
    ['system:admin', 'delete', 'default/secrets/db', '200'],
    ['system:admin as jane', 'delete', 'default/secrets/db', '403 Forbidden'],
    ['system:admin', 'patch', 'default/secrets/db', '200'],
    [],
  ]);
  expect(await orrery('audit --user jane')).toContain('403 Forbidden');
  expect(await orrery('audit --code 404')).toBe('No audit events found.\n');
  const [line = ''] = (await orrery('audit --verb patch --since 1h -o json')).split('\n');
  expect(JSON.parse(line)).toMatchObject({
    verb: 'patch',
    userAgent: 'orrery',
    sourceIPs: ['127.0.0.1'],
  });
  const log = await eventually(
    () => fs.readFileSync(logFile, 'utf8'),
    (text) => expect(text.trim().split('\n').length).toBeGreaterThanOrEqual(3),
  );
  expect(log).not.toMatch(/hunter2|aHVudGVyMg/);
});
