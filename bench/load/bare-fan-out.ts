// A server that does nothing but write the same frames to the same subscribers: what the machine can do at most.
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { serveQuestions } from './messages.ts';
import { monotonicUs } from './monotonic-clock.ts';

export type FanOutQuestion =
  | { readonly ask: 'listen' }
  | {
      readonly ask: 'send';
      readonly changes: number;
      readonly perSecond: number;
      readonly warmup: boolean;
    };

export interface FanOutAnswer {
  readonly url: string;
}

const TEXT_FRAME = 0x81;
const LENGTH_16 = 126;
const HEADER_BYTES = 4;
/** One write a subscriber and change would be 200,000 system calls a second, which no core can do. */
const FLUSH_MS = 20;

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
/** The ids of each connection's subscriptions. */
const subscribers = new Map<Duplex, string[]>();
let pending: string[] = [];
let version = 0;

server.on('connection', (socket, { socket: stream }) => {
  const ids: string[] = [];
  subscribers.set(stream, ids);
  socket.on('message', (text) => {
    const { type, id } = JSON.parse(String(text)) as { type: string; id: string };
    if (type === 'connection_init') socket.send(JSON.stringify({ type: 'connection_ack' }));
    else ids.push(id);
  });
});

function addChange(warmup: boolean): void {
  const object = {
    metadata: { name: 'change-01' },
    data: { sentAtUs: warmup ? '0' : String(monotonicUs()), count: String(version) },
  };
  const event = { type: 'MODIFIED', resourceVersion: String(++version), object };
  pending.push(JSON.stringify({ data: { watchCoreV1ConfigMaps: event } }));
  if (pending.length === 1) setTimeout(flush, FLUSH_MS);
}

function flush(): void {
  const payloads = pending;
  pending = [];
  for (const [stream, ids] of subscribers) stream.write(toFrames(ids, payloads));
}

/** All frames of one connection in one buffer; the texts are ASCII. */
function toFrames(ids: readonly string[], payloads: readonly string[]): Buffer {
  const texts = payloads.flatMap((payload) =>
    ids.map((id) => `{"id":"${id}","type":"next","payload":${payload}}`),
  );
  const size = texts.reduce((sum, text) => sum + HEADER_BYTES + text.length, 0);
  const frames = Buffer.allocUnsafe(size);
  let at = 0;
  for (const text of texts) {
    frames[at] = TEXT_FRAME;
    frames[at + 1] = LENGTH_16;
    frames.writeUInt16BE(text.length, at + 2);
    frames.write(text, at + HEADER_BYTES, 'latin1');
    at += HEADER_BYTES + text.length;
  }
  return frames;
}

async function send({
  changes,
  perSecond,
  warmup,
}: Extract<FanOutQuestion, { ask: 'send' }>): Promise<void> {
  const startedAt = performance.now();
  for (let n = 0; n < changes; n++) {
    const waitMs = startedAt + (n * 1_000) / perSecond - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    addChange(warmup);
  }
}

serveQuestions<FanOutQuestion, FanOutAnswer>(async (question) => {
  if (question.ask === 'send') await send(question);
  if (!server.address()) await new Promise((resolve) => server.once('listening', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
});
