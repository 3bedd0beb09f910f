// Watchers of one resource over Kubernetes' REST API, each on a connection of its own.
import net from 'node:net';
import { formatRequest } from '../raw-http.ts';
import { serveQuestions } from './messages.ts';
import { type SubscribersAnswer, Tally } from './tally.ts';

export type WatchersQuestion =
  | {
      readonly ask: 'open';
      readonly url: string;
      readonly token: string;
      readonly watches: number;
      /** Of the collection, with its query. */
      readonly path: string;
    }
  | { readonly ask: 'look' };

const LINE_FEED = 0x0a;
const OPENING_BRACE = 0x7b;

let tally = new Tally(0);
const closed: string[] = [];

async function open(question: Extract<WatchersQuestion, { ask: 'open' }>): Promise<void> {
  tally = new Tally(question.watches);
  const request = formatRequest(question, { method: 'GET', path: question.path });
  const { hostname, port } = new URL(question.url);
  for (let id = 0; id < question.watches; id++) {
    const socket = net.connect(Number(port), hostname);
    await new Promise((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    read(socket, id);
    socket.write(request);
  }
}

/** Frames are the lines that begin with a brace; the others are the head, and what tells chunks apart. */
function read(socket: net.Socket, id: number): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('close', () => closed.push('the server closed the connection'));
  socket.on('data', (chunk: Buffer) => {
    const buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (;;) {
      const end = buffer.indexOf(LINE_FEED, start);
      if (end < 0) break;
      if (buffer[start] === OPENING_BRACE) tally.take(id, buffer, start);
      start = end + 1;
    }
    rest = buffer.subarray(start);
  });
}

serveQuestions<WatchersQuestion, SubscribersAnswer>(async (question) => {
  if (question.ask === 'open') await open(question);
  return tally.look(closed);
});
