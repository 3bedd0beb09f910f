/** HTTP/1.1 as a server speaks it, over a connection in memory: one request after another, each answered whole. */
import type { ByteSink, ByteSource, HttpAnswer, HttpRequest } from '../../lib/container-streams.ts';
import type { MaybePromise } from '../../lib/maybe-promise.ts';

const MAX_HEAD_BYTES = 16_384;
const MAX_BODY_BYTES = 1_048_576;
const HEAD_END = '\r\n\r\n';

export interface Connection {
  readonly input: ByteSource;
  readonly output: ByteSink;
}

/** Answers requests until the client is done, or says something that is no request. */
export async function serveHttp(
  { input, output }: Connection,
  answer: (request: HttpRequest) => MaybePromise<HttpAnswer>,
): Promise<void> {
  const reader = new RequestReader(input);
  for (;;) {
    const request = await reader.read();
    if (request === undefined) return;
    if (request === 'malformed') {
      await output.write(
        encodeAnswer(plainText(400, 'Bad Request\n'), { isLast: true, hasBody: true }),
      );
      return;
    }
    const isLast = request.headers.connection?.toLowerCase() === 'close';
    const hasBody = request.method !== 'HEAD';
    await output.write(encodeAnswer(await answer(request), { isLast, hasBody }));
    if (isLast) return;
  }
}

export function plainText(status: number, text: string): HttpAnswer {
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: Buffer.from(text),
  };
}

function encodeAnswer(
  { body, headers, status }: HttpAnswer,
  { hasBody, isLast }: { readonly isLast: boolean; readonly hasBody: boolean },
): Uint8Array {
  const all = {
    ...headers,
    'content-length': String(body.length),
    connection: isLast ? 'close' : 'keep-alive',
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = Buffer.from(`HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n${lines.join('')}\r\n`);
  return hasBody ? Buffer.concat([head, body]) : head;
}

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  301: 'Moved Permanently',
  302: 'Found',
  304: 'Not Modified',
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

export function reasonPhrase(status: number): string {
  return REASONS[status] ?? 'Unknown';
}

class RequestReader {
  readonly #input: AsyncIterator<Uint8Array>;
  #buffer = Buffer.alloc(0);

  constructor(input: ByteSource) {
    this.#input = input[Symbol.asyncIterator]();
  }

  /** Undefined where the client is done. */
  async read(): Promise<HttpRequest | 'malformed' | undefined> {
    let end = this.#buffer.indexOf(HEAD_END);
    while (end < 0) {
      if (this.#buffer.length > MAX_HEAD_BYTES) return 'malformed';
      if (!(await this.#readMore())) return undefined;
      end = this.#buffer.indexOf(HEAD_END);
    }
    const head = parseHead(this.#buffer.toString('latin1', 0, end));
    const length = Number(head?.headers['content-length'] ?? 0);
    if (!head || head.headers['transfer-encoding'] !== undefined) return 'malformed';
    if (!Number.isInteger(length) || length < 0 || length > MAX_BODY_BYTES) return 'malformed';
    const from = end + HEAD_END.length;
    while (this.#buffer.length < from + length) if (!(await this.#readMore())) return undefined;
    const body = this.#buffer.subarray(from, from + length);
    this.#buffer = this.#buffer.subarray(from + length);
    return { ...head, body };
  }

  async #readMore(): Promise<boolean> {
    const { done, value } = await this.#input.next();
    if (done) return false;
    this.#buffer = Buffer.concat([this.#buffer, value]);
    return true;
  }
}

function parseHead(text: string): Omit<HttpRequest, 'body'> | undefined {
  const [first = '', ...lines] = text.split('\r\n');
  const [, method, path] = /^([A-Z]{1,16}) (\S+) HTTP\/1\.[01]$/.exec(first) ?? [];
  if (method === undefined || path === undefined) return undefined;
  const headers: Record<string, string> = Object.create(null);
  for (const line of lines) {
    const [, name, value] = /^([^\s:]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) return undefined;
    headers[name.toLowerCase()] = value;
  }
  return { method, path, headers };
}
