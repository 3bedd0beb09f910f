import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { OrreryProcess, runOrreryProcess } from '../../support/orrery-process.ts';
import { type ServerProcess, startServer, temporaryDataDirectory } from '../../support/server.ts';

const NGINX = path.join(import.meta.dirname, '../../../examples/nginx-deployment.yaml');

let server: ServerProcess;
let dataDirectory: string;

beforeAll(async () => {
  dataDirectory = temporaryDataDirectory();
  server = await startServer({ dataDirectory });
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  fs.rmSync(dataDirectory, { recursive: true, force: true });
});

const orrery = (line: string) => runOrreryProcess(line.split(' '), { server });
const start = (line: string) => new OrreryProcess(line.split(' '), { server });

describe('a live view', () => {
  test('of several kinds tells every step of a Deployment, and ends with 130 at Ctrl-C', async () => {
    await using watch = start('watch deployments,replicasets,pods');
    await eventually(
      () => watch.stderr,
      (text) => expect(text).toMatch(/^Watching deployments,replicasets,pods: \d+ objects/),
    );
    await orrery(`apply -f ${NGINX}`);
    await orrery('rollout status deployment/nginx-deployment');
    await eventually(
      () => watch.stdout,
      (text) => expect(text).toMatch(/availableReplicas: 1 → 2|availableReplicas: 2/),
    );
    const { exitCode, stdout } = await watch.interrupt();
    expect(exitCode).toBe(130);
    expect(stdout).toMatch(/^TIME +TYPE +OBJECT +WHAT CHANGED\n/);
    const pods = stdout.split('\n').filter((line) => line.includes('pod/nginx'));
    const [name = ''] = /pod\/\S+/.exec(pods[0] ?? '') ?? [];
    const steps = pods.filter((line) => line.includes(name)).join('\n');
    expect(steps).toMatch(
      /ADDED[\s\S]*spec\.nodeName: [\s\S]*nginx is waiting \(ContainerCreating\)[\s\S]*phase: Pending → Running[\s\S]*Ready=True/,
    );
  });

  test('of a table prints the present and then each change under the same headings', async () => {
    await using watch = start('get pods -w --output-watch-events');
    await eventually(
      () => watch.stdout.match(/^ADDED/gm)?.length ?? 0,
      (count) => expect(count).toBe(2),
    );
    await orrery('scale deployment/nginx-deployment --replicas=3');
    await eventually(
      () => watch.stdout,
      (text) => expect(text).toMatch(/^MODIFIED +\S+ +1\/1 +Running/m),
    );
    const { exitCode, stdout } = await watch.interrupt();
    expect(exitCode).toBe(130);
    expect(stdout.match(/^EVENT +NAME +READY +STATUS/gm)).toHaveLength(1);
  });

  test('may be lines of JSON, for programs', async () => {
    await using watch = start('watch deployment/nginx-deployment -o json --initial');
    await eventually(
      () => watch.stdout,
      (text) => expect(text).toContain('\n'),
    );
    const [line = ''] = watch.stdout.split('\n');
    expect(JSON.parse(line)).toMatchObject({ type: 'ADDED', object: { kind: 'Deployment' } });
  });
});

test('a watch goes on where it was when the server comes back, and misses nothing', async () => {
  await using watch = start('watch configmaps');
  await eventually(
    () => watch.stderr,
    (text) => expect(text).toMatch(/^Watching configmaps/),
  );
  const { port } = server;
  await server.stop();
  await eventually(
    () => watch.stderr,
    (text) => expect(text).toContain('trying again'),
  );
  server = await startServer({ dataDirectory, port });
  const manifest = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: later}\n';
  await runOrreryProcess(['apply', '-f', '-'], { server, stdin: manifest });
  await eventually(
    () => watch.stdout,
    (text) => expect(text).toMatch(/ADDED +configmap\/later/),
    { withinMs: 20_000 },
  );
  expect(watch.stdout.match(/ADDED/g)).toHaveLength(1);
});
