import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Connection } from '../connection.ts';

export interface PostAnswer {
  readonly status: number;
  /** The body. Rejects when the connection breaks. */
  text(): Promise<string>;
}

/** POSTs over connections that are kept: `fetch` has no word for certificates. */
export class Poster {
  readonly #connection: Connection;
  readonly #signal: AbortSignal;
  readonly #agent: HttpAgent;
  readonly #isSecure: boolean;

  constructor(connection: Connection, signal: AbortSignal) {
    this.#connection = connection;
    this.#signal = signal;
    this.#isSecure = connection.endpoint.startsWith('https:');
    const options = { keepAlive: true, ...connection.tls };
    this.#agent = this.#isSecure ? new HttpsAgent(options) : new HttpAgent(options);
  }

  /** Resolves when the answer begins. */
  post(
    body: string,
    headers: Readonly<Record<string, string | readonly string[]>>,
  ): Promise<PostAnswer> {
    const send = this.#isSecure ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const options = {
        method: 'POST',
        agent: this.#agent,
        signal: this.#signal,
        headers: {
          'user-agent': 'orrery',
          ...headers,
          'content-length': Buffer.byteLength(body),
        } as Record<string, string | string[] | number>,
      };
      const sent = send(this.#connection.endpoint, options, (answer) => {
        resolve({ status: answer.statusCode ?? 0, text: () => readText(answer) });
      });
      sent.once('error', reject);
      sent.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

async function readText(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
