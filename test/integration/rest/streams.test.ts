import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { Duplex } from 'node:stream';
import { expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import type { ContainerStreams } from '../../../src/lib/container-streams.ts';
import { deferred } from '../../../src/lib/deferred.ts';
import { coreNodes, corePods } from '../../../src/scheme/generated/resources.ts';
import { eventually } from '../../support/eventually.ts';
import { podOf } from '../../support/kubelet-plane.ts';
import { TEST_TOKEN, type TestRest, testRest } from '../../support/rest-server.ts';

const EXEC = '/api/v1/namespaces/default/pods/web/exec?command=run&stdin=true&stdout=true';
const CHUNK = Buffer.alloc(32_768, 'x');

function streamsThat(exec: ContainerStreams['exec']): ContainerStreams {
  const none = () => Promise.reject(new Error('not here'));
  return { exec, attach: none, connect: none, request: none };
}

async function restWith(exec: ContainerStreams['exec']): Promise<TestRest> {
  const rest = await testRest({ api: { containerStreams: streamsThat(exec) } });
  await rest.api.client.create(coreNodes, { metadata: { name: 'n1' } });
  await rest.api.client.create(corePods, podOf('web'));
  return rest;
}

function connect(rest: TestRest, path = EXEC, protocol = 'v5.channel.k8s.io'): WebSocket {
  return new WebSocket(rest.url.replace('http', 'ws') + path, [protocol], {
    headers: { authorization: `Bearer ${TEST_TOKEN}` },
  });
}

/** Prints for ever. */
const chatter =
  (onPrinted: () => void): ContainerStreams['exec'] =>
  async (...args) => {
    const [, , , { stdout }, signal] = args;
    while (!signal.aborted) {
      await stdout?.write(CHUNK);
      onPrinted();
    }
    return 0;
  };

test('a process waits for a client that does not read', async () => {
  let printed = 0;
  const ended = deferred();
  const exec = chatter(() => printed++);
  await using rest = await restWith((...args) => exec(...args).finally(() => ended.resolve()));
  const socket = connect(rest);
  await once(socket, 'open');
  socket.pause();
  let before = -1;
  await eventually(
    async () => {
      const grown = printed - before;
      before = printed;
      await new Promise((resolve) => setImmediate(resolve));
      return grown;
    },
    (grown) => expect(grown).toBe(0),
  );
  // What the network holds of both ends, and not much more.
  expect(printed * CHUNK.length).toBeLessThan(32 * 1_048_576);
  socket.terminate();
  await ended.promise;
});

test('a process hears that its client has left', async () => {
  const left = deferred();
  await using rest = await restWith((_pod, _container, _command, _streams, signal) => {
    signal.addEventListener('abort', () => left.resolve());
    return left.promise.then(() => 0);
  });
  const socket = connect(rest);
  await once(socket, 'open');
  socket.close();
  await left.promise;
});

test('a server that stops ends the connections that are open', async () => {
  const left = deferred();
  const rest = await restWith((_pod, _container, _command, _streams, signal) => {
    signal.addEventListener('abort', () => left.resolve());
    return left.promise.then(() => 0);
  });
  const socket = connect(rest);
  await once(socket, 'open');
  const closed = once(socket, 'close');
  await rest[Symbol.asyncDispose]();
  await left.promise;
  await closed;
});

test.each([
  ['a Pod that is not there', EXEC.replace('web', 'none'), 'v5.channel.k8s.io', 404],
  ['no command', EXEC.replace('command=run&', ''), 'v5.channel.k8s.io', 400],
  ['a protocol that is not spoken here', EXEC, 'v1.channel.k8s.io', 400],
])('%s is refused before the connection is taken over', async (_what, path, protocol, code) => {
  await using rest = await restWith(async () => 0);
  const socket = connect(rest, path, protocol);
  const [, response] = (await once(socket, 'unexpected-response')) as [
    unknown,
    NodeJS.ReadableStream & { statusCode: number },
  ];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const status = JSON.parse(Buffer.concat(chunks).toString());
  expect({ code: response.statusCode, status }).toMatchObject({
    code,
    status: { kind: 'Status', status: 'Failure', code },
  });
});

test('who is not known gets no connection', async () => {
  await using rest = await restWith(async () => 0);
  const url = rest.url.replace('http', 'ws') + EXEC;
  const socket = new WebSocket(url, ['v5.channel.k8s.io']);
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  expect(response.resume().statusCode).toBe(401);
});

test('a browser, which can set no header, brings its token among the protocols', async () => {
  await using rest = await restWith(async () => 0);
  const token = Buffer.from(TEST_TOKEN).toString('base64url');
  const offered = [`base64url.bearer.authorization.k8s.io.${token}`, 'v5.channel.k8s.io'];
  const socket = new WebSocket(rest.url.replace('http', 'ws') + EXEC, offered);
  await once(socket, 'open');
  expect(socket.protocol).toBe('v5.channel.k8s.io');
  socket.terminate();
});

const TUNNEL = 'SPDY/3.1+portforward.k8s.io';
const PORTS = '/api/v1/namespaces/default/pods/web/portforward';

/** Asks for an upgrade as kubectl does, and gives the answer. */
async function upgrade(rest: TestRest, path: string, headers: Record<string, string>) {
  const asked = request(rest.url + path, {
    headers: { authorization: `Bearer ${TEST_TOKEN}`, connection: 'Upgrade', ...headers },
  });
  asked.end();
  const [answer, socket] = await Promise.race([
    once(asked, 'upgrade') as Promise<[IncomingMessage, Duplex]>,
    once(asked, 'response') as Promise<[IncomingMessage]>,
  ]);
  socket?.destroy();
  answer.resume();
  return { code: answer.statusCode, protocol: answer.headers['sec-websocket-protocol'] };
}

test.each([
  ['forwards ports through a WebSocket', PORTS, TUNNEL, { code: 101, protocol: TUNNEL }],
  ['does not run processes through it', EXEC, TUNNEL, { code: 400, protocol: undefined }],
  [
    'does not forward ports as a process',
    PORTS,
    'v5.channel.k8s.io',
    { code: 400, protocol: undefined },
  ],
])("the tunnel of kubectl's port-forward %s", async (_law, path, protocol, expected) => {
  await using rest = await restWith(async () => 0);
  const answer = await upgrade(rest, path, {
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': Buffer.alloc(16).toString('base64'),
    'sec-websocket-protocol': protocol,
  });
  expect(answer).toEqual(expected);
});
