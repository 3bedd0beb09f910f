// Subscribers to one resource, that measure how long after it was sent a change reaches them.
import { serveQuestions } from './messages.ts';
import { RawWebSocket } from './raw-websocket.ts';
import { numberAfter, type SubscribersAnswer, Tally } from './tally.ts';

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

const PROTOCOL = 'graphql-transport-ws';
const ACK = Buffer.from('"connection_ack"');
const NEXT = Buffer.from('"next"');
const PING = Buffer.from('"ping"');
const ID = Buffer.from('"id":"');

const sockets: RawWebSocket[] = [];
let tally = new Tally(0);

async function open(question: Extract<SubscribersQuestion, { ask: 'open' }>): Promise<void> {
  const { connections, subscriptionsPerConnection } = question;
  tally = new Tally(connections * subscriptionsPerConnection);
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
    if (message.includes(NEXT)) tally.take(numberAfter(buffer, ID, start), buffer, start);
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

serveQuestions<SubscribersQuestion, SubscribersAnswer>(async (question) => {
  if (question.ask === 'open') await open(question);
  return tally.look(sockets.flatMap(({ closedWith }) => closedWith ?? []));
});
