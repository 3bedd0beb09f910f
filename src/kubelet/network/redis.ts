/** The part of Redis that is asked whether it is there: `PING`, and a few keys. */
import type { Connection } from './http-connection.ts';

const MAX_LINE_BYTES = 65_536;
const MAX_KEYS = 10_000;

type Reply = string | number | null | { readonly error: string } | { readonly status: string };

/** What one Redis holds. */
export class RedisStore {
  readonly #values = new Map<string, string>();

  /** What Redis answers to a command. */
  run([name = '', ...args]: readonly string[]): Reply {
    const [key = '', value = ''] = args;
    switch (name.toUpperCase()) {
      case 'PING':
        return args.length > 0 ? key : { status: 'PONG' };
      case 'ECHO':
        return key;
      case 'SET':
        if (this.#values.size >= MAX_KEYS)
          return { error: "OOM command not allowed when used memory > 'maxmemory'." };
        this.#values.set(key, value);
        return { status: 'OK' };
      case 'GET':
        return this.#values.get(key) ?? null;
      case 'EXISTS':
        return Number(this.#values.has(key));
      case 'DEL':
        return Number(this.#values.delete(key));
      case 'DBSIZE':
        return this.#values.size;
      default:
        return { error: `ERR unknown command '${name}'` };
    }
  }
}

/** A reply as `redis-cli` prints it to what is no terminal. */
export function printReply(reply: Reply): string {
  if (reply === null) return '';
  if (typeof reply !== 'object') return String(reply);
  return 'error' in reply ? reply.error : reply.status;
}

function encodeReply(reply: Reply): string {
  if (reply === null) return '$-1\r\n';
  if (typeof reply === 'number') return `:${reply}\r\n`;
  if (typeof reply === 'string') return `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`;
  return 'error' in reply ? `-${reply.error}\r\n` : `+${reply.status}\r\n`;
}

/** Answers commands, one a line or as arrays of texts, until the client is done. */
export async function serveRedis({ input, output }: Connection, store: RedisStore): Promise<void> {
  let buffer = '';
  for await (const chunk of input) {
    buffer += Buffer.from(chunk).toString('latin1');
    if (buffer.length > MAX_LINE_BYTES) return;
    for (let taken = takeCommand(buffer); taken; taken = takeCommand(buffer)) {
      buffer = buffer.slice(taken.length);
      const args = taken.args.map((arg) => Buffer.from(arg, 'latin1').toString());
      if (args[0]?.toUpperCase() === 'QUIT') return;
      if (args.length > 0) await output.write(Buffer.from(encodeReply(store.run(args))));
    }
  }
}

/** The first whole command; undefined where more must come. */
function takeCommand(buffer: string): { args: string[]; length: number } | undefined {
  const [head, count] = /^\*(\d{1,4})\r\n/.exec(buffer) ?? [];
  if (head === undefined) {
    const end = buffer.indexOf('\n');
    if (end < 0) return undefined;
    return { args: buffer.slice(0, end).trim().split(/\s+/).filter(Boolean), length: end + 1 };
  }
  const args: string[] = [];
  let at = head.length;
  while (args.length < Number(count)) {
    const [prefix, size] = /^\$(\d{1,8})\r\n/.exec(buffer.slice(at, at + 16)) ?? [];
    if (prefix === undefined) return undefined;
    const from = at + prefix.length;
    at = from + Number(size) + 2;
    if (buffer.length < at) return undefined;
    args.push(buffer.slice(from, at - 2));
  }
  return { args, length: at };
}
