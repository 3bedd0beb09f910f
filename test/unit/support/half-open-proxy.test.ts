import net from 'node:net';
import { expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { startHalfOpenProxy } from '../../support/half-open-proxy.ts';

const HELLO = 'user\0x\0application_name\0me\0';

/** A server that keeps what it gets and answers each piece, a client through the proxy, and the proxy's view of it. */
async function setUp() {
  const received: string[] = [];
  const server = net.createServer((socket) => {
    socket.on('data', (data) => {
      received.push(data.toString());
      socket.write(`answer to ${data.toString()}`);
    });
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  const proxy = await startHalfOpenProxy(`postgres://u@127.0.0.1:${port}/db`);
  const answers: string[] = [];
  const client = net.connect(
    Number(new URL(proxy.urlFor('postgres://u@h:1/db')).port),
    '127.0.0.1',
  );
  client.on('data', (data) => answers.push(data.toString()));
  client.on('error', () => undefined);
  client.write(HELLO);
  await eventually(
    () => answers,
    (all) => expect(all).toHaveLength(1),
  );
  const [connection] = proxy.connections('me');
  if (!connection) throw new Error('the proxy did not see the client');
  return {
    received,
    answers,
    client,
    connection,
    async [Symbol.asyncDispose]() {
      client.destroy();
      await proxy[Symbol.asyncDispose]();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('requests that are held reach the server when they are released, even after the client was cut', async () => {
  await using world = await setUp();
  world.connection.holdRequests();
  world.client.write('late');
  await eventually(
    () => world.connection.heldRequestBytes,
    (bytes) => expect(bytes).toBe(4),
  );
  expect(world.received).toEqual([HELLO]);
  world.connection.cutClient();
  world.connection.releaseRequests();
  await eventually(
    () => world.connection.heldResponses,
    (held) => expect(held).toBe('answer to late'),
  );
  expect(world.received).toEqual([HELLO, 'late']);
});

test('responses that are held do not reach the client, which sees only its connection end', async () => {
  await using world = await setUp();
  world.connection.holdResponses();
  world.client.write('lost');
  await eventually(
    () => world.connection.heldResponses,
    (held) => expect(held).toBe('answer to lost'),
  );
  world.connection.cut();
  await eventually(
    () => world.client.destroyed,
    (destroyed) => expect(destroyed).toBe(true),
  );
  expect(world.answers).toHaveLength(1);
});
