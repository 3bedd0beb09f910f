import { expect, test } from '@jest/globals';
import type { ProcessConnection, ProcessRequest } from '../../../../src/apiserver/client.ts';
import type { ByteSource } from '../../../../src/lib/container-streams.ts';
import { deferred } from '../../../../src/lib/deferred.ts';
import { servePortForward } from '../../../../src/rest/streams/port-forward.ts';
import { serveSpdyProcess } from '../../../../src/rest/streams/spdy-process.ts';
import { limitTransport, StreamCounter } from '../../../../src/rest/streams/stream-limits.ts';
import {
  portsOf,
  serveWebSocketPorts,
} from '../../../../src/rest/streams/websocket-port-forward.ts';
import { serveWebSocketProcess } from '../../../../src/rest/streams/websocket-process.ts';
import { badRequest } from '../../../../src/scheme/errors.ts';
import { SpdyClient } from '../../../support/spdy-client.ts';
import { PlayedTransport } from '../../../support/transport.ts';

const REQUEST: ProcessRequest = {
  subresource: 'exec',
  verb: 'create',
  command: ['run', 'it'],
  stdin: true,
  stdout: true,
  stderr: true,
  tty: false,
};

async function textOf(source: ByteSource | undefined): Promise<string> {
  let text = '';
  for await (const chunk of source ?? []) text += Buffer.from(chunk).toString();
  return text;
}

/** Prints what it reads, complains, and ends with `code`. */
const echoing =
  (code: number): ProcessConnection =>
  async ({ stderr, stdin, stdout }) => {
    const text = await textOf(stdin);
    await stdout?.write(Buffer.from(`read ${text}`));
    await stderr?.write(Buffer.from('oh'));
    return code;
  };

const channel = (id: number, text: string): Buffer =>
  Buffer.concat([Buffer.of(id), Buffer.from(text)]);

const FAILED = {
  metadata: {},
  status: 'Failure',
  message:
    'command terminated with non-zero exit code: error executing command [run it], exit code 3',
  reason: 'NonZeroExitCode',
  details: { causes: [{ reason: 'ExitCode', message: '3' }] },
};

test.each([
  [0, { metadata: {}, status: 'Success' }],
  [3, FAILED],
])(
  'over a WebSocket a process reads, prints, and tells its exit code: %d',
  async (code, status) => {
    const transport = new PlayedTransport();
    const served = serveWebSocketProcess(transport, echoing(code), REQUEST);
    transport.receive(channel(0, 'he'));
    transport.receive(channel(0, 'llo'));
    transport.receive(Buffer.of(255, 0));
    await served;
    expect(transport.sent.slice(0, 2)).toEqual([channel(1, 'read hello'), channel(2, 'oh')]);
    const [id, ...rest] = transport.sent[2] ?? [];
    expect({ id, status: JSON.parse(Buffer.from(rest).toString()) }).toEqual({ id: 3, status });
    expect(transport.isClosed).toBe(true);
  },
);

test('over SPDY a process has a stream for each of its ends', async () => {
  const transport = new PlayedTransport();
  const served = serveSpdyProcess(transport, echoing(3), REQUEST);
  const client = new SpdyClient(transport);
  const ids: Record<string, number> = {};
  for (const streamtype of ['error', 'stdin', 'stdout', 'stderr']) {
    ids[streamtype] = await client.open({ streamtype });
  }
  client.send(ids.stdin ?? 0, 'hello', true);
  await served;
  expect(await client.readAll(ids.stdout ?? 0)).toBe('read hello');
  expect(await client.readAll(ids.stderr ?? 0)).toBe('oh');
  expect(JSON.parse(await client.readAll(ids.error ?? 0))).toEqual(FAILED);
  client.close();
});

test('the size of a terminal is heard, and what is none is not', async () => {
  const transport = new PlayedTransport();
  const sizes: unknown[] = [];
  const served = serveWebSocketProcess(
    transport,
    async ({ stdin, terminalSize }) => {
      await textOf(stdin);
      sizes.push(terminalSize?.());
      return 0;
    },
    { ...REQUEST, tty: true },
  );
  transport.receive(channel(4, '{"Width":80,"Height":24}'));
  for (const bad of ['{"Width":-1,"Height":2}', 'no JSON', '{"Width":1e9,"Height":1}']) {
    transport.receive(channel(4, bad));
  }
  transport.receive(Buffer.of(255, 0));
  await served;
  expect(sizes).toEqual([{ columns: 80, rows: 24 }]);
});

test.each([
  [
    new Error('executable file not found'),
    'Internal error occurred: error executing command in container: executable file not found',
  ],
  [badRequest('no such thing'), 'no such thing'],
])('what cannot be started is told as a Status: %s', async (thrown, message) => {
  const transport = new PlayedTransport();
  await serveWebSocketProcess(transport, () => Promise.reject(thrown), REQUEST);
  const status = JSON.parse(transport.sent[0]?.subarray(1).toString() ?? '');
  expect(status).toMatchObject({ status: 'Failure', message });
});

