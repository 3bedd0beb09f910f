import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type OrreryResult, runOrreryProcess } from '../../support/orrery-process.ts';
import { startServer, temporaryDataDirectory } from '../../support/server.ts';

let dataDirectory: string;

beforeEach(() => {
  dataDirectory = temporaryDataDirectory();
});

afterEach(async () => {
  await orrery(['down']);
  fs.rmSync(dataDirectory, { recursive: true, force: true });
});

function orrery(args: readonly string[], env: Record<string, string> = {}): Promise<OrreryResult> {
  return runOrreryProcess([...args, '--data-dir', dataDirectory], { env });
}

const pidFile = (): string => path.join(dataDirectory, 'orrery.pid');

test('up starts a control plane in the background, and down stops it', async () => {
  const up = await orrery(['up', '--port', '0']);
  expect(up.exitCode).toBe(0);
  expect(up.stdout).toMatch(/^Orrery is up/);
  expect(up.stdout).toContain('"orrery down" stops it.');
  expect(up.stdout).not.toContain('Ctrl-C');
  expect(up.stderr).toMatch(/^Starting PostgreSQL \.\.\.$/m);
  const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(up.stdout) ?? [];
  expect((await orrery(['get', 'nodes', '--server', url])).stdout).toContain('node-1');

  const pid = Number(fs.readFileSync(pidFile(), 'utf8'));
  const again = await orrery(['up', '--port', '0']);
  expect(again).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining(`is up already (process ${pid})`),
  });

  const down = await orrery(['down']);
  expect(down).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^Stopped\./) });
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  expect((await orrery(['down'])).stderr).toBe(`No control plane runs on ${dataDirectory}.\n`);
});

test('up says why it cannot start', async () => {
  await using other = await startServer({ args: ['--initial-nodes', '0'] });
  const { exitCode, stderr } = await orrery(['up', '--port', String(other.port)]);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(new RegExp(`port ${other.port} is in use`));
  expect(stderr).toMatch(/^error: the control plane could not start; .*orrery\.log says more$/m);
});

test('down leaves alone a process that only has the same id', async () => {
  fs.writeFileSync(pidFile(), `${process.pid}\n`);
  const { exitCode, stderr } = await orrery(['down']);
  expect(exitCode).toBe(0);
  expect(stderr).toBe(`No control plane runs on ${dataDirectory}.\n`);
  expect(fs.existsSync(pidFile())).toBe(false);
});
