import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import {
  KUBE_PROXY_USER,
  KUBELET_HOST_USER,
  nodeUser,
} from '../../../src/apiserver/authentication/identities.ts';
import { createServiceAccountKeys } from '../../../src/apiserver/authentication/service-accounts/signing-keys.ts';
import { createClient } from '../../../src/apiserver/in-process-client.ts';
import { Collector, Pipe } from '../../../src/kubelet/shell/pipe.ts';
import { ContainerHost } from '../../../src/kubelet/streams/container-host.ts';
import type { ContainerLine } from '../../../src/lib/container-log.ts';
import type { PodAddress, ProcessStreams } from '../../../src/lib/container-streams.ts';
import { deferred } from '../../../src/lib/deferred.ts';
import { seededRandom } from '../../../src/lib/random.ts';
import {
  coreConfigMaps,
  coreNodes,
  corePods,
  coreServiceAccounts,
} from '../../../src/scheme/generated/resources.ts';
import type { Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import { eventually } from '../../support/eventually.ts';
import {
  getPod,
  type KubeletPlaneOptions,
  kubeletPlane,
  podOf,
  readyNode,
  runningPod,
} from '../../support/kubelet-plane.ts';

const NEVER = new AbortController().signal;

/** Kubelets with a ready node, and a host of containers that sees them as the server's own does. */
async function hostedPlane(options?: KubeletPlaneOptions) {
  const plane = await kubeletPlane(options);
  const { apiServer } = plane.api;
  const lines: ContainerLine[] = [];
  const host = new ContainerHost({
    pods: createClient(apiServer, { user: KUBELET_HOST_USER }),
    services: createClient(apiServer, { user: KUBE_PROXY_USER }),
    clientFor: (node) => createClient(apiServer, { user: nodeUser(node) }),
    containerLog: { write: (line) => void lines.push(line) },
    clock: plane.clock,
    random: seededRandom(1),
    logger: plane.logger,
  });
  await readyNode(plane);
  return {
    plane,
    host,
    lines,
    [Symbol.asyncDispose]: async () => {
      host.stop();
      await plane[Symbol.asyncDispose]();
    },
  };
}

const addressOf = ({ metadata: { name = '', namespace = '', uid = '' } }: Pod): PodAddress => ({
  namespace,
  name,
  uid,
});

async function run(
  host: ContainerHost,
  pod: Pod,
  script: string,
): Promise<{ code: number; out: string }> {
  const stdout = new Collector(1_000_000);
  const [container] = pod.spec?.containers ?? [];
  const command = ['sh', '-c', script];
  const streams: ProcessStreams = { stdout, stderr: stdout };
  const code = await host.exec(addressOf(pod), container?.name ?? '', command, streams, NEVER);
  return { code, out: stdout.text() };
}

const shellPod = (name: string, container: object = {}, spec: object = {}) =>
  podOf(name, { containers: [{ name: 'box', image: 'busybox', ...container }], ...spec });

test('what is written in a container stays while it runs, and is gone with its run', async () => {
  await using hosted = await hostedPlane();
  const { host, plane } = hosted;
  const pod = await runningPod(plane, shellPod('box'));
  expect(await run(host, pod, 'echo kept > /tmp/x; cat /tmp/x')).toEqual({
    code: 0,
    out: 'kept\n',
  });
  expect((await run(host, pod, 'cat /tmp/x')).out).toBe('kept\n');
  await plane.api.client.patch(
    corePods,
    { namespace: 'default', name: 'box' },
    { type: 'merge', patch: { spec: { containers: [{ name: 'box', image: 'alpine' }] } } },
  );
  await eventually(
    async () => {
      plane.clock.advance(100);
      return getPod(plane, 'box');
    },
    ({ status }) =>
      expect(status?.containerStatuses?.[0]).toMatchObject({
        restartCount: 1,
        state: { running: {} },
      }),
  );
  expect((await run(host, await getPod(plane, 'box'), 'ls /tmp')).out).toBe('');
});

test('a volume shows what its ConfigMap says now', async () => {
  await using hosted = await hostedPlane();
  const { host, plane } = hosted;
  const { client } = plane.api;
  const metadata = { name: 'settings', namespace: 'default' };
  await client.create(coreConfigMaps, { metadata, data: { color: 'blue' } });
  const volumes = [{ name: 'v', configMap: { name: 'settings' } }];
  const container = { volumeMounts: [{ name: 'v', mountPath: '/etc/settings' }] };
  const pod = await runningPod(plane, shellPod('box', container, { volumes }));
  expect((await run(host, pod, 'cat /etc/settings/color')).out).toBe('blue');
  const target = { namespace: 'default', name: 'settings' };
  await client.patch(coreConfigMaps, target, { type: 'merge', patch: { data: { color: 'red' } } });
  plane.clock.advance(60_000);
  expect((await run(host, pod, 'cat /etc/settings/color')).out).toBe('red');
});

test('what runs in a container ends with it', async () => {
  await using hosted = await hostedPlane();
  const { host, plane } = hosted;
  const pod = await runningPod(plane, shellPod('box'));
  const begun = deferred();
  const stdout = { write: () => begun.resolve() };
  const command = ['sh', '-c', 'echo begun; sleep infinity'];
  const running = host.exec(addressOf(pod), 'box', command, { stdout }, NEVER);
  await begun.promise;
  const target = { namespace: 'default', name: 'box' };
  await plane.api.client.delete(corePods, target, { gracePeriodSeconds: 0 });
  expect(await running).toBe(137);
});

test('the end of a main process is the end of its container, and is in its log', async () => {
  await using hosted = await hostedPlane();
  const { host, lines, plane } = hosted;
  const container = { stdin: true, stdinOnce: true, command: ['sh'] };
  const pod = await runningPod(plane, shellPod('box', container, { restartPolicy: 'Never' }));
  const stdin = new Pipe();
  const stdout = new Collector(1_000);
  const attached = host.attach(addressOf(pod), 'box', { stdin, stdout }, NEVER);
  void stdin.write(Buffer.from('echo hello\nexit 4\n'));
  expect(await attached).toBe(0);
  expect(stdout.text()).toBe('hello\n');
  const ended = await eventually(
    () => getPod(plane, 'box'),
    ({ status }) => expect(status?.phase).toBe('Failed'),
  );
  expect(ended.status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 4 });
  expect(lines.map(({ text }) => text)).toEqual([
    'hello',
    'Container box stopped with exit code 4',
  ]);
});