test('a client that leaves ends its process', async () => {
  const transport = new PlayedTransport();
  const served = serveWebSocketProcess(
    transport,
    (_streams, signal) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve(137))),
    REQUEST,
  );
  transport.close();
  await served;
  expect(transport.sent).toEqual([]);
});

test('a process that does not read lets its client wait, and memory stays flat', async () => {
  const transport = new PlayedTransport();
  const mayRead = deferred();
  const served = serveWebSocketProcess(
    transport,
    async ({ stdin }) => {
      await mayRead.promise;
      await textOf(stdin);
      return 0;
    },
    REQUEST,
  );
  const piece = channel(0, 'x'.repeat(100_000));
  while (!transport.isPaused) transport.receive(piece);
  mayRead.resolve();
  transport.receive(Buffer.of(255, 0));
  await served;
  expect(transport.isPaused).toBe(false);
});

test('forwarded connections have a stream for data and one for errors', async () => {
  const transport = new PlayedTransport();
  const ports: number[] = [];
  const served = servePortForward(transport, async (port, { input, output }) => {
    ports.push(port);
    if (port === 81) throw new Error('nobody listens');
    await output.write(Buffer.from(`got ${await textOf(input)}`));
  });
  const client = new SpdyClient(transport);
  const open = async (port: string, requestid: string) => ({
    error: await client.open({ streamtype: 'error', port, requestid }),
    data: await client.open({ streamtype: 'data', port, requestid }),
  });
  const good = await open('80', '0');
  client.send(good.data, 'ping', true);
  expect(await client.readAll(good.data)).toBe('got ping');
  expect(await client.readAll(good.error)).toBe('');
  const bad = await open('81', '1');
  expect(await client.readAll(bad.error)).toBe(
    'an error occurred forwarding 81 -> 81: nobody listens',
  );
  transport.close();
  await served;
  expect(ports).toEqual([80, 81]);
  client.close();
});

test('over a WebSocket each forwarded port has a channel for data and one for errors', async () => {
  const transport = new PlayedTransport();
  const served = serveWebSocketPorts(
    transport,
    async (port, { input, output }) => {
      if (port === 443) throw new Error('nobody listens');
      for await (const chunk of input) {
        await output.write(Buffer.from(`got ${Buffer.from(chunk)}`));
        return;
      }
    },
    [80, 443],
  );
  transport.receive(channel(0, 'ping'));
  transport.receive(channel(9, 'for no port'));
  await served;
  const sentOn = (id: number): Buffer[] =>
    transport.sent.filter(([first]) => first === id).map((message) => message.subarray(1));
  expect(sentOn(0)).toEqual([Buffer.of(80, 0), Buffer.from('got ping')]);
  expect(sentOn(1)).toEqual([Buffer.of(80, 0)]);
  expect(sentOn(2)).toEqual([Buffer.of(0xbb, 1)]);
  expect(sentOn(3)).toEqual([
    Buffer.of(0xbb, 1),
    Buffer.from('an error occurred forwarding 443 -> 443: nobody listens'),
  ]);
  expect(transport.isClosed).toBe(true);
});

test.each(['', 'ports=', 'ports=0', 'ports=65536', 'ports=80&ports=http', 'ports=-1'])(
  'no port can be forwarded for %j',
  (query) => {
    expect(() => portsOf(new URLSearchParams(query))).toThrow(/port/);
  },
);

test('the ports of a request are those that it names', () => {
  expect(portsOf(new URLSearchParams('ports=80&ports=443,8080'))).toEqual([80, 443, 8080]);
});

const LIMITS = { maxPerUser: 2, maxConnections: 3, maxBytes: 10, idleMs: 60_000 };

test('a user has so many connections, and all together so many', () => {
  const counter = new StreamCounter(LIMITS);
  const enter = (name: string) => counter.enter({ name, groups: [] });
  const leave = enter('ann');
  enter('ann');
  expect(() => enter('ann')).toThrow('too many connections');
  enter('bob');
  expect(() => enter('bob')).toThrow('too many connections');
  leave();
  leave();
  enter('bob');
  expect(() => enter('eve')).toThrow('too many connections');
});

test('a connection that too much goes through is closed with the reason', async () => {
  const transport = new PlayedTransport();
  const limited = limitTransport(transport, LIMITS);
  const heard: string[] = [];
  limited.onData((data) => heard.push(data.toString()));
  transport.receive(Buffer.from('12345'));
  await limited.send(Buffer.from('12345'));
  expect(transport.isClosed).toBe(false);
  await limited.send(Buffer.from('1'));
  expect({ closed: transport.closeReason, heard }).toEqual({
    closed: 'too much has gone through',
    heard: ['12345'],
  });
});
