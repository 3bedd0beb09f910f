import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import {
  type KubeClientTools,
  kubeClientTools,
  type ToolResult,
  type ToolRunOptions,
} from '../../support/kubectl.ts';
import { type ServerProcess, startServer } from '../../support/server.ts';

const MANIFEST = `
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {color: blue}
---
apiVersion: v1
kind: Pod
metadata: {name: box, labels: {app: box}, annotations: {orrery.dev/log: "first\\nsecond"}}
spec:
  volumes:
  - {name: settings, configMap: {name: settings}}
  - {name: shared, emptyDir: {}}
  containers:
  - name: box
    image: busybox:1.36
    command: [sleep, infinity]
    env: [{name: COLOR, valueFrom: {configMapKeyRef: {name: settings, key: color}}}]
    volumeMounts: [{name: settings, mountPath: /etc/settings}, {name: shared, mountPath: /shared}]
  - name: other
    image: alpine:3
    command: [sleep, infinity]
    volumeMounts: [{name: shared, mountPath: /shared}]
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: nginx, image: "nginx:1.27", ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 8080, targetPort: 80}]}
---
apiVersion: v1
kind: Pod
metadata: {name: bare}
spec: {containers: [{name: bare, image: gcr.io/distroless/static}]}
`;

/** The first time, two releases of kubectl are unpacked. */
const STARTED_WITHIN_MS = 120_000;

let server: ServerProcess;
let newest: KubeClientTools;
let oldest: KubeClientTools;

beforeAll(async () => {
  server = await startServer();
  const { kubeconfig } = server;
  newest = await kubeClientTools({ kubeconfig });
  oldest = await kubeClientTools({ kubeconfig, release: '1.30' });
  await apply(MANIFEST);
  await kubectl('wait --for=condition=Ready pod/box pod/web pod/bare --timeout=60s');
}, STARTED_WITHIN_MS);

afterAll(async () => {
  newest[Symbol.dispose]();
  oldest[Symbol.dispose]();
  await server[Symbol.asyncDispose]();
});

