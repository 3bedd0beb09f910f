import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runOrrery } from '../../support/cli.ts';
import { eventually } from '../../support/eventually.ts';
import { OrreryProcess } from '../../support/orrery-process.ts';
import { type ServerProcess, startServer } from '../../support/server.ts';

const NGINX = path.join(import.meta.dirname, '../../../examples/nginx-deployment.yaml');

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** Expects `orrery LINE` to succeed, and gives what it prints. */
async function orrery(line: string, stdin = ''): Promise<string> {
  const result = await runOrrery(line.split(' '), { server, stdin });
  expect(result).toMatchObject({ exitCode: 0, stderr: '' });
  return result.stdout;
}

/** Expects `orrery LINE` to fail with exit code 1, and gives what it says on stderr. */
async function refused(line: string): Promise<string> {
  const { exitCode, stderr } = await runOrrery(line.split(' '), { server });
  expect(exitCode).toBe(1);
  return stderr;
}

const nginx = (change: (text: string) => string): string => change(fs.readFileSync(NGINX, 'utf8'));

describe('a Deployment, from the first apply to the end', () => {
  test('is created, then unchanged, then configured', async () => {
    expect(await orrery(`apply -f ${NGINX} --record`)).toBe(
      'deployment.apps/nginx-deployment created\n',
    );
    expect(await orrery(`apply -f ${NGINX} --record`)).toBe(
      'deployment.apps/nginx-deployment unchanged\n',
    );
    const edited = nginx((text) => text.replace('replicas: 2', 'replicas: 3'));
    expect(await orrery('apply -f - --dry-run=server', edited)).toBe(
      'deployment.apps/nginx-deployment configured (server dry run)\n',
    );
    expect(await orrery('apply -f -', edited)).toBe(
      'deployment.apps/nginx-deployment configured\n',
    );
  });

  test('rolls out, and tells how far it is', async () => {
    const lines = (await orrery('rollout status deployment/nginx-deployment'))
      .trimEnd()
      .split('\n');
    expect(lines.pop()).toBe('deployment "nginx-deployment" successfully rolled out');
    for (const line of lines) expect(line).toMatch(/^Waiting for deployment /);
  });

  test('is shown as kubectl shows it', async () => {
    const [headings, row, ...more] = (await orrery('get deployment nginx-deployment')).split('\n');
    expect(headings).toMatch(/^NAME +READY +UP-TO-DATE +AVAILABLE +AGE$/);
    expect(row).toMatch(/^nginx-deployment +3\/3 +3 +3 +\d+s$/);
    expect(more).toEqual(['']);
    expect(await orrery('get deploy,rs -o name')).toMatch(
      /^deployment\.apps\/nginx-deployment\nreplicaset\.apps\/nginx-deployment-\S+\n$/,
    );
    expect(await orrery('get deploy nginx-deployment -o yaml')).toMatch(
      /^apiVersion: apps\/v1\nkind: Deployment\nmetadata:\n/,
    );
    const { items } = JSON.parse(await orrery('get pods -l app=nginx -o json')) as {
      items: unknown[];
    };
    expect(items).toHaveLength(3);
    expect(await orrery('get pods -A -o wide')).toMatch(
      /^NAMESPACE +NAME +READY +STATUS +RESTARTS +AGE +IP +NODE/,
    );
  });

  test('is described with its template, ReplicaSet and events', async () => {
    const text = await orrery('describe deployment nginx-deployment');
    expect(text).toMatch(
      /^Replicas: +3 desired \| 3 updated \| 3 total \| 3 available \| 0 unavailable$/m,
    );
    expect(text).toMatch(/^NewReplicaSet: +nginx-deployment-\w+ \(3\/3 replicas created\)$/m);
    expect(text).toMatch(
      /^ +Normal +ScalingReplicaSet .*deployment-controller +Scaled up replica set/m,
    );
    const pods = await orrery('describe pods nginx-deployment');
    expect(pods.match(/^Controlled By: +ReplicaSet\/nginx-deployment/gm)).toHaveLength(3);
    expect(pods).toMatch(/Successfully assigned default\/nginx-deployment/);
  });

  test('scales, also only from the number that is expected', async () => {
    expect(await orrery('scale deployment/nginx-deployment --replicas=5')).toBe(
      'deployment.apps/nginx-deployment scaled\n',
    );
    expect(await refused('scale deploy nginx-deployment --replicas=2 --current-replicas=3')).toBe(
      'error: Expected replicas to be 3, was 5\n',
    );
    expect(await orrery('get deploy nginx-deployment -o json')).toContain('"replicas": 5');
  });

  test('goes to a new image and back, with a history', async () => {
    const edited = nginx((text) => text.replace('nginx:1.7.9', 'nginx:1.9.1'));
    await orrery('apply -f -', edited);
    await orrery('rollout status deploy/nginx-deployment --timeout=30s');
    const history = await orrery('rollout history deployment/nginx-deployment');
    expect(history).toMatch(
      /^deployment\.apps\/nginx-deployment\nREVISION {2}CHANGE-CAUSE\n1 {9}orrery apply --filename=\S+ --record=true\n2 {9}<none>\n$/,
    );
    expect(await orrery('rollout history deployment/nginx-deployment --revision=2')).toContain(
      'Image:         nginx:1.9.1',
    );
    expect(await orrery('rollout undo deployment/nginx-deployment')).toBe(
      'deployment.apps/nginx-deployment rolled back\n',
    );
    await orrery('rollout status deploy/nginx-deployment');
    expect(await orrery('get deploy nginx-deployment -o wide')).toContain('nginx:1.7.9');
  });

  test('pauses, resumes and restarts', async () => {
    expect(await orrery('rollout pause deploy/nginx-deployment')).toBe(
      'deployment.apps/nginx-deployment paused\n',
    );
    expect(await refused('rollout pause deploy/nginx-deployment')).toBe(
      'error: deployments.apps "nginx-deployment" is already paused\n',
    );
    expect(await refused('rollout restart deploy/nginx-deployment')).toContain(
      "can't restart paused deployment",
    );
    expect(await orrery('rollout resume deploy/nginx-deployment')).toBe(
      'deployment.apps/nginx-deployment resumed\n',
    );
    expect(await refused('rollout resume deploy/nginx-deployment')).toBe(
      'error: deployments.apps "nginx-deployment" is not paused\n',
    );
    expect(await orrery('rollout restart deploy/nginx-deployment')).toBe(
      'deployment.apps/nginx-deployment restarted\n',
    );
    await orrery('rollout status deploy/nginx-deployment');
  });

  test('is waited for when it is deleted, with all that it owns', async () => {
    await using pods = new OrreryProcess(['get', 'pods', '-w', '--output-watch-events'], {
      server,
    });
    await eventually(
      () => pods.stdout,
      (text) => expect(text).toContain('ADDED'),
    );
    const [name] = (await orrery('get pods -o name')).split('\n');
    expect(await orrery(`delete ${name}`)).toBe(`pod "${name?.slice('pod/'.length)}" deleted\n`);
    expect(await refused(`get ${name}`)).toMatch(
      /^Error from server \(NotFound\): pods "\S+" not found\n$/,
    );
    expect(await orrery('delete -f examples/nginx-deployment.yaml --cascade=foreground')).toBe(
      'deployment.apps "nginx-deployment" deleted\n',
    );
    const nothing = await runOrrery(['get', 'deploy,rs,pods'], { server });
    expect(nothing).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: 'No resources found in default namespace.\n',
    });
    await eventually(
      () => pods.stdout.match(/^DELETED/gm)?.length ?? 0,
      (count) => expect(count).toBeGreaterThan(1),
    );
  });
});

