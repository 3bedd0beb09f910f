import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runOrrery } from '../../support/cli.ts';
import { type ServerProcess, startServer } from '../../support/server.ts';

let server: ServerProcess;
let folder: string;

beforeAll(async () => {
  server = await startServer({ args: ['--initial-nodes', '0'] });
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'orrery-apply-'));
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  fs.rmSync(folder, { recursive: true });
});

const orrery = (args: readonly string[], stdin = '') =>
  runOrrery(args, { server, stdin, cwd: folder });

const configMap = (name: string, rest = 'data: {a: b}'): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n${rest}\n`;

test('of several documents the good ones are applied, and the bad ones are told with number, file and line', async () => {
  const documents = [
    configMap('one'),
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: bad}\nspec:\n  replicas: -1\n  selector: {matchLabels: {a: b}}\n  template: {metadata: {labels: {a: b}}, spec: {containers: [{name: x, image: y}]}}\n',
    configMap('two', 'dataa: {}'),
    'foo: [bar\n',
    'apiVersion: v1\nkind: Podd\nmetadata: {name: x}\n',
    configMap('three'),
  ];
  fs.writeFileSync(path.join(folder, 'mixed.yaml'), documents.join('---\n'));
  const { exitCode, stdout, stderr } = await orrery(['apply', '-f', 'mixed.yaml']);
  expect({ exitCode, stdout }).toEqual({
    exitCode: 1,
    stdout: 'configmap/one created\nconfigmap/three created\n',
  });
  expect(stderr).toMatch(
    /^error in document 2 of "mixed.yaml" \(line 6\): The Deployment "bad" is invalid: spec.replicas: Invalid value: -1/m,
  );
  expect(stderr).toMatch(
    /^error in document 3 of "mixed.yaml" \(line 14\): .*unknown field "dataa", did you mean "data"\?$/m,
  );
  expect(stderr).toMatch(/^error in document 4 of "mixed.yaml" \(line 19\): .*error parsing YAML/m);
  expect(stderr).toMatch(
    /^error in document 5 of "mixed.yaml" \(line 21\): .*no matches for kind "Podd"/m,
  );
});

test('a folder is applied file by file, and files without objects are nothing wrong among others', async () => {
  const set = path.join(folder, 'set');
  fs.mkdirSync(path.join(set, 'deep'), { recursive: true });
  fs.writeFileSync(path.join(set, 'a.yaml'), `${configMap('a')}---\n${configMap('b')}`);
  fs.writeFileSync(path.join(set, 'b.yaml'), '# nothing yet\n---\n');
  fs.writeFileSync(
    path.join(set, 'deep/c.json'),
    JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } }),
  );
  expect(await orrery(['apply', '-R', '-f', 'set'])).toEqual({
    exitCode: 0,
    stdout: 'configmap/a created\nconfigmap/b created\nconfigmap/c created\n',
    stderr: '',
  });
  expect((await orrery(['apply', '-f', 'set/b.yaml'])).stderr).toBe(
    'error: no objects passed to apply\n',
  );
  expect((await orrery(['delete', '-R', '-f', 'set'])).stdout.split('\n').sort()).toEqual([
    '',
    'configmap "a" deleted',
    'configmap "b" deleted',
    'configmap "c" deleted',
  ]);
});

test('what is applied may be printed instead', async () => {
  expect((await orrery(['apply', '-f', '-', '-o', 'name'], configMap('shown'))).stdout).toBe(
    'configmap/shown\n',
  );
  const { stdout } = await orrery(['apply', '-f', '-', '-o', 'yaml'], configMap('shown'));
  expect(stdout).toMatch(/^apiVersion: v1\ndata:\n {2}a: b\nkind: ConfigMap\n/);
});

test('a namespace that contradicts the manifest is refused, and another is used where it names none', async () => {
  expect(
    (await orrery(['apply', '-n', 'kube-public', '-f', '-'], configMap('placed'))).exitCode,
  ).toBe(0);
  expect((await orrery(['get', 'cm', 'placed', '-n', 'kube-public', '-o', 'name'])).stdout).toBe(
    'configmap/placed\n',
  );
  const elsewhere = configMap('placed').replace('placed', 'placed, namespace: default');
  const { exitCode, stderr } = await orrery(['apply', '-n', 'kube-public', '-f', '-'], elsewhere);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(
    'the namespace from the provided object "default" does not match the namespace "kube-public"',
  );
});

test('a manifest that is too large for one request is applied in parts', async () => {
  const data = `data: {text: ${'x'.repeat(200_000)}}`;
  const names = Array.from({ length: 30 }, (_, index) => `large-${index}`);
  const bad = configMap('large-bad', 'dataa: {}');
  const manifest = [...names.map((name) => configMap(name, data)), bad].join('---\n');
  const { exitCode, stdout, stderr } = await orrery(['apply', '-f', '-'], manifest);
  expect(exitCode).toBe(1);
  expect(stdout).toBe(names.map((name) => `configmap/${name} created\n`).join(''));
  const line = manifest.split('\n').indexOf('dataa: {}') - 2;
  expect(stderr).toContain(`error in document 31 of "STDIN" (line ${line})`);
});

test('a namespace is waited for when it is deleted, with all that was in it', async () => {
  const namespace = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n';
  await orrery(['apply', '-f', '-'], namespace);
  await orrery(['-n', 'shop', 'apply', '-f', '-'], configMap('stock'));
  expect((await orrery(['-n', 'shop', 'get', 'cm', 'stock', '-o', 'name'])).stdout).toBe(
    'configmap/stock\n',
  );
  expect(await orrery(['delete', 'namespace', 'shop'])).toEqual({
    exitCode: 0,
    stdout: 'namespace "shop" deleted\n',
    stderr: '',
  });
  expect((await orrery(['get', 'ns', 'shop'])).stderr).toContain('namespaces "shop" not found');
  expect((await orrery(['get', 'cm', '-n', 'shop'])).stderr).toBe(
    'No resources found in shop namespace.\n',
  );
});

test('what was selected and is gone by itself meanwhile is no error', async () => {
  const names = Array.from({ length: 40 }, (_, index) => `many-${index}`);
  await orrery(['apply', '-f', '-'], names.map((name) => configMap(name)).join('---\n'));
  const both = await Promise.all([
    orrery(['delete', 'cm', '--all']),
    orrery(['delete', 'cm', '--all']),
  ]);
  expect(both).toMatchObject([
    { exitCode: 0, stderr: expect.not.stringContaining('Error') },
    { exitCode: 0, stderr: expect.not.stringContaining('Error') },
  ]);
});
