import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  AppsV1Api,
  Attach,
  CoordinationV1Api,
  CoreV1Api,
  Cp,
  Exec,
  KubeConfig,
  KubernetesObjectApi,
  Log,
  Metrics,
  makeInformer,
  PatchStrategy,
  PortForward,
  topNodes,
  V1MicroTime,
  type V1Status,
  VersionApi,
  Watch,
} from '@kubernetes/client-node';
import { CollectingWritable } from '../../support/collecting-writable.ts';
import { eventually } from '../../support/eventually.ts';
import {
  deploymentYaml,
  type KubectlCluster,
  kubectlCluster,
  STARTS_WITHIN_MS,
} from '../kubectl/support/cluster.ts';

const namespace = 'default';

let cluster: KubectlCluster;
let config: KubeConfig;
let core: CoreV1Api;

const PODS = `apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: nginx, image: "nginx:1.27", ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: box}
spec: {containers: [{name: box, image: busybox, command: [sleep, infinity]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: talker, annotations: {orrery.dev/log: tick, orrery.dev/log-every: 1s}}
spec: {containers: [{name: talker, image: busybox}]}
`;

beforeAll(async () => {
  cluster = await kubectlCluster();
  await cluster.apply(PODS);
  await cluster.kubectl('wait --for=condition=Ready pod/web pod/box pod/talker --timeout=60s');
  config = new KubeConfig();
  config.loadFromFile(cluster.server.kubeconfig);
  core = config.makeApiClient(CoreV1Api);
}, STARTS_WITHIN_MS);

afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
});

const configMap = (name: string, value: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, labels: { of: 'client-node' } },
  data: { k: value },
});

describe("client-node's typed clients", () => {
  test('know the version of the server', async () => {
    expect(await config.makeApiClient(VersionApi).getCode()).toMatchObject({
      gitVersion: 'v1.36.0',
    });
  });

  test('read lists page by page', async () => {
    const first = await core.listNamespace({ limit: 2 });
    expect(first.items).toHaveLength(2);
    const rest = await core.listNamespace({ limit: 100, _continue: first.metadata?._continue });
    const names = [...first.items, ...rest.items].map(({ metadata }) => metadata?.name);
    expect(names).toEqual(['default', 'kube-node-lease', 'kube-public', 'kube-system']);
  });

  test('hear what went wrong as a Status', async () => {
    await expect(core.readNamespacedPod({ namespace, name: 'nobody' })).rejects.toMatchObject({
      code: 404,
      body: expect.stringContaining('"reason":"NotFound"'),
    });
  });

  test('scale a Deployment', async () => {
    await cluster.apply(deploymentYaml('scaled', { replicas: 0 }));
    const apps = config.makeApiClient(AppsV1Api);
    const target = { namespace, name: 'scaled' };
    // The controller writes meanwhile: a conflict is a reason to try again.
    await eventually(async () => {
      const scale = await apps.readNamespacedDeploymentScale(target);
      const body = { ...scale, spec: { replicas: 2 } };
      await apps.replaceNamespacedDeploymentScale({ ...target, body });
    });
    await eventually(
      () => apps.readNamespacedDeployment(target),
      ({ status }) => expect(status?.readyReplicas).toBe(2),
    );
  });
});

describe("client-node's dynamic client", () => {
  test('creates, reads, lists, patches and deletes objects of any kind', async () => {
    const client = KubernetesObjectApi.makeApiClient(config);
    const object = configMap('dynamic', '1');
    await client.create(object);
    expect(await client.read(object)).toMatchObject({ data: { k: '1' } });
    const label = 'of=client-node';
    const list = await client.list('v1', 'ConfigMap', namespace, ...unset(4), label);
    expect(list.items.map(({ metadata }) => metadata?.name)).toEqual(['dynamic']);
    expect(await client.patch({ ...object, data: { k: '2' } })).toMatchObject({ data: { k: '2' } });
    await client.delete(object);
    await expect(client.read(object)).rejects.toMatchObject({ code: 404 });
  });

  test('applies, is refused what another manager has, and takes it by force', async () => {
    const client = KubernetesObjectApi.makeApiClient(config);
    const apply = (value: string, manager: string, force: boolean) =>
      client.patch(
        configMap('applied', value),
        ...unset(2),
        manager,
        force,
        PatchStrategy.ServerSideApply,
      );
    await apply('1', 'first', false);
    await expect(apply('2', 'second', false)).rejects.toMatchObject({ code: 409 });
    expect(await apply('2', 'second', true)).toMatchObject({ data: { k: '2' } });
    await client.delete(configMap('applied', '2'));
  });
});

/** Arguments by place that are left to the library. */
const unset = <N extends 2 | 4>(count: N): N extends 2 ? [undefined, undefined] : Four =>
  Array.from({ length: count }) as never;
type Four = [undefined, undefined, undefined, undefined];

test('a watch tells what happens after its version, and ends when its time is over', async () => {
  const { metadata } = await core.listNamespacedConfigMap({ namespace });
  const events: string[] = [];
  const ended = new Promise<unknown>((resolve) => {
    const query = { resourceVersion: metadata?.resourceVersion, timeoutSeconds: 2 };
    void new Watch(config).watch(
      `/api/v1/namespaces/${namespace}/configmaps`,
      query,
      (type, object) => events.push(`${type} ${object.metadata.name}`),
      resolve,
    );
  });
  await core.createNamespacedConfigMap({ namespace, body: configMap('watched', '1') });
  await core.deleteNamespacedConfigMap({ namespace, name: 'watched' });
  await ended;
  expect(events).toEqual(['ADDED watched', 'DELETED watched']);
});

