import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { createClient } from '../../../src/apiserver/in-process-client.ts';
import { coreConfigMaps } from '../../../src/scheme/generated/resources.ts';
import type { ApiObject } from '../../../src/scheme/object.ts';
import { eventually } from '../../support/eventually.ts';
import { heldBytes } from '../../support/held-bytes.ts';
import { TEST_TOKEN, type TestRest, testRest } from '../../support/rest-server.ts';

const MIB = 1_048_576;
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

async function openRequest(rest: TestRest, path: string): Promise<Socket> {
  const { hostname, port } = new URL(rest.url);
  const socket = connect(Number(port), hostname);
  // Ignored: the server may cut off whoever does not read.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(
    `GET ${path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${TEST_TOKEN}\r\nconnection: close\r\n\r\n`,
  );
  return socket;
}

const ITEMS = 50_000;

/** A server that knows one object, and says that it has 50,000 of them. */
async function restWithLongList(): Promise<TestRest> {
  const data = { text: 'x'.repeat(1_000) };
  const item: ApiObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' } };
  const items: readonly ApiObject[] = Array.from({ length: ITEMS }, () => ({ ...item, data }));
  const list = { apiVersion: 'v1', kind: 'ConfigMapList', metadata: {}, items };
  const rest: TestRest = await testRest({
    clientFor: (identity) => {
      const client = createClient(rest.api.apiServer, identity);
      client.list = () => Promise.resolve(list) as never;
      return client;
    },
  });
  return rest;
}

test('a list of 50,000 objects is held no more than in pieces, whether its reader reads or waits', async () => {
  await using rest = await restWithLongList();
  const before = heldBytes();
  const socket = await openRequest(rest, CONFIG_MAPS);
  await once(socket, 'data');
  socket.pause();
  // What the network takes is in nobody's memory here.
  await new Promise((resolve) => setImmediate(resolve));
  expect(heldBytes() - before).toBeLessThan(8 * MIB);
  let bytes = 0;
  let peak = 0;
  let next = MIB;
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes < next) return;
    next += 10 * MIB;
    peak = Math.max(peak, heldBytes() - before);
  });
  socket.resume();
  await once(socket, 'close');
  expect(bytes).toBeGreaterThan(ITEMS * 1_000);
  expect(peak).toBeLessThan(16 * MIB);
});

test('a thousand idle watches cost little each, and nothing once they are gone', async () => {
  await using rest = await testRest();
  const warm = await openRequest(rest, `${CONFIG_MAPS}?watch=true&resourceVersion=1`);
  await once(warm, 'data');
  const before = heldBytes();
  const sockets: Socket[] = [];
  for (let i = 0; i < 1_000; i++) {
    const socket = await openRequest(rest, `${CONFIG_MAPS}?watch=true&resourceVersion=1`);
    await once(socket, 'data');
    sockets.push(socket);
  }
  // Both ends of each are in this process.
  expect((heldBytes() - before) / sockets.length).toBeLessThan(64 * 1_024);
  for (const socket of sockets) socket.destroy();
  await eventually(
    () => rest.openConnections(),
    (count) => expect(count).toBeLessThanOrEqual(2),
  );
  expect(heldBytes() - before).toBeLessThan(8 * MIB);
  warm.destroy();
}, 60_000);

test('a client that never reads its watch keeps no more than a bounded part of what happens', async () => {
  await using rest = await testRest();
  const { client } = rest.api;
  const target = { namespace: 'default', name: 'big' };
  await client.create(coreConfigMaps, { metadata: target });
  const change = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) {
      const patch = { data: { a: `${i}`.padEnd(400_000, '.') } };
      await client.patch(coreConfigMaps, target, { type: 'merge', patch });
    }
  };
  /** How much more is held after many changes: the cache keeps its share of them for whoever watches anew. */
  const growthOf = async (): Promise<number> => {
    const before = heldBytes();
    await change(100);
    return heldBytes() - before;
  };
  const withoutWatch = await growthOf();
  const socket = await openRequest(rest, `${CONFIG_MAPS}?watch=true`);
  await once(socket, 'data');
  socket.pause();
  // All that has happened is twice as much as this: 8 MiB wait at most, and the network has its share.
  expect(await growthOf()).toBeLessThan(withoutWatch + 20 * MIB);
  socket.destroy();
}, 60_000);
