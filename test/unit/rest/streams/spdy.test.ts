import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { deferred } from '../../../../src/lib/deferred.ts';
import { SPDY_DICTIONARY } from '../../../../src/rest/streams/spdy/dictionary.ts';
import {
  encodeData,
  encodePing,
  SpdyFrameReader,
} from '../../../../src/rest/streams/spdy/frames.ts';
import { HeaderCodec } from '../../../../src/rest/streams/spdy/header-codec.ts';
import {
  SpdyConnection,
  type SpdyStream,
} from '../../../../src/rest/streams/spdy/spdy-connection.ts';
import { SpdyClient } from '../../../support/spdy-client.ts';
import { PlayedTransport } from '../../../support/transport.ts';

test('the dictionary is the one that every implementation has', () => {
  const digest = createHash('sha256').update(SPDY_DICTIONARY).digest('hex');
  expect(digest).toBe('51d27341373f923f3cd88e1eb7162aeaa3723d7585ff2399201dc06498407f02');
});

test('headers come out as they went in, block after block', async () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/).filter((text) => text !== '__proto__');
  const headers = fc.dictionary(name, fc.stringMatching(/^[ -~]{0,60}$/), { maxKeys: 8 });
  await fc.assert(
    fc.asyncProperty(fc.array(headers, { minLength: 1, maxLength: 5 }), async (blocks) => {
      const [client, server] = [new HeaderCodec(), new HeaderCodec()];
      for (const block of blocks) {
        const decoded = await server.decode(await client.encode(block));
        expect({ ...decoded }).toEqual({ ...block });
      }
      client.close();
      server.close();
    }),
    { numRuns: 50 },
  );
});

test('frames are the same however their bytes come in pieces', () => {
  const bytes = Buffer.concat([
    encodeData(1, Buffer.from('hello')),
    encodePing(7),
    encodeData(1, Buffer.alloc(0), true),
  ]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: bytes.length }), (size) => {
      const reader = new SpdyFrameReader();
      const frames = [];
      for (let at = 0; at < bytes.length; at += size)
        frames.push(...reader.push(bytes.subarray(at, at + size)));
      expect(frames).toEqual([
        { type: 'data', streamId: 1, isLast: false, data: Buffer.from('hello') },
        { type: 'ping', id: 7 },
        { type: 'data', streamId: 1, isLast: true, data: Buffer.alloc(0) },
      ]);
    }),
  );
});

test.each([
  ['of another version', Buffer.from([0x80, 0x02, 0, 6, 0, 0, 0, 4, 0, 0, 0, 1]), 'version 2'],
  ['that is too large', Buffer.from([0, 0, 0, 1, 0, 0xff, 0xff, 0xff]), 'too large'],
  ['that is too short', Buffer.from([0x80, 0x03, 0, 1, 0, 0, 0, 2, 0, 1]), 'too short'],
])('a frame %s is refused', (_what, bytes, message) => {
  expect(() => new SpdyFrameReader().push(bytes)).toThrow(message);
});

async function connected() {
  const transport = new PlayedTransport();
  const opened = deferred<SpdyStream>();
  const closed = deferred();
  new SpdyConnection({
    transport,
    onStream: (stream) => opened.resolve(stream),
    onClose: () => closed.resolve(),
  });
  return { transport, client: new SpdyClient(transport), opened, closed };
}

test('a stream carries bytes both ways, and each side ends its own', async () => {
  const { client, opened } = await connected();
  const id = await client.open({ streamtype: 'data' });
  client.send(id, 'to the server', true);
  const stream = await opened.promise;
  expect({ ...stream.headers }).toEqual({ streamtype: 'data' });
  const read: string[] = [];
  for await (const chunk of stream.input) read.push(Buffer.from(chunk).toString());
  expect(read.join('')).toBe('to the server');
  await stream.output.write(Buffer.from('to the client'));
  await stream.end();
  expect(await client.readAll(id)).toBe('to the client');
  client.close();
});

test('a server that does not read lets the client wait', async () => {
  const { client, opened, transport } = await connected();
  const id = await client.open({ streamtype: 'data' });
  const stream = await opened.promise;
  const chunk = 'x'.repeat(500_000);
  for (let i = 0; i < 3; i++) client.send(id, chunk, i === 2);
  await transport.paused.promise;
  let bytes = 0;
  for await (const piece of stream.input) bytes += piece.length;
  expect({ bytes, isPaused: transport.isPaused }).toEqual({ bytes: 1_500_000, isPaused: false });
  client.close();
});

test.each([
  ['bytes that are no frames', Buffer.from('GET / HTTP/1.1\r\n\r\n'.repeat(2))],
  [
    'headers that are broken',
    Buffer.from([0x80, 3, 0, 1, 0, 0, 0, 14, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]),
  ],
])('%s end the connection', async (_what, bytes) => {
  const { closed, transport } = await connected();
  transport.receive(bytes);
  await closed.promise;
  expect(transport.isClosed).toBe(true);
});
