import { expect, test } from '@jest/globals';
import type { ApiClient, ProcessRequest } from '../../../src/apiserver/client.ts';
import { createClient } from '../../../src/apiserver/in-process-client.ts';
import { Collector } from '../../../src/kubelet/shell/pipe.ts';
import type { ContainerStreams } from '../../../src/lib/container-streams.ts';
import { coreNodes, corePods } from '../../../src/scheme/generated/resources.ts';
import { grant } from '../../support/access.ts';
import { podOf } from '../../support/kubelet-plane.ts';
import { type TestApi, testApi } from '../../support/plane.ts';
import { enforce } from '../../support/policies.ts';

const NEVER = new AbortController().signal;
const POD = { namespace: 'default', name: 'web' };

const EXEC: ProcessRequest = {
  subresource: 'exec',
  verb: 'create',
  command: ['ls'],
  stdin: false,
  stdout: true,
  stderr: false,
  tty: false,
};

/** Containers that say what they were asked. */
const STREAMS: ContainerStreams = {
  exec: async ({ name }, container, command, { stderr, stdout }) => {
    await stdout?.write(Buffer.from(`${name}/${container}: ${command.join(' ')}`));
    return stderr ? 1 : 0;
  },
  attach: async () => 0,
  connect: async (_pod, port, { output }) => {
    await output.write(Buffer.from(`port ${port}`));
  },
  request: async (_pod, port, { path }) => ({
    status: 200,
    headers: {},
    body: Buffer.from(`${port}${path}`),
  }),
};

async function apiWithPod(options: { streams?: ContainerStreams } = { streams: STREAMS }) {
  const { streams } = options;
  const api = await testApi(streams ? { containerStreams: streams } : {});
  await api.client.create(coreNodes, { metadata: { name: 'n1' } });
  await api.client.create(corePods, podOf('web'));
  return api;
}

const as = (api: TestApi, name: string): ApiClient =>
  createClient(api.apiServer, { user: { name, groups: [] } });

const podRule = (verb: string, subresource: string) => ({
  apiGroups: [''],
  resources: [`pods/${subresource}`],
  verbs: [verb],
});

test('exec leads to the only container, with the streams that were asked for', async () => {
  await using api = await apiWithPod();
  const connect = await api.client.openProcess(POD, EXEC);
  const stdout = new Collector(100);
  expect(await connect({ stdout, stderr: new Collector(100) }, NEVER)).toBe(0);
  expect(stdout.text()).toBe('web/nginx: ls');
});

test.each(['exec', 'attach', 'portforward'] as const)(
  '%s takes the right to create, also of those who ask by a GET',
  async (subresource) => {
    await using api = await apiWithPod();
    await grant(api.client, { kind: 'User', name: 'reader' }, podRule('get', subresource));
    await grant(api.client, { kind: 'User', name: 'writer' }, podRule('create', subresource));
    const open = (name: string, verb: 'get' | 'create'): Promise<unknown> =>
      subresource === 'portforward'
        ? as(api, name).openPorts(POD, verb)
        : as(api, name).openProcess(POD, { ...EXEC, subresource, verb });
    await expect(open('reader', 'get')).rejects.toThrow(
      `cannot create resource "pods/${subresource}"`,
    );
    await expect(open('writer', 'get')).rejects.toThrow(
      `cannot get resource "pods/${subresource}"`,
    );
    await expect(open('writer', 'create')).resolves.toBeDefined();
  },
);

test.each<[string, Partial<ProcessRequest>, string]>([
  ['no stream', { stdout: false }, 'you must specify at least 1 of stdin, stdout, stderr'],
  ['errors beside a terminal', { tty: true, stderr: true }, 'tty and stderr cannot both be true'],
  ['no command', { command: [] }, 'you must specify at least one command for the container'],
  ['another container', { container: 'x' }, 'container x is not valid for pod web'],
])('exec with %s is a bad request', async (_what, changes, message) => {
  await using api = await apiWithPod();
  await expect(api.client.openProcess(POD, { ...EXEC, ...changes })).rejects.toMatchObject({
    reason: 'BadRequest',
    message,
  });
});

test('a Pod that is not there, or nowhere yet, cannot be reached', async () => {
  await using api = await apiWithPod();
  const none = { namespace: 'default', name: 'none' };
  await expect(api.client.openProcess(none, EXEC)).rejects.toMatchObject({ reason: 'NotFound' });
  await api.client.create(corePods, podOf('waiting', { nodeName: '' }));
  const waiting = { namespace: 'default', name: 'waiting' };
  await expect(api.client.openPorts(waiting, 'create')).rejects.toThrow(
    'pod waiting does not have a host assigned',
  );
});

test('a server that runs no containers says so', async () => {
  await using api = await apiWithPod({});
  await expect(api.client.openProcess(POD, EXEC)).rejects.toMatchObject({
    reason: 'ServiceUnavailable',
    message: 'this server runs no containers',
  });
});

test('a proxy asks the port that is named, as the right to it allows', async () => {
  await using api = await apiWithPod();
  const request = { method: 'GET', path: '/a?b=c', headers: {}, body: new Uint8Array() };
  const ask = (client: ApiClient, name: string) =>
    client.proxy(corePods, { namespace: 'default', name }, request);
  const answer = await ask(api.client, 'web:8080');
  expect(Buffer.from(answer.body).toString()).toBe('8080/a?b=c');
  await expect(ask(as(api, 'ann'), 'web')).rejects.toMatchObject({ reason: 'Forbidden' });
  await expect(ask(api.client, 'web:99999')).rejects.toMatchObject({ reason: 'BadRequest' });
});

test('admission sees a connection, and what it is for', async () => {
  await using api = await apiWithPod();
  const rule = {
    apiGroups: [''],
    apiVersions: ['v1'],
    operations: ['CONNECT' as const],
    resources: ['pods/exec'],
  };
  await enforce(api.client, {
    spec: {
      matchConstraints: { resourceRules: [rule] },
      validations: [
        { expression: "object.command[0] != 'rm'", message: 'nothing is removed here' },
      ],
    },
  });
  await expect(
    api.client.openProcess(POD, { ...EXEC, command: ['rm', '-r', '/'] }),
  ).rejects.toThrow('nothing is removed here');
  await expect(api.client.openProcess(POD, EXEC)).resolves.toBeDefined();
  await expect(api.client.openPorts(POD, 'create')).resolves.toBeDefined();
});
