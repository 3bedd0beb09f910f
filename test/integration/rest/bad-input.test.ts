import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Status } from '../../../src/scheme/errors.ts';
import { coreConfigMaps } from '../../../src/scheme/generated/resources.ts';
import { eventually } from '../../support/eventually.ts';
import { TEST_TOKEN, type TestRest, testRest } from '../../support/rest-server.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const MAX_BODY_BYTES = 100_000;

let rest: TestRest;

beforeAll(async () => {
  rest = await testRest({
    limits: { maxBodyBytes: MAX_BODY_BYTES, stalledMs: 400 },
    requestTimeoutMs: 400,
  });
});
afterAll(async () => {
  await rest[Symbol.asyncDispose]();
});

/** A connection on which the test says whatever it wants. */
async function openSocket(): Promise<Socket> {
  const { hostname, port } = new URL(rest.url);
  const socket = connect(Number(port), hostname);
  // Ignored: the server may reset what it refuses.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

const head = (method: string, path: string, ...headers: string[]): string =>
  [
    `${method} ${path} HTTP/1.1`,
    'host: localhost',
    `authorization: Bearer ${TEST_TOKEN}`,
    ...headers,
    '\r\n',
  ].join('\r\n');

/** What the server says until it closes the connection. */
async function readToEnd(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  if (!socket.closed) await once(socket, 'close');
  return text;
}

async function expectUnharmed(): Promise<void> {
  expect((await rest.call('GET', CONFIG_MAPS)).code).toBe(200);
}

describe('a body', () => {
  test('over the limit is refused, however it is sent, and nobody is cut off in mid-sentence', async () => {
    const body = JSON.stringify({ data: { x: 'x'.repeat(MAX_BODY_BYTES) } });
    const answer = await rest.call('POST', CONFIG_MAPS, { body });
    expect(answer.code).toBe(413);
    expect(answer.json<Status>()).toMatchObject({
      kind: 'Status',
      reason: 'RequestEntityTooLarge',
      code: 413,
      message: expect.stringMatching(/Request entity too large/),
    });
    const patch = await rest.call('PATCH', `${CONFIG_MAPS}/x`, {
      body,
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    expect(patch.code).toBe(413);
  });

  test('that is much longer than the limit ends the connection', async () => {
    const socket = await openSocket();
    socket.write(
      head('POST', CONFIG_MAPS, 'content-type: application/json', 'content-length: 999999999'),
    );
    socket.write('x'.repeat(10 * MAX_BODY_BYTES));
    expect(await readToEnd(socket)).toMatch(/^HTTP\/1\.1 413 /);
    await expectUnharmed();
  });

  test('that is shorter than it says is waited for no longer than a request may take', async () => {
    const socket = await openSocket();
    socket.write(
      head('POST', CONFIG_MAPS, 'content-type: application/json', 'content-length: 100'),
    );
    socket.write('{"metadata":');
    expect(await readToEnd(socket)).toMatch(/^HTTP\/1\.1 408 /);
    await expectUnharmed();
  });

  test('that is longer than it says is read as far as it says, and ends the connection', async () => {
    const socket = await openSocket();
    socket.write(head('POST', CONFIG_MAPS, 'content-type: application/json', 'content-length: 2'));
    socket.write('{}{"not":"a request"}');
    expect(await readToEnd(socket)).toMatch(/HTTP\/1\.1 400 /);
    await expectUnharmed();
  });

  test('that comes a byte at a time ends with the time that a request has', async () => {
    const socket = await openSocket();
    socket.write(
      head('PUT', `${CONFIG_MAPS}/x`, 'content-type: application/json', 'content-length: 5000'),
    );
    const drip = setInterval(() => socket.write(' '), 20);
    const answer = await readToEnd(socket);
    clearInterval(drip);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    await expectUnharmed();
  });

  test('of whoever is not known is not read', async () => {
    const socket = await openSocket();
    socket.write(head('POST', CONFIG_MAPS, 'content-length: 1000000').replace(TEST_TOKEN, 'wrong'));
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect(String(first)).toMatch(/^HTTP\/1\.1 401 /);
    socket.destroy();
  });
});

describe('a path', () => {
  test.each([
    ['/api/v1/namespaces/default/configmaps/%zz', 400],
    ['/api/v1/namespaces//configmaps', 404],
    ['/api/v1/%2e%2e/configmaps', 404],
    ['/apis/no.such.group', 404],
    ['/apis/apps/v77', 404],
    ['/api/v1/namespaces/default/configmaps/__proto__', 404],
    ['/api/v1/constructor', 404],
    ['/api/v1/namespaces/default/configmaps/x/__proto__', 404],
  ])('%s is answered with %i and a Status', async (path, code) => {
    const answer = await rest.call('GET', path);
    expect(answer.json<Status>()).toMatchObject({ kind: 'Status', status: 'Failure', code });
    expect(answer.code).toBe(code);
  });
});

test('a path that is long beyond reason is answered with a Status', async () => {
  const answer = await rest.call('GET', `${CONFIG_MAPS}/${'x'.repeat(5_000)}`);
  expect(answer.json<Status>()).toMatchObject({ kind: 'Status', code: 404 });
});

describe('a patch', () => {
  test.each([
    ['merge-patch+json', '[1]', 400],
    ['merge-patch+json', '{', 400],
    ['json-patch+json', '{}', 400],
    ['json-patch+json', '[{"op":"fly","path":"/a"}]', 400],
    ['json-patch+json', '[{"op":"remove","path":"/data/nothing"}]', 422],
    ['strategic-merge-patch+json', '{"metadata":{"$patch":"explode"}}', 400],
    ['apply-patch+yaml', ': : :', 400],
    ['apply-patch+yaml', 'a: &a [*a, *a]', 400],
  ])('in %s that is %s is refused', async (type, body, code) => {
    await rest.call('POST', CONFIG_MAPS, {
      body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'patched' } },
    });
    const query = type.startsWith('apply') ? '?fieldManager=me' : '';
    const answer = await rest.call('PATCH', `${CONFIG_MAPS}/patched${query}`, {
      body,
      headers: { 'content-type': `application/${type}` },
    });
    expect(answer.json<Status>()).toMatchObject({ kind: 'Status', code });
  });

  test('that is to be forced must be an apply', async () => {
    const answer = await rest.call('PATCH', `${CONFIG_MAPS}/patched?force=true`, {
      body: {},
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    expect(answer.json<Status>()).toMatchObject({
      code: 422,
      details: { causes: [{ field: 'force', reason: 'FieldValueForbidden' }] },
    });
  });
});

test('a list whose reader takes nothing of it is given up, and its reader cut off', async () => {
  for (let i = 0; i < 30; i++) {
    await rest.api.client.create(coreConfigMaps, {
      metadata: { name: `large-${i}`, namespace: 'kube-public' },
      data: { a: 'x'.repeat(900_000) },
    });
  }
  const before = await rest.openConnections();
  const socket = await openSocket();
  socket.write(head('GET', '/api/v1/namespaces/kube-public/configmaps'));
  await once(socket, 'data');
  socket.pause();
  await eventually(
    () => rest.openConnections(),
    (count) => expect(count).toBeLessThanOrEqual(before),
  );
  expect(await readToEnd(socket.resume())).not.toMatch(/0\r\n\r\n$/);
  await expectUnharmed();
});

describe('watches', () => {
  const watchHead = (query = '') =>
    head('GET', `${CONFIG_MAPS}?watch=true${query}`, 'connection: close');

  test('that are idle, a thousand of them, harm nobody', async () => {
    const sockets = await Promise.all(Array.from({ length: 1_000 }, openSocket));
    let opened = 0;
    for (const socket of sockets) {
      socket.once('data', () => opened++);
      socket.write(watchHead('&resourceVersion=1'));
    }
    await eventually(
      () => opened,
      (count) => expect(count).toBe(sockets.length),
      { withinMs: 25_000 },
    );
    await expectUnharmed();
    for (const socket of sockets) socket.destroy();
    await expectUnharmed();
  });

  test('of a client that never reads are closed, and its changes kept no longer', async () => {
    const socket = await openSocket();
    socket.write(watchHead('&resourceVersion=1'));
    await once(socket, 'data');
    socket.pause();
    await rest.api.client.create(coreConfigMaps, {
      metadata: { name: 'big', namespace: 'default' },
    });
    for (let i = 0; i < 60; i++) {
      await rest.api.client.patch(
        coreConfigMaps,
        { namespace: 'default', name: 'big' },
        { type: 'merge', patch: { data: { a: `${i}`.padEnd(400_000, '.') } } },
      );
    }
    const told = await readToEnd(socket.resume());
    const last = JSON.parse(
      told
        .split('\r\n')
        .filter((line) => line.startsWith('{'))
        .at(-1) ?? '',
    );
    expect(last).toMatchObject({
      type: 'ERROR',
      object: {
        kind: 'Status',
        code: 429,
        message: expect.stringMatching(/watch again from resourceVersion \d+$/),
      },
    });
    await expectUnharmed();
  });
});
