import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import type { ObjectList, WatchEvent } from '../../../src/scheme/object.ts';
import { eventually } from '../../support/eventually.ts';
import { TEST_TOKEN, type TestRest, testRest } from '../../support/rest-server.ts';
import { openWatch } from '../../support/rest-watch.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

const configMap = (name: string, labels: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels },
});

async function versionNow(rest: TestRest): Promise<string> {
  const list = await rest.call('GET', `${CONFIG_MAPS}?limit=1`);
  return list.json<ObjectList>().metadata.resourceVersion;
}

test('a watch tells what happens after its version, in frames of one line', async () => {
  await using rest = await testRest();
  const version = await versionNow(rest);
  using watch = await openWatch(rest, `${CONFIG_MAPS}?watch=true&resourceVersion=${version}`);
  expect(watch.response.headers.get('content-type')).toBe('application/json');
  expect(watch.response.headers.get('transfer-encoding')).toBe('chunked');
  await rest.call('POST', CONFIG_MAPS, { body: configMap('seen') });
  await rest.call('DELETE', `${CONFIG_MAPS}/seen`);
  expect(await watch.next()).toMatchObject({ type: 'ADDED', object: { kind: 'ConfigMap' } });
  expect(await watch.next()).toMatchObject({ type: 'DELETED', object: { kind: 'ConfigMap' } });
});

test('a changed match is an ADDED or a DELETED', async () => {
  await using rest = await testRest();
  const version = await versionNow(rest);
  const query = `watch=1&labelSelector=in%3Dyes&resourceVersion=${version}`;
  using watch = await openWatch(rest, `${CONFIG_MAPS}?${query}`);
  const relabel = (value: string) =>
    rest.call('PATCH', `${CONFIG_MAPS}/moves`, {
      body: { metadata: { labels: { in: value } } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
  await rest.call('POST', CONFIG_MAPS, { body: configMap('moves', { in: 'no' }) });
  await relabel('yes');
  await relabel('no');
  expect((await watch.next()).type).toBe('ADDED');
  expect((await watch.next()).type).toBe('DELETED');
});

test('the oldest paths watch a collection, or one object of it', async () => {
  await using rest = await testRest();
  await rest.call('POST', CONFIG_MAPS, { body: configMap('one') });
  await rest.call('POST', CONFIG_MAPS, { body: configMap('two') });
  using watch = await openWatch(rest, '/api/v1/watch/namespaces/default/configmaps/two');
  expect((await watch.next()).object.metadata.name).toBe('two');
});

test('the initial events of a WatchList end in the annotated bookmark', async () => {
  await using rest = await testRest();
  await rest.call('POST', CONFIG_MAPS, { body: configMap('here') });
  const query =
    'watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan&fieldSelector=metadata.name%3Dhere';
  using watch = await openWatch(rest, `${CONFIG_MAPS}?${query}`);
  expect(await watch.next()).toMatchObject({ type: 'ADDED' });
  expect(await watch.next()).toMatchObject({
    type: 'BOOKMARK',
    object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
  });
});

test('a watch ends when its time is over', async () => {
  await using rest = await testRest();
  const version = await versionNow(rest);
  const query = `watch=true&timeoutSeconds=1&resourceVersion=${version}`;
  using watch = await openWatch(rest, `${CONFIG_MAPS}?${query}`);
  expect(await watch.ended()).toBe(true);
});

test('a watch that is refused is answered with a Status', async () => {
  await using rest = await testRest();
  const answer = await rest.call('GET', `${CONFIG_MAPS}?watch=true&labelSelector=%21%21`);
  expect(answer.code).toBe(400);
  expect(answer.json()).toMatchObject({ kind: 'Status', reason: 'BadRequest' });
});

test('a version that is no longer kept is told in the stream', async () => {
  const clock = new VirtualClock();
  await using rest = await testRest({
    api: { clock, store: { retentionMs: 1_000, maxRecentEvents: 1 } },
  });
  for (let i = 0; i < 5; i++) await rest.call('POST', CONFIG_MAPS, { body: configMap(`old-${i}`) });
  clock.advance(10_000);
  await rest.call('POST', CONFIG_MAPS, { body: configMap('new') });
  await rest.api.store.compact();
  using watch = await openWatch(rest, `${CONFIG_MAPS}?watch=true&resourceVersion=1`);
  expect(watch.response.status).toBe(200);
  expect(await watch.next()).toMatchObject({
    type: 'ERROR',
    object: { kind: 'Status', reason: 'Expired', code: 410 },
  });
  expect(await watch.ended()).toBe(true);
});

test('a watch comes over a WebSocket, one message a frame', async () => {
  await using rest = await testRest();
  await rest.call('POST', CONFIG_MAPS, { body: configMap('there') });
  const url = `${rest.url.replace('http', 'ws')}${CONFIG_MAPS}?watch=true&fieldSelector=metadata.name%3Dthere`;
  const encoded = Buffer.from(TEST_TOKEN).toString('base64url');
  const socket = new WebSocket(url, [
    `base64url.bearer.authorization.k8s.io.${encoded}`,
    'binary.k8s.io',
  ]);
  const events: WatchEvent[] = [];
  socket.on('message', (data) => events.push(JSON.parse(String(data)) as WatchEvent));
  await once(socket, 'open');
  expect(socket.protocol).toBe('binary.k8s.io');
  await rest.call('DELETE', `${CONFIG_MAPS}/there`);
  await eventually(
    () => events.map(({ type }) => type),
    (types) => expect(types).toEqual(['ADDED', 'DELETED']),
  );
  socket.close();
  await once(socket, 'close');
});

test.each([
  ['without a token', CONFIG_MAPS, 401],
  ['of what is not there', '/api/v1/nothings?watch=true', 404],
  ['that is no watch', CONFIG_MAPS, 400],
])('a WebSocket %s is refused', async (why, path, code) => {
  await using rest = await testRest();
  const headers = why === 'without a token' ? {} : { authorization: `Bearer ${TEST_TOKEN}` };
  const socket = new WebSocket(`${rest.url.replace('http', 'ws')}${path}`, { headers });
  const [error] = (await once(socket, 'error')) as [Error];
  expect(error.message).toBe(`Unexpected server response: ${code}`);
});

test('a server that stops ends its watches', async () => {
  const rest = await testRest();
  const version = await versionNow(rest);
  using watch = await openWatch(rest, `${CONFIG_MAPS}?watch=true&resourceVersion=${version}`);
  await rest[Symbol.asyncDispose]();
  expect(await watch.ended()).toBe(true);
});

test.each([
  ['sendInitialEvents=true', /requires setting resourceVersionMatch to NotOlderThan/],
  ['resourceVersionMatch=NotOlderThan', /forbidden for watch unless sendInitialEvents is provided/],
  ['sendInitialEvents=true&resourceVersionMatch=Exact', /requires setting resourceVersionMatch/],
])('a watch with %s is refused', async (query, message) => {
  await using rest = await testRest();
  const answer = await rest.call('GET', `${CONFIG_MAPS}?watch=true&${query}`);
  expect(answer.json()).toMatchObject({
    code: 422,
    reason: 'Invalid',
    message: expect.stringMatching(message),
  });
});

test('a watch of a version that is on its way out says so in its head', async () => {
  await using rest = await testRest();
  using watch = await openWatch(rest, '/api/v1/endpoints?watch=true');
  expect(watch.response.headers.get('warning')).toMatch(/v1 Endpoints is deprecated/);
});
