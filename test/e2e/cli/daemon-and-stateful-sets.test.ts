import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runOrrery } from '../../support/cli.ts';
import { type ServerProcess, startServer } from '../../support/server.ts';

let server: ServerProcess;

const template = (app: string, image: string): string =>
  `{metadata: {labels: {app: ${app}}}, spec: {containers: [{name: main, image: "${image}"}]}}`;

const manifests = (image: string): string => `apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec: {selector: {matchLabels: {app: agent}}, template: ${template('agent', image)}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 2
  selector: {matchLabels: {app: db}}
  template: ${template('db', image)}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
`;

beforeAll(async () => {
  server = await startServer();
  await orrery('apply -f -', manifests('nginx:1.25'));
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

async function refused(line: string): Promise<string> {
  const { exitCode, stderr } = await runOrrery(line.split(' '), { server });
  expect(exitCode).toBe(1);
  return stderr;
}

describe.each([
  ['daemonset', 'agent', /^daemon set "agent" successfully rolled out$/],
  ['statefulset', 'db', /^partitioned|^statefulset rolling update complete 2 pods at revision db-/],
])('orrery rollout of a %s', (type, name, done) => {
  const what = `${type}/${name}`;
  const full = `${type}.apps/${name}`;

  test('waits, lists and shows revisions, undoes and restarts', async () => {
    const lastLine = async () =>
      (await orrery(`rollout status ${what}`)).trimEnd().split('\n').pop();
    expect(await lastLine()).toMatch(done);
    await orrery('apply -f -', manifests('nginx:1.27'));
    expect(await lastLine()).toMatch(done);
    expect(await orrery(`rollout history ${what}`)).toBe(
      `${full}\nREVISION  CHANGE-CAUSE\n1         <none>\n2         <none>\n`,
    );
    const shown = await orrery(`rollout history ${what} --revision=1`);
    expect(shown).toContain(`${full} with revision #1\n`);
    expect(shown).toContain('nginx:1.25');
    expect(await orrery(`rollout undo ${what} --to-revision=2`)).toBe(
      `${full} skipped rollback (current template already matches revision 2)\n`,
    );
    expect(await orrery(`rollout undo ${what}`)).toBe(`${full} rolled back\n`);
    expect(await lastLine()).toMatch(done);
    expect(await orrery(`get ${what} -o wide`)).toContain('nginx:1.25');
    expect(await orrery(`rollout restart ${what}`)).toBe(`${full} restarted\n`);
    expect(await lastLine()).toMatch(done);
  }, 60_000);

  test('refuses what is not there', async () => {
    expect(await refused(`rollout undo ${what} --to-revision=99`)).toBe(
      'error: unable to find specified revision 99 in history\n',
    );
    expect(await refused(`rollout status ${type}/none`)).toBe(
      `Error from server (NotFound): ${type}s.apps "none" not found\n`,
    );
    expect(await refused(`rollout pause ${what}`)).toContain(
      `"${type}" cannot be paused: name a deployment`,
    );
  });

  test('describes it with its Pods and events', async () => {
    const text = await orrery(`describe ${what}`);
    expect(text).toMatch(/^Pods Status: +\d Running \/ 0 Waiting \/ 0 Succeeded \/ 0 Failed$/m);
    expect(text).toContain('SuccessfulCreate');
  });
});
