/** The examples of the page on controllers print what it says that they print. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { type ServerProcess, startServer } from '../../support/server.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const PAGE = readFileSync(path.join(ROOT, 'docs/controllers.md'), 'utf8');
const run = promisify(execFile);

/** Two looks of an autoscaler, and a server that has much to do. */
const EXAMPLE_WITHIN_MS = 90_000;

let server: ServerProcess;
const directory = mkdtempSync(path.join(os.tmpdir(), 'orrery-controllers-'));

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true });
});

/** What differs from run to run: names' random ends, ages, the width of columns. */
function normalize(output: string): string {
  return output
    .replaceAll(/-[a-z0-9]{5}\b(?= )/g, '-XXXXX')
    .replaceAll(/\b(\d+m)?\d+s\b/g, 'AGE')
    .replaceAll(/ +/g, ' ')
    .trim();
}

/** The block of `language` in the section of that title. */
function block(title: string, language: string): string {
  const section = PAGE.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? '';
  return new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'm').exec(section)?.[1] ?? '';
}

async function orrery(words: readonly string[]): Promise<string> {
  const env = {
    ...process.env,
    ORRERY_SERVER: server.url,
    ORRERY_DATA_DIR: server.dataDirectory,
  };
  const bin = path.join(ROOT, 'bin/orrery.mjs');
  const { stdout } = await run(process.execPath, [bin, ...words], { cwd: directory, env });
  return stdout;
}

/** Runs each command of the section, as often as it takes until it prints what the page says. */
async function follow(title: string): Promise<void> {
  for (const step of block(title, 'console')
    .split(/^\$ npx orrery /m)
    .slice(1)) {
    const [command = '', ...expected] = step.split('\n');
    const words = command.split(' ');
    const check = (printed: string): void =>
      expect(normalize(printed)).toBe(normalize(expected.join('\n')));
    // To apply twice would say something else.
    if (words[0] === 'apply') check(await orrery(words));
    else await eventually(() => orrery(words), check, { withinMs: EXAMPLE_WITHIN_MS });
  }
}

test('the example of Jobs and CronJobs does what the page says', async () => {
  writeFileSync(path.join(directory, 'jobs.yaml'), block('Jobs and CronJobs', 'yaml'));
  await follow('Jobs and CronJobs');
}, 120_000);

test('the example of autoscaling does what the page says', async () => {
  writeFileSync(path.join(directory, 'shop.yaml'), block('Autoscaling', 'yaml'));
  await follow('Autoscaling');
}, 120_000);
