import { Buffer } from 'node:buffer';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { LRUCache } from 'lru-cache';
import { toError } from '../../lib/errors.ts';

/** Where a webhook is. */
export interface WebhookTarget {
  /** As the registration says it, for messages. */
  readonly url: string;
  /** Where to connect, when that is not the URL's host: what a service stands for. */
  readonly connectTo?: { readonly host: string; readonly port: number };
  /** Base64 of PEM certificates that the server's must be signed by. @default the system's authorities */
  readonly caBundle?: string;
}

export interface WebhookCall {
  readonly target: WebhookTarget;
  readonly body: object;
  readonly timeoutSeconds: number;
  /** Longer answers are not read. @default 4 MiB */
  readonly maxAnswerBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

/** A webhook could not be asked, or what it answered is no answer. */
export class WebhookCallError extends Error {
  override readonly name = 'WebhookCallError';
}

/** A webhook must not fill the server's memory. */
const DEFAULT_MAX_ANSWER_BYTES = 4 * 1024 * 1024;
/** Connections are kept by authority and server name; those of registrations that are gone are let go. */
const MAX_AGENTS = 200;
const MAX_IDLE_CONNECTIONS = 8;
const IDLE_TIMEOUT_MS = 30_000;

/** One body on its way to one server. */
interface Message {
  readonly url: URL;
  readonly target: WebhookTarget;
  readonly text: string;
  readonly signal: AbortSignal;
  readonly maxAnswerBytes: number;
}

/**
 * Calls webhooks over HTTPS. Certificates are always checked, redirects never followed. Each call has its own time and
 * ends with it; nothing else waits for a webhook that does not answer.
 */
export class WebhookClient {
  readonly #agents = new LRUCache<string, Agent>({
    max: MAX_AGENTS,
    dispose: (agent) => agent.destroy(),
  });

  /** What the webhook answered. @throws {WebhookCallError} */
  async call(call: WebhookCall): Promise<unknown> {
    const { target, body, timeoutSeconds, signal } = call;
    const { maxAnswerBytes = DEFAULT_MAX_ANSWER_BYTES } = call;
    const deadline = AbortSignal.timeout(timeoutSeconds * 1000);
    const url = new URL(target.url);
    url.searchParams.set('timeout', `${timeoutSeconds}s`);
    try {
      const ending = signal ? AbortSignal.any([deadline, signal]) : deadline;
      const text = JSON.stringify(body);
      return JSON.parse(await this.#post({ url, target, text, signal: ending, maxAnswerBytes }));
    } catch (error) {
      const why = deadline.aborted ? 'context deadline exceeded' : toError(error).message;
      throw new WebhookCallError(`failed to call webhook: Post "${url}": ${why}`, { cause: error });
    }
  }

  /** A kept connection may have been closed by the other side just now: then a new one is tried, once. */
  async #post(message: Message): Promise<string> {
    const first = this.#send(message);
    try {
      return await first.answer;
    } catch (error) {
      const isStale =
        first.call.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET';
      if (!isStale) throw error;
      return this.#send(message).answer;
    }
  }

  #send({ url, target, text, signal, maxAnswerBytes }: Message): {
    readonly call: ClientRequest;
    readonly answer: Promise<string>;
  } {
    const { host, port } = target.connectTo ?? addressOf(url);
    const call = httpsRequest({
      agent: this.#agentFor(target, url.hostname),
      host,
      port,
      method: 'POST',
      path: `${url.pathname}${url.search}`,
      servername: serverNameOf(url.hostname),
      signal,
      headers: {
        host: url.host,
        'content-type': 'application/json',
        accept: 'application/json',
        'content-length': Buffer.byteLength(text),
      },
    });
    const answer = new Promise<string>((resolve, reject) => {
      call.once('response', (response) =>
        readAnswer(response, maxAnswerBytes).then(resolve, reject),
      );
      call.once('error', reject);
    });
    call.end(text);
    return { call, answer };
  }

  #agentFor({ caBundle, connectTo }: WebhookTarget, hostname: string): Agent {
    const key = `${hostname} ${connectTo?.host ?? ''} ${caBundle ?? ''}`;
    const known = this.#agents.get(key);
    if (known) return known;
    const agent = new Agent({
      keepAlive: true,
      maxFreeSockets: MAX_IDLE_CONNECTIONS,
      timeout: IDLE_TIMEOUT_MS,
      ...(caBundle ? { ca: Buffer.from(caBundle, 'base64').toString('utf8') } : {}),
    });
    this.#agents.set(key, agent);
    return agent;
  }
}

const HTTPS_PORT = 443;

function addressOf(url: URL): { host: string; port: number } {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { host, port: url.port === '' ? HTTPS_PORT : Number(url.port) };
}

/** TLS names servers by names alone: for an address there is none. */
function serverNameOf(hostname: string): string {
  return /^[\d.]+$|^\[/.test(hostname) ? '' : hostname;
}

async function readAnswer(answer: IncomingMessage, maxBytes: number): Promise<string> {
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
  const { statusCode = 0 } = answer;
  if (statusCode < 200 || statusCode >= 300) {
    throw new Error(`the server answered with status ${statusCode}`);
  }
  return Buffer.concat(chunks).toString('utf8');
}
