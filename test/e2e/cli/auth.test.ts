import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { runOrreryProcess } from '../../support/orrery-process.ts';
import { type ServerProcess, startServer } from '../../support/server.ts';

const TEAM = `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: jane-views, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view }
subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: User, name: jane }]
`;

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer();
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'orrery-auth-')), 'team.yaml');
  writeFileSync(file, TEAM);
  await orrery(`apply -f ${file}`);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const orrery = (line: string) => runOrreryProcess(line.split(' '), { server });

test('auth whoami shows who asks', async () => {
  expect((await orrery('auth whoami')).stdout).toBe(
    'ATTRIBUTE   VALUE\nUsername    system:admin\nGroups      [system:masters system:authenticated]\n',
  );
  expect((await orrery('auth whoami --as jane --as-group devs')).stdout).toContain(
    'Groups      [devs system:authenticated]',
  );
});

test('auth can-i answers yes and no, and by its exit code', async () => {
  const ask = async (line: string) => {
    const { exitCode, stdout } = await orrery(`auth can-i ${line}`);
    return `${stdout.trim()} ${exitCode}`.trim();
  };
  // The controller that makes `view` what it is has just begun.
  await eventually(
    () => ask('list pods -n shop --as jane'),
    (answer) => expect(answer).toBe('yes 0'),
  );
  expect(await ask('delete nodes')).toBe('yes 0');
  expect(await ask('get secrets -n shop --as jane')).toBe('no 1');
  expect(await ask('list pods --as jane')).toBe('no 1');
  expect(await ask('get pods/web --subresource=log -n shop --as jane')).toBe('yes 0');
  expect(await ask('get /version --as jane')).toBe('yes 0');
  expect(await ask('get /metrics --as jane')).toBe('no 1');
  expect(await ask('get secrets -n shop --as jane -q')).toBe('1');
  const list = (await orrery('auth can-i --list -n shop --as jane')).stdout;
  expect(list).toMatch(/^deployments\.apps\/scale +\[\] +\[\] +\[get list watch\]$/m);
});

test('get shows what may be read, and says what may not', async () => {
  const { exitCode, stderr, stdout } = await orrery('get services,secrets,sa -n shop --as jane');
  expect(exitCode).toBe(1);
  expect(stdout).toContain('serviceaccount/default');
  expect(stderr).toBe(
    'Error from server (Forbidden): secrets is forbidden: User "jane" cannot list resource "secrets" in API group "" in the namespace "shop"\n',
  );
});