test('Pods of a node that is not simulated are left alone', async () => {
  await using hosted = await hostedPlane();
  const { host, plane } = hosted;
  await plane.api.client.create(coreNodes, { metadata: { name: 'real' } });
  const pod = await plane.api.client.create(corePods, shellPod('box', {}, { nodeName: 'real' }));
  await expect(run(host, pod, 'ls')).rejects.toThrow('node "real" is not simulated');
});

test('a container that does not run cannot be reached', async () => {
  await using hosted = await hostedPlane();
  const { host, plane } = hosted;
  const pod = await runningPod(plane, shellPod('box'));
  const gone = { ...addressOf(pod), uid: 'another' };
  await expect(host.exec(gone, 'box', ['ls'], {}, NEVER)).rejects.toThrow('pod "box" is gone');
  await expect(host.exec(addressOf(pod), 'none', ['ls'], {}, NEVER)).rejects.toThrow(
    'container not found ("none")',
  );
});

test('at a terminal there is a prompt, and Ctrl-C ends what runs and not the shell', async () => {
  await using hosted = await hostedPlane();
  const { host, plane } = hosted;
  const pod = await runningPod(plane, shellPod('box'));
  const keys = new Pipe();
  const screen = new Collector(10_000);
  const asleep = deferred();
  const setTimer = plane.clock.setTimer.bind(plane.clock);
  plane.clock.setTimer = (delayMs, callback) => {
    if (delayMs === 1_000_000) asleep.resolve();
    return setTimer(delayMs, callback);
  };
  const streams = { stdin: keys, stdout: screen, terminalSize: () => undefined };
  const shell = host.exec(addressOf(pod), 'box', ['sh'], streams, NEVER);
  void keys.write(Buffer.from('sleep 1000\r'));
  await asleep.promise;
  void keys.write(Buffer.from('\x03'));
  void keys.write(Buffer.from('echo code $?\r\x04'));
  expect(await shell).toBe(0);
  expect(screen.text()).toMatch(/^\/ # sleep 1000\r\n\^C\r\n.*code 130\r\n\/ # \r\n$/s);
});

const MINUTE_MS = 60_000;

test('a token in the files is renewed when four fifths of its own life are over, and before its end', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const serviceAccountTokens = { keys: createServiceAccountKeys(pem) };
  await using hosted = await hostedPlane({ serviceAccountTokens });
  const { host, plane } = hosted;
  await plane.api.client.create(coreServiceAccounts, {
    metadata: { namespace: 'default', name: 'robot' },
  });
  const serviceAccountToken = { path: 'token', expirationSeconds: 600 };
  const volumes = [{ name: 'own', projected: { sources: [{ serviceAccountToken }] } }];
  const volumeMounts = [{ name: 'own', mountPath: '/own' }];
  const spec = { serviceAccountName: 'robot', volumes };
  const pod = await runningPod(plane, shellPod('box', { volumeMounts }, spec));
  const read = async (): Promise<string> => (await run(host, pod, 'cat /own/token')).out;
  const first = await read();
  expect(first.split('.')).toHaveLength(3);
  plane.clock.advance(7 * MINUTE_MS);
  expect(await read()).toBe(first);
  plane.clock.advance(MINUTE_MS + 1_000);
  const second = await read();
  expect(second.split('.')).toHaveLength(3);
  expect(second).not.toBe(first);
});