test('a rollout that cannot finish fails when it is past its deadline', async () => {
  const stuck = nginx((text) =>
    text
      .replace('spec:', 'spec:\n  progressDeadlineSeconds: 1')
      .replace('      containers:', '      nodeSelector: {no: where}\n      containers:')
      .replaceAll('nginx-deployment', 'stuck'),
  );
  await orrery('apply -f -', stuck);
  // What it prints meanwhile depends on how soon it looks.
  const { exitCode, stderr } = await runOrrery(['rollout', 'status', 'deploy/stuck'], { server });
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: 'error: deployment "stuck" exceeded its progress deadline\n',
  });
  await orrery('delete deployment stuck');
});

describe('what is not there', () => {
  test.each([
    ['get deploy x', 'Error from server (NotFound): deployments.apps "x" not found\n'],
    ['describe deploy x', 'Error from server (NotFound): deployments.apps "x" not found\n'],
    ['delete pod x', 'Error from server (NotFound): pods "x" not found\n'],
    [
      'scale deploy x --replicas=1',
      'Error from server (NotFound): deployments.apps "x" not found\n',
    ],
    ['rollout status deploy/x', 'Error from server (NotFound): deployments.apps "x" not found\n'],
    ['nodes stop x', 'Error from server (NotFound): nodes "x" not found\n'],
    [
      'get podz',
      `error: the server doesn't have a resource type "podz", did you mean "pod" or "pods"?\n`,
    ],
  ])('is told in the words of kubectl: %s', async (line, message) => {
    expect(await refused(line)).toBe(message);
  });

  test('may be ignored', async () => {
    expect(await orrery('get pod x --ignore-not-found')).toBe('');
    expect(await orrery('delete pod x --ignore-not-found')).toBe('');
  });
});
