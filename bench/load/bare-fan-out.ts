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

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
const subscribers: { readonly id: string; readonly stream: Duplex }[] = [];
let version = 0;

server.on('connection', (socket, { socket: stream }) => {
  socket.on('message', (text) => {
    const { type, id } = JSON.parse(String(text)) as { type: string; id: string };
    if (type === 'connection_init') socket.send(JSON.stringify({ type: 'connection_ack' }));
    else subscribers.push({ id, stream });
  });
});

function sendChange(warmup: boolean): void {
  const object = {
    metadata: { name: 'change-01' },
    data: { sentAtUs: warmup ? '0' : String(monotonicUs()) },
  };
  const event = { type: 'MODIFIED', resourceVersion: String(++version), object };
  const payload = JSON.stringify({ data: { watchCoreV1ConfigMaps: event } });
  for (const { id, stream } of subscribers) {
    stream.write(toFrame(`{"id":"${id}","type":"next","payload":${payload}}`));
  }
}

function toFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(length + 4);
  frame[0] = TEXT_FRAME;
  frame[1] = LENGTH_16;
  frame.writeUInt16BE(length, 2);
  frame.write(text, 4);
  return frame;
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
    sendChange(warmup);
  }
}

serveQuestions<FanOutQuestion, FanOutAnswer>(async (question) => {
  if (question.ask === 'send') await send(question);
  if (!server.address()) await new Promise((resolve) => server.once('listening', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
});
