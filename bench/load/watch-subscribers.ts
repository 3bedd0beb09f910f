// Subscribers to one resource, that measure how long after it was sent a change reaches them.
import { LatencyHistogram } from '../statistics.ts';
import { serveQuestions } from './messages.ts';
import { monotonicUs } from './monotonic-clock.ts';
import { RawWebSocket } from './raw-websocket.ts';

export type SubscribersQuestion =
  | {
      readonly ask: 'open';
      readonly url: string;
      readonly token: string;
      readonly connections: number;
      readonly subscriptionsPerConnection: number;
      readonly query: string;
      readonly variables: Readonly<Record<string, unknown>>;
    }
  | { readonly ask: 'look' };

export interface SubscribersAnswer {
  /** Changes that the subscription got that has the fewest; those sent as a warm-up are not counted. */
  readonly fewest: number;
  readonly total: number;
  /** How many subscriptions have got anything at all. */
  readonly awake: number;
  /** Events that came twice or before an earlier one. */
  readonly disordered: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly closed: readonly string[];
}

const PROTOCOL = 'graphql-transport-ws';
const ACK = Buffer.from('"connection_ack"');
const NEXT = Buffer.from('"next"');
const PING = Buffer.from('"ping"');
const ID = Buffer.from('"id":"');
const VERSION = Buffer.from('"resourceVersion":"');
/** Set by the writer in each change; 0 in a warm-up. */
const SENT_AT = Buffer.from('"sentAtUs":"');

const latencies = new LatencyHistogram();
const sockets: RawWebSocket[] = [];
/** By subscription. */
let received = new Uint32Array(0);
let lastVersion = new Float64Array(0);
let isAwake = new Uint8Array(0);
let disordered = 0;

async function open(question: Extract<SubscribersQuestion, { ask: 'open' }>): Promise<void> {
  const { connections, subscriptionsPerConnection } = question;
  const count = connections * subscriptionsPerConnection;
  received = new Uint32Array(count);
  lastVersion = new Float64Array(count);
  isAwake = new Uint8Array(count);
  for (let i = 0; i < connections; i++) {
    const first = i * subscriptionsPerConnection;
    sockets.push(await connect(question, first, subscriptionsPerConnection));
  }
}

async function connect(
  question: Extract<SubscribersQuestion, { ask: 'open' }>,
  first: number,
  count: number,
): Promise<RawWebSocket> {
  const { url, token, query, variables } = question;
  let acknowledge: () => void = () => undefined;
  const acknowledged = new Promise<void>((resolve) => {
    acknowledge = resolve;
  });
  const address = `${url}/graphql`;
  const socket = await RawWebSocket.open(address, PROTOCOL, (buffer, start, end) => {
    const message = buffer.subarray(start, end);
    if (message.includes(NEXT)) take(buffer, start);
    else if (message.includes(ACK)) acknowledge();
    else if (!message.includes(PING)) throw new Error(`unexpected: ${message}`);
  });
  const payload = { authorization: `Bearer ${token}` };
  socket.send(JSON.stringify({ type: 'connection_init', payload }));
  await acknowledged;
  for (let id = first; id < first + count; id++) {
    socket.send(
      JSON.stringify({ id: String(id), type: 'subscribe', payload: { query, variables } }),
    );
  }
  return socket;
}

function take(buffer: Buffer, start: number): void {
  const id = numberAfter(buffer, ID, start);
  const version = numberAfter(buffer, VERSION, start);
  const sentAtUs = numberAfter(buffer, SENT_AT, start);
  isAwake[id] = 1;
  if (version <= (lastVersion[id] as number)) disordered++;
  lastVersion[id] = version;
  if (sentAtUs === 0) return;
  received[id] = (received[id] as number) + 1;
  latencies.add((monotonicUs() - sentAtUs) / 1_000);
}

const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;

function numberAfter(buffer: Buffer, key: Buffer, start: number): number {
  const at = buffer.indexOf(key, start);
  if (at < 0) throw new Error(`a message without ${key}: ${buffer.toString('utf8', start)}`);
  let value = 0;
  for (let i = at + key.length; ; i++) {
    const byte = buffer[i] as number;
    if (!(byte >= DIGIT_0 && byte <= DIGIT_9)) return value;
    value = value * 10 + byte - DIGIT_0;
  }
}

function look(): SubscribersAnswer {
  return {
    fewest: Math.min(...received),
    total: received.reduce((sum, count) => sum + count, 0),
    awake: isAwake.reduce((sum, awake) => sum + awake, 0),
    disordered,
    p50Ms: latencies.percentile(0.5),
    p99Ms: latencies.percentile(0.99),
    maxMs: latencies.maxMs,
    closed: sockets.flatMap(({ closedWith }) => closedWith ?? []),
  };
}

serveQuestions<SubscribersQuestion, SubscribersAnswer>(async (question) => {
  if (question.ask === 'open') await open(question);
  return look();
});
