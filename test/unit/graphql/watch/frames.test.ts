import type { Writable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import * as webSockets from 'ws';
import { SSE_FRAMES, SSE_NEXT_PREFIX } from '../../../../src/graphql/watch/sse-frames.ts';
import {
  nextMessagePrefix,
  WEBSOCKET_FRAMES,
} from '../../../../src/graphql/watch/websocket-frames.ts';
import { type Frame, SubscriptionLane } from '../../../../src/http/stream/socket-writer.ts';

/** What the library's clients read frames with; its types do not mention it. */
const { Receiver } = webSockets as unknown as {
  Receiver: new (options: { isServer: boolean }) => Writable;
};

function frameOf(prefix: Buffer, json: string): Frame {
  const lane = new SubscriptionLane({ prefix, onOverflow: () => undefined });
  return { lane, payload: { bytes: Buffer.from(json), resourceVersion: '1', isBookmark: false } };
}

function encode(format: typeof WEBSOCKET_FRAMES, frames: readonly Frame[]): Buffer {
  const size = frames.reduce((sum, frame) => sum + format.size(frame), 0);
  const target = Buffer.alloc(size);
  const end = frames.reduce((offset, frame) => format.write(frame, target, offset), 0);
  expect(end).toBe(size);
  return target;
}

/** The messages that a WebSocket client would read. */
async function decode(bytes: Buffer): Promise<string[]> {
  const receiver = new Receiver({ isServer: false });
  const messages: string[] = [];
  receiver.on('message', (data: Buffer) => messages.push(data.toString()));
  await new Promise<void>((resolve, reject) => {
    receiver.on('error', reject);
    receiver.write(bytes, () => resolve());
  });
  return messages;
}

describe('WebSocket frames', () => {
  test.each([[0], [50], [125], [126], [1_000], [65_535], [65_536], [200_000]])(
    'are what a client reads, with a payload of %i bytes',
    async (length) => {
      const payload = JSON.stringify('ä'.repeat(length / 2));
      const [message] = await decode(
        encode(WEBSOCKET_FRAMES, [frameOf(nextMessagePrefix('a"b'), payload)]),
      );
      expect(JSON.parse(message ?? '')).toEqual({
        id: 'a"b',
        type: 'next',
        payload: 'ä'.repeat(length / 2),
      });
    },
  );

  test('follow each other, with messages of the protocol between them', async () => {
    const prefix = nextMessagePrefix('1');
    const bytes = encode(WEBSOCKET_FRAMES, [
      frameOf(prefix, '{"data":1}'),
      { text: Buffer.from('{"type":"pong"}') },
      frameOf(prefix, '{"data":2}'),
    ]);
    expect(await decode(bytes)).toEqual([
      '{"id":"1","type":"next","payload":{"data":1}}',
      '{"type":"pong"}',
      '{"id":"1","type":"next","payload":{"data":2}}',
    ]);
  });
});

test('server-sent events carry the payload as it is', () => {
  const bytes = encode(SSE_FRAMES, [
    { text: Buffer.from(':\n\n') },
    frameOf(SSE_NEXT_PREFIX, '{"data":1}'),
  ]);
  expect(bytes.toString()).toBe(':\n\nevent: next\ndata: {"data":1}\n\n');
});