test('an informer knows what there is, and hears of every change', async () => {
  await core.createNamespacedConfigMap({ namespace, body: configMap('early', '1') });
  const labelSelector = 'of=client-node';
  const informer = makeInformer(
    config,
    `/api/v1/namespaces/${namespace}/configmaps`,
    () => core.listNamespacedConfigMap({ namespace, labelSelector }),
    labelSelector,
  );
  const heard: string[] = [];
  for (const verb of ['add', 'update', 'delete'] as const) {
    informer.on(verb, ({ metadata }) => heard.push(`${verb} ${metadata?.name}`));
  }
  const failures: unknown[] = [];
  const onError = (error: unknown): unknown => failures.push(error);
  informer.on('error', onError);
  await informer.start();
  await core.createNamespacedConfigMap({ namespace, body: configMap('late', '1') });
  await core.replaceNamespacedConfigMap({ namespace, name: 'late', body: configMap('late', '2') });
  await core.deleteNamespacedConfigMap({ namespace, name: 'late' });
  await eventually(
    () => heard,
    (events) => expect(events).toEqual(['add early', 'add late', 'update late', 'delete late']),
  );
  expect(informer.list().map(({ metadata }) => metadata?.name)).toEqual(['early']);
  expect(failures).toEqual([]);
  // Stopping breaks the watch, which is told as an error as well.
  informer.off('error', onError);
  await informer.stop();
});

test('of two who replace one lease at once, one is told of a conflict', async () => {
  const leases = config.makeApiClient(CoordinationV1Api);
  const now = () => new V1MicroTime(new Date().toISOString());
  const body = {
    metadata: { name: 'lead', namespace },
    spec: { holderIdentity: 'nobody', leaseDurationSeconds: 15, renewTime: now() },
  };
  const lease = await leases.createNamespacedLease({ namespace, body });
  const take = (holderIdentity: string) =>
    leases.replaceNamespacedLease({
      namespace,
      name: 'lead',
      body: { ...lease, spec: { ...lease.spec, holderIdentity, renewTime: now() } },
    });
  const outcomes = await Promise.allSettled(['a', 'b', 'c', 'd'].map(take));
  const won = outcomes.filter(({ status }) => status === 'fulfilled');
  const lost = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason.code] : []));
  expect({ won: won.length, lost }).toEqual({ won: 1, lost: [409, 409, 409] });
});

/** Runs a command in a container, and gives what it prints and how it ends. */
async function exec(container: string, command: readonly string[], typed?: string) {
  const stdout = new CollectingWritable();
  const stderr = new CollectingWritable();
  const stdin = typed === undefined ? null : new PassThrough();
  const status = await new Promise<V1Status>((resolve, reject) => {
    new Exec(config)
      .exec(namespace, 'box', container, [...command], stdout, stderr, stdin, false, resolve)
      .then(() => stdin?.end(typed), reject);
  });
  return { stdout: String(stdout.bytes), stderr: String(stderr.bytes), status };
}

describe('client-node, in containers', () => {
  test('runs commands, each stream by itself, and hears how they end', async () => {
    const { stdout, stderr, status } = await exec('box', [
      ...['sh', '-c', 'echo out; echo err >&2; exit 4'],
    ]);
    expect([stdout, stderr]).toEqual(['out\n', 'err\n']);
    expect(status).toMatchObject({
      status: 'Failure',
      details: { causes: [{ reason: 'ExitCode', message: '4' }] },
    });
  });

  test('types into them', async () => {
    const { stdout } = await exec('box', ['head', '-n', '1'], 'one\ntwo\n');
    expect(stdout).toBe('one\n');
  });

  test('attaches to their main process', async () => {
    const printed = new CollectingWritable();
    const socket = await new Attach(config).attach(
      namespace,
      'talker',
      'talker',
      printed,
      null,
      null,
      false,
    );
    await eventually(
      () => String(printed.bytes),
      (text) => expect(text).toContain('tick\n'),
    );
    socket.close();
  });

  test('follows their logs', async () => {
    const printed = new CollectingWritable();
    const following = await new Log(config).log(namespace, 'talker', 'talker', printed, {
      follow: true,
      tailLines: 1,
    });
    await eventually(
      () => String(printed.bytes).split('tick').length,
      (count) => expect(count).toBeGreaterThan(2),
    );
    following.abort();
  });

  test('forwards their ports', async () => {
    const answer = new CollectingWritable();
    const request = new PassThrough();
    const socket = await new PortForward(config).portForward(
      namespace,
      'web',
      [80],
      answer,
      null,
      request,
    );
    request.write('GET / HTTP/1.1\r\nhost: web\r\n\r\n');
    await eventually(
      () => String(answer.bytes),
      (text) => expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*Welcome to nginx!/),
    );
    (socket as { close(): void }).close();
  });

  test('copies files into them', async () => {
    const { home } = cluster.tools;
    cluster.tools.write('sent/note.txt', 'from here\n');
    await new Cp(config).cpToPod(namespace, 'box', 'box', path.join(home, 'sent'), '/tmp');
    await eventually(
      async () => (await exec('box', ['cat', '/tmp/note.txt'])).stdout,
      (text) => expect(text).toBe('from here\n'),
    );
  });

  test('are asked for a compressed archive', async () => {
    const { stdout } = await exec('box', ['sh', '-c', 'tar zcf - tmp/note.txt | tar ztf -']);
    expect(stdout).toBe('tmp/note.txt\n');
  });
});

test('usage is shown to client-node as to kubectl top', async () => {
  const { items } = await new Metrics(config).getPodMetrics(namespace);
  expect(items.map(({ metadata }) => metadata.name)).toContain('web');
  expect((await topNodes(core)).map(({ Node }) => Node.metadata?.name)).toEqual([
    ...['node-1', 'node-2', 'node-3'],
  ]);
});
