import { Buffer } from 'node:buffer';
import {
  type ClientRequest,
  type Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import { request as httpsRequest } from 'node:https';

/** A text on its way to a server, over HTTP or HTTPS as the URL says. */
export interface Post {
  readonly url: URL;
  /** JSON. */
  readonly text: string;
  /** Keeps connections, and knows the certificates; of the protocol of the URL. */
  readonly agent: HttpAgent;
  readonly signal: AbortSignal;
  /** Longer answers are not read. */
  readonly maxAnswerBytes: number;
  /** Where to connect, when that is not the URL's host. */
  readonly connectTo?: { readonly host: string; readonly port: number } | undefined;
  /** Whom the certificate is to be of. @default the URL's host */
  readonly serverName?: string | undefined;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/**
 * What the server answers; redirects are not followed. A kept connection may have been closed by the other side just now:
 * then a new one is tried, once. @throws {Error} when there is no answer, or too long a one
 */
export async function postText(post: Post): Promise<Answer> {
  const first = send(post);
  try {
    return await first.answer;
  } catch (error) {
    const isStale =
      first.call.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET';
    if (!isStale) throw error;
    return send(post).answer;
  }
}

function send(post: Post): { readonly call: ClientRequest; readonly answer: Promise<Answer> } {
  const { url, text, agent, signal, maxAnswerBytes, connectTo, serverName } = post;
  const isSecure = url.protocol === 'https:';
  const call = (isSecure ? httpsRequest : httpRequest)({
    agent,
    signal,
    ...(connectTo ?? addressOf(url)),
    method: 'POST',
    path: `${url.pathname}${url.search}`,
    ...(isSecure ? { servername: serverName ?? serverNameOf(url.hostname) } : {}),
    headers: {
      host: url.host,
      'content-type': 'application/json',
      accept: 'application/json',
      'content-length': Buffer.byteLength(text),
    },
  });
  const answer = new Promise<Answer>((resolve, reject) => {
    call.once('response', (response) => readAnswer(response, maxAnswerBytes).then(resolve, reject));
    call.once('error', reject);
  });
  call.end(text);
  return { call, answer };
}

const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

function addressOf({ hostname, port, protocol }: URL): { host: string; port: number } {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return { host, port: port === '' ? (PORTS[protocol] as number) : Number(port) };
}

/** TLS names servers by names alone: for an address there is none. */
function serverNameOf(hostname: string): string {
  return /^[\d.]+$|^\[/.test(hostname) ? '' : hostname;
}

async function readAnswer(answer: IncomingMessage, maxBytes: number): Promise<Answer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) {
      answer.destroy();
      throw new Error(`the answer is longer than ${maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return { status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') };
}
