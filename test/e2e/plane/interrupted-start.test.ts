import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';

const MAIN = path.resolve(import.meta.dirname, '../../../dist/main.mjs');

test('Ctrl-C while PostgreSQL is being set up is told as a stop, not as a failure', async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'orrery-interrupted-'));
  const { DATABASE_URL: _, NODE_OPTIONS: __, ...env } = process.env;
  const args = [MAIN, '--data-dir', directory, '--port', '0'];
  // A process group of its own, in which the terminal's signal reaches child processes, too.
  const child = spawn(process.execPath, args, { env, detached: true });
  const errors = text(child.stderr);
  const closed = once(child, 'close');
  for await (const chunk of child.stdout) {
    if (String(chunk).includes('Starting PostgreSQL')) break;
  }
  process.kill(-(child.pid as number), 'SIGINT');
  const [exitCode] = await closed;
  expect(await errors).toBe('Stopped before it was up; start again to go on.\n');
  expect(exitCode).toBe(1);
  await rm(directory, { recursive: true });
});
