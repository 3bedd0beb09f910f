import fs from 'node:fs';
import { expect, test } from '@jest/globals';
import { kubeClientTools } from '../../support/kubectl.ts';

test.each([
  ['1.35', 'v1.35.2', 'v4.1.4'],
  ['1.30', 'v1.30', 'v3.'],
] as const)('the tools of release %s are what they say', async (release, kubectl, helm) => {
  using tools = await kubeClientTools({ kubeconfig: '/dev/null', release });
  const version = await tools.kubectl(['version', '--client', '-o', 'json']);
  expect(version).toMatchObject({ exitCode: 0, stderr: '' });
  const { clientVersion } = JSON.parse(version.stdout) as { clientVersion: { gitVersion: string } };
  expect(clientVersion.gitVersion.startsWith(kubectl)).toBe(true);
  const { stdout } = await tools.helm(['version', '--short']);
  expect(stdout.startsWith(helm)).toBe(true);
});

test('the tools have a home of their own, which goes with them', async () => {
  const tools = await kubeClientTools({ kubeconfig: '/dev/null' });
  const file = tools.write('deep/script.sh', '#!/bin/sh\n', 0o755);
  const { stdout } = await tools.kubectl(['config', 'view'], { env: { KUBECONFIG: '' } });
  expect(stdout).toContain('clusters: null');
  expect(fs.existsSync(file)).toBe(true);
  tools[Symbol.dispose]();
  expect(fs.existsSync(tools.home)).toBe(false);
});

test('a tool that fails tells so by its exit code and its words', async () => {
  using tools = await kubeClientTools({ kubeconfig: '/dev/null' });
  expect(await tools.kubectl(['no-such-command'])).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: expect.stringMatching(/^error: unknown command "no-such-command" for "kubectl"/),
  });
});