/** Runs `kubectl LINE`. Words in single quotes are one word. */
function run(line: string, options: ToolRunOptions = {}): Promise<ToolResult> {
  const words = line.match(/(?:[^\s']|'[^']*')+/g) ?? [];
  return newest.kubectl(
    words.map((word) => word.replaceAll("'", '')),
    options,
  );
}

/** Expects `kubectl LINE` to succeed, and gives what it prints. */
async function kubectl(line: string, options?: ToolRunOptions): Promise<string> {
  const result = await run(line, options);
  expect(result).toMatchObject({ exitCode: 0 });
  return result.stdout;
}

const apply = (stdin: string): Promise<string> => kubectl('apply -f -', { stdin });

/** Both ways in which kubectl speaks with containers: the newest over WebSockets, the oldest over SPDY. */
const KUBECTLS = [
  ['a WebSocket', () => newest],
  ['SPDY', () => oldest],
] as const;

describe.each(KUBECTLS)('kubectl exec over %s', (_protocol, tools) => {
  const exec = (args: readonly string[], stdin?: string) =>
    tools().kubectl(['exec', ...args], stdin === undefined ? {} : { stdin });

  test('shows what a command prints, each stream by itself', async () => {
    const result = await exec(['box', '-c', 'box', '--', 'sh', '-c', 'echo out; echo err >&2']);
    expect(result).toEqual({ stdout: 'out\n', stderr: 'err\n', exitCode: 0 });
  });

  test('ends as the command does', async () => {
    const result = await exec(['box', '-c', 'box', '--', 'sh', '-c', 'exit 7']);
    const stderr = 'command terminated with exit code 7\n';
    expect(result).toEqual({ stdout: '', stderr, exitCode: 7 });
  });

  test('hands over what is typed, to its end', async () => {
    const result = await exec(['-i', 'box', '-c', 'box', '--', 'wc', '-c'], 'x'.repeat(200_000));
    expect(result).toMatchObject({ stdout: '200000\n', exitCode: 0 });
  });

  test('tells of a program that the image does not have', async () => {
    const { exitCode, stderr } = await exec(['bare', '--', 'sh']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      'OCI runtime exec failed: exec failed: unable to start container process: exec: "sh": executable file not found in $PATH: unknown',
    );
  });

  test('refuses a container that is not there', async () => {
    const { exitCode, stderr } = await exec(['box', '-c', 'none', '--', 'ls']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('container none is not valid for pod box');
  });
});

const inBox = (script: string): Promise<string> => kubectl(`exec box -c box -- sh -c '${script}'`);

describe('a simulated container', () => {
  test.each([
    ['has the environment of its spec', 'echo $COLOR $HOSTNAME', 'blue box\n'],
    ['has the files of its volumes', 'cat /etc/settings/color', 'blue'],
    ['has its service account', 'ls /var/run/secrets/kubernetes.io/serviceaccount', 'token\n'],
    ['has its main process', 'ps', '    1 root      0:00 sleep infinity\n'],
    ['finds Services by name', 'nslookup web', 'web.default.svc.cluster.local\n'],
    ['reaches Services', 'wget -qO- http://web:8080', 'Welcome to nginx!'],
  ])('%s', async (_law, script, printed) => {
    expect(await inBox(script)).toContain(printed);
  });

  test('shares an emptyDir with its neighbours, and keeps what is written', async () => {
    await inBox('echo hello > /shared/note');
    expect(await kubectl('exec box -c other -- cat /shared/note')).toBe('hello\n');
  });

  test('cannot be written to where its volumes are read-only', async () => {
    const { stderr } = await run("exec box -c box -- sh -c 'echo x > /etc/settings/color'");
    expect(stderr).toContain("can't create /etc/settings/color: Read-only file system");
  });
});

test.each(KUBECTLS)('kubectl cp over %s brings files there and back', async (protocol, tools) => {
  const { home } = tools();
  const there = `/tmp/${protocol.replace(/\W/g, '')}`;
  tools().write('files/a.txt', 'one\n');
  tools().write('files/sub/b.bin', 'x'.repeat(150_000));
  const copy = (from: string, to: string) =>
    tools().kubectl(['cp', from, to, '-c', 'box'], { cwd: home });
  expect(await copy('files', `box:${there}`)).toMatchObject({ exitCode: 0 });
  expect(await copy(`box:${there}`, 'back')).toMatchObject({ exitCode: 0 });
  for (const name of ['a.txt', 'sub/b.bin']) {
    const [back, sent] = ['back', 'files'].map((folder) =>
      fs.readFileSync(path.join(home, folder, name)),
    );
    expect(back).toEqual(sent);
  }
});

test.each(KUBECTLS)('kubectl port-forward over %s carries HTTP', async (_protocol, tools) => {
  await using forward = tools().startKubectl(['port-forward', 'pod/web', ':80']);
  const port = await eventually(
    () => Number(/127\.0\.0\.1:(\d+) -> 80/.exec(forward.stdout)?.[1]),
    (found) => expect(found).toBeGreaterThan(0),
  );
  const ask = async (file: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${file}`);
    return { status: response.status, text: await response.text() };
  };
  const answers = await Promise.all(['/', '/none', '/index.html'].map(ask));
  expect(answers.map(({ status }) => status)).toEqual([200, 404, 200]);
  expect(answers[0]?.text).toContain('Welcome to nginx!');
});

test('the newest kubectl forwards ports through a WebSocket, and does not fall back', async () => {
  await using forward = newest.startKubectl(['port-forward', 'pod/web', ':80', '-v=6']);
  await eventually(
    () => forward.stdout,
    (text) => expect(text).toContain('Forwarding from'),
  );
  expect(forward.stderr).toMatch(/verb="GET" url="[^"]*\/portforward" status="101/);
});

describe('kubectl logs', () => {
  const STARTED = 'Container box started from image busybox:1.36';

  test.each([
    ['logs box -c box', `${STARTED}\nfirst\nsecond\n`],
    ['logs box -c box --tail=1', 'second\n'],
    ['logs box -c box --limit-bytes=9', 'Container'],
    ['logs box -c box --since=1h --tail=1', 'second\n'],
    ['logs -l app=box -c box --tail=1', 'second\n'],
  ])('%s', async (line, printed) => {
    await eventually(
      () => kubectl(line),
      (text) => expect(text).toBe(printed),
    );
  });

  test('--timestamps begins each line with its time', async () => {
    const text = await kubectl('logs box -c box --timestamps --tail=1');
    expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z second\n$/);
  });

  test('-f goes on until the container ends', async () => {
    await apply(`
apiVersion: v1
kind: Pod
metadata:
  name: short
  annotations: {orrery.dev/exit-after: 3s, orrery.dev/log: tick, orrery.dev/log-every: 1s}
spec: {restartPolicy: Never, containers: [{name: short, image: busybox}]}
`);
    await eventually(() => kubectl('logs short'));
    const lines = (await kubectl('logs -f short')).trimEnd().split('\n');
    expect(lines.at(0)).toBe('Container short started from image busybox');
    expect(lines.at(-1)).toBe('Container short stopped with exit code 0');
    expect(lines.filter((line) => line === 'tick').length).toBeGreaterThan(1);
  });

  test('--previous shows the run before', async () => {
    await apply(`
apiVersion: v1
kind: Pod
metadata: {name: again, annotations: {orrery.dev/exit-after: 1s, orrery.dev/exit-code: "2"}}
spec: {containers: [{name: again, image: busybox}]}
`);
    await eventually(
      () => kubectl('logs again --previous'),
      (text) => expect(text).toContain('stopped with exit code 2'),
    );
  });
});

test('kubectl run -i runs a command, shows what it prints, and ends as it does', async () => {
  const line = 'run once -i --rm --quiet --image=busybox --restart=Never -- sh';
  const result = await run(line, { stdin: 'echo inside $HOSTNAME\nexit 5\n' });
  expect(result).toMatchObject({ stdout: expect.stringContaining('inside once\n'), exitCode: 5 });
});

test('kubectl attach shows what is printed from then on', async () => {
  await apply(`
apiVersion: v1
kind: Pod
metadata: {name: talker, annotations: {orrery.dev/log: tick, orrery.dev/log-every: 1s}}
spec: {containers: [{name: talker, image: busybox}]}
`);
  await kubectl('wait --for=condition=Ready pod/talker --timeout=30s');
  await using attached = newest.startKubectl(['attach', 'talker']);
  await eventually(
    () => attached.stdout,
    (text) => expect(text).toContain('tick\n'),
  );
});

test('kubectl debug puts a container into a running Pod', async () => {
  const line = 'debug box -i --quiet --image=alpine:3 --profile=general -c looker -- sh';
  const { exitCode, stdout } = await run(line, { stdin: 'cat /etc/os-release\nexit\n' });
  expect({ exitCode, stdout }).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('NAME="Alpine Linux"'),
  });
  const ended = 'jsonpath={.status.ephemeralContainerStatuses[0].state.terminated.exitCode}';
  await eventually(
    () => kubectl(`get pod box -o ${ended}`),
    (code) => expect(code).toBe('0'),
  );
});

test('kubectl debug looks at a node', async () => {
  const line =
    'debug node/node-1 -i --quiet --image=busybox --profile=general -- cat /host/etc/hostname';
  const { exitCode, stdout } = await run(line);
  expect({ exitCode, stdout }).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('node-1\n'),
  });
});

test('kubectl proxy leads to Services, Pods and nodes', async () => {
  await using proxy = newest.startKubectl(['proxy', '--port=0']);
  const port = await eventually(
    () => Number(/127\.0\.0\.1:(\d+)/.exec(proxy.stdout)?.[1]),
    (found) => expect(found).toBeGreaterThan(0),
  );
  const status = async (rest: string): Promise<number> =>
    (await fetch(`http://127.0.0.1:${port}/api/v1${rest}`)).status;
  expect(await status('/namespaces/default/services/web:8080/proxy/')).toBe(200);
  expect(await status('/namespaces/default/pods/web:80/proxy/none')).toBe(404);
  expect(await status('/namespaces/default/services/none/proxy/')).toBe(404);
  expect(await status('/nodes/node-1/proxy/healthz')).toBe(200);
});

test('who may only read may not run anything in Pods', async () => {
  await apply(`
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader}
rules: [{apiGroups: [""], resources: [pods, pods/exec], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: ann}]
`);
  const { exitCode, stderr } = await run('exec box -c box --as=ann -- ls');
  expect(exitCode).toBe(1);
  expect(stderr).toContain(
    'pods "box" is forbidden: User "ann" cannot create resource "pods/exec"',
  );
});
