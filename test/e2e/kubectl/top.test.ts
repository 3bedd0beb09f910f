import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { GraphqlClient } from '../../support/graphql-client.ts';
import { type KubeClientTools, kubeClientTools } from '../../support/kubectl.ts';
import { type ServerProcess, startServer } from '../../support/server.ts';

const PODS = `
apiVersion: v1
kind: Pod
metadata:
  name: small
  labels: {app: web}
  annotations: {orrery.dev/usage-cpu: 20m, orrery.dev/usage-memory: 16Mi}
spec:
  containers: [{name: web, image: nginx}]
---
apiVersion: v1
kind: Pod
metadata:
  name: large
  labels: {app: db}
  annotations:
    orrery.dev/usage-cpu: 300m
    orrery.dev/usage-memory: 64Mi
    orrery.dev/usage-cpu.backup: 50m
spec:
  containers: [{name: db, image: postgres}, {name: backup, image: postgres}]
`;

/** A server, and a kubectl that may have to be fetched first. */
const SET_UP_TIMEOUT_MS = 120_000;

let server: ServerProcess;
let tools: KubeClientTools;

beforeAll(async () => {
  server = await startServer({ args: ['--initial-nodes', '1'] });
  tools = await kubeClientTools({ kubeconfig: server.kubeconfig });
  await tools.kubectl(['apply', '-f', '-'], { stdin: PODS });
  const ready = ['wait', '--for=condition=Ready', '--timeout=60s', 'pod/small', 'pod/large'];
  expect(await tools.kubectl(ready)).toMatchObject({ exitCode: 0 });
}, SET_UP_TIMEOUT_MS);

afterAll(async () => {
  tools[Symbol.dispose]();
  await server[Symbol.asyncDispose]();
});

const top = (line: string) => tools.kubectl(['top', ...line.split(' ')]);

describe('kubectl top', () => {
  test('shows what Pods use, in the order that is asked for', async () => {
    expect(await top('pod --sort-by=cpu')).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: `NAME    CPU(cores)   MEMORY(bytes)   
large   350m         128Mi           
small   20m          16Mi            
`,
    });
    expect((await top('pod --no-headers -l app=web')).stdout).toBe('small   20m   16Mi   \n');
    expect((await top('pod small')).stdout).toMatch(/^small +20m +16Mi/m);
  });

  test('shows what each container uses', async () => {
    const { stdout } = await top('pod large --containers --sort-by=cpu');
    expect(stdout).toMatch(
      /^POD +NAME +CPU\(cores\) +MEMORY\(bytes\) *\nlarge +db +300m +64Mi *\nlarge +backup +50m +64Mi/,
    );
  });

  test('shows what nodes use, and in parts of what they have', async () => {
    const { stdout } = await top('node');
    expect(stdout).toMatch(
      /^NAME +CPU\(cores\) +CPU\(%\) +MEMORY\(bytes\) +MEMORY\(%\) *\n\S+ +\d+m +\d+% +\d+Mi +\d+%/,
    );
    const [, cpu = ''] = /^\S+ +(\d+)m/m.exec(stdout.split('\n')[1] ?? '') ?? [];
    expect(Number(cpu)).toBeGreaterThanOrEqual(370);
  });

  test('says that a Pod that does not run has no usage', async () => {
    const waiting = `{apiVersion: v1, kind: Pod, metadata: {name: waiting}, spec: {nodeSelector: {none: such}, containers: [{name: a, image: a}]}}`;
    await tools.kubectl(['apply', '-f', '-'], { stdin: waiting });
    const { stderr, exitCode } = await top('pod waiting');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/"?waiting"? not found|metrics not available/i);
  });
});

test('usage is read by GraphQL too, beside the Pods, and cannot be written or watched', async () => {
  await using client = new GraphqlClient(server);
  await eventually(
    () =>
      client.request<{ metrics: { v1beta1: { pods: { items: unknown[] } } } }>(
        `{ metrics { v1beta1 { pods(namespace: "default", labelSelector: "app=web") {
          items { metadata { name } window containers { name usage } } } } } }`,
      ),
    ({ metrics }) =>
      expect(metrics.v1beta1.pods.items).toEqual([
        {
          metadata: { name: 'small' },
          window: '15s',
          containers: [{ name: 'web', usage: { cpu: '20000000n', memory: '16384Ki' } }],
        },
      ]),
  );
  const path = '/apis/metrics.k8s.io/v1beta1/namespaces/default/pods';
  const { stdout } = await tools.kubectl(['get', '--raw', `${path}/small`]);
  expect(JSON.parse(stdout)).toMatchObject({ kind: 'PodMetrics', metadata: { name: 'small' } });
  const watched = await tools.kubectl(['get', '--raw', `${path}?watch=true`]);
  expect(watched.exitCode).toBe(1);
  expect(watched.stderr).toContain('watch is not supported');
});

test('who may view a namespace may see what it uses, and others may not', async () => {
  const can = (user: string) =>
    tools.kubectl(['auth', 'can-i', 'list', 'pods.metrics.k8s.io', `--as=${user}`]);
  await tools.kubectl(['create', 'rolebinding', 'view', '--clusterrole=view', '--user=ann']);
  await eventually(
    () => can('ann'),
    ({ stdout }) => expect(stdout).toBe('yes\n'),
  );
  expect((await can('bob')).stdout).toBe('no\n');
});
