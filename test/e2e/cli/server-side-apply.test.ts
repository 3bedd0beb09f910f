import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runOrrery } from '../../support/cli.ts';
import { type ServerProcess, startServer } from '../../support/server.ts';

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer({ args: ['--initial-nodes', '0'] });
});

afterAll(async () => server[Symbol.asyncDispose]());

const orrery = (args: readonly string[], stdin = '') => runOrrery(args, { server, stdin });

const configMap = (data: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shared}\ndata: ${data}\n`;

test('the command applies server-side, tells conflicts, and takes over by force', async () => {
  const apply = (manager: string, data: string, ...more: string[]) =>
    orrery(
      ['apply', '-f', '-', '--server-side', '--field-manager', manager, ...more],
      configMap(data),
    );
  expect(await apply('alice', '{a: "1"}')).toMatchObject({
    exitCode: 0,
    stdout: 'configmap/shared serverside-applied\n',
  });
  const refused = await apply('bob', '{a: "2"}');
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain('Apply failed with 1 conflict: conflict with "alice": .data.a');
  expect(await apply('bob', '{a: "2"}', '--dry-run=server', '--force-conflicts')).toMatchObject({
    stdout: 'configmap/shared serverside-applied (server dry run)\n',
  });
  expect((await apply('alice', '{a: "1"}')).exitCode).toBe(0);
  expect((await apply('bob', '{a: "2"}', '--force-conflicts')).exitCode).toBe(0);
  const usage = await orrery(['apply', '-f', '-', '--force-conflicts'], configMap('{}'));
  expect(usage.stderr).toContain('--force-conflicts only works with --server-side');
});

test('diff prints what would change and exits as kubectl diff does', async () => {
  await orrery(['apply', '-f', '-'], configMap('{a: "1", b: "1"}').replace('shared', 'compared'));
  const diff = (data: string) =>
    orrery(
      ['diff', '-f', '-', '--server-side', '--force-conflicts'],
      configMap(data).replace('shared', 'compared'),
    );
  expect(await diff('{a: "1", b: "1"}')).toMatchObject({ exitCode: 0, stdout: '' });
  const { exitCode, stdout } = await diff('{a: "2"}');
  expect(exitCode).toBe(1);
  expect(stdout).toContain('configmap/compared (namespace default)\n');
  expect(stdout).toContain('- .data.a: "1"\n+ .data.a: "2"\n- .data.b: "1"\n');
  const failed = await orrery(['diff', '-f', '-'], 'apiVersion: v1\nkind: Podd\n');
  expect(failed.exitCode).toBe(2);
  expect((await orrery(['diff'])).exitCode).toBeGreaterThan(1);
});
