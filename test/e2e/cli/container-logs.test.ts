import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runOrrery } from '../../support/cli.ts';
import { eventually } from '../../support/eventually.ts';
import { type ServerProcess, startServer } from '../../support/server.ts';

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer({ args: ['--initial-nodes', '1'] });
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const orrery = (line: string, stdin?: string) =>
  runOrrery(line.split(' '), { server, ...(stdin ? { stdin } : {}) });

const POD = `
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: { app: web }
  annotations:
    orrery.dev/log.main: |
      listening on :80
      GET / 200
spec:
  containers:
    - { name: main, image: "nginx:1.7.9" }
    - { name: side, image: "busybox:1" }
`;

test('orrery logs prints what a container printed, and refuses in the words of Kubernetes', async () => {
  await orrery('apply -f -', POD);
  const { stdout } = await eventually(
    () => orrery('logs web -c main'),
    (result) => expect(result).toMatchObject({ exitCode: 0, stdout: expect.stringMatching('GET') }),
  );
  expect(stdout).toBe(
    'Container main started from image nginx:1.7.9\nlistening on :80\nGET / 200\n',
  );
  expect(await orrery('logs pod/web -c main --tail 1 --timestamps')).toMatchObject({
    stdout: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z GET \/ 200\n$/),
  });
  expect(await orrery('logs -l app=web -c side --since 1h')).toMatchObject({
    stdout: 'Container side started from image busybox:1\n',
  });
  const all = await orrery('logs -l app=web -c main --tail -1');
  expect(all.stdout).toBe(stdout);
  const refusals: [string, string][] = [
    ['logs web', 'a container name must be specified for pod web, choose one of: [main side]'],
    ['logs web -c other', 'container other is not valid for pod web'],
    ['logs web -c main -p', 'previous terminated container "main" in pod "web" not found'],
    ['logs web -c main --as jane', 'pods "web" is forbidden'],
    ['logs nobody', 'pods "nobody" not found'],
    ['logs', 'give the name of a Pod, or a selector with -l'],
    ['logs deployment/web', 'deployment/web is not a Pod'],
  ];
  for (const [line, message] of refusals) {
    expect([line, await orrery(line)]).toEqual([
      line,
      expect.objectContaining({ exitCode: 1, stderr: expect.stringContaining(message) }),
    ]);
  }
});

test('orrery logs -f goes on until the container ends', async () => {
  const pod = `
apiVersion: v1
kind: Pod
metadata:
  name: short
  annotations: {orrery.dev/exit-after: 3s, orrery.dev/log: tick, orrery.dev/log-every: 1s}
spec: {restartPolicy: Never, containers: [{name: main, image: busybox}]}
`;
  await orrery('apply -f -', pod);
  await eventually(
    () => orrery('logs short'),
    ({ stdout }) => expect(stdout).toMatch('started'),
  );
  const { exitCode, stderr, stdout } = await orrery('logs -f short');
  const lines = stdout.trimEnd().split('\n');
  expect({ exitCode, stderr, first: lines.at(0), last: lines.at(-1) }).toEqual({
    exitCode: 0,
    stderr: '',
    first: 'Container main started from image busybox',
    last: 'Container main stopped with exit code 0',
  });
  expect(lines.filter((line) => line === 'tick').length).toBeGreaterThan(1);
});

test('what goes on cannot be the past', async () => {
  expect(await orrery('logs -f -p web')).toMatchObject({
    stderr: expect.stringContaining('--follow goes on'),
  });
});
