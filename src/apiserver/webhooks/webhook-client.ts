import { Buffer } from 'node:buffer';
import { Agent } from 'node:https';
import { LRUCache } from 'lru-cache';
import { toError } from '../../lib/errors.ts';
import { postText } from '../../lib/post-text.ts';

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
      const { status, text } = await postText({
        url,
        text: JSON.stringify(body),
        agent: this.#agentFor(target, url.hostname),
        signal: ending,
        maxAnswerBytes,
        connectTo: target.connectTo,
      });
      if (status < 200 || status >= 300) {
        throw new Error(`the server answered with status ${status}`);
      }
      return JSON.parse(text);
    } catch (error) {
      const why = deadline.aborted ? 'context deadline exceeded' : toError(error).message;
      throw new WebhookCallError(`failed to call webhook: Post "${url}": ${why}`, { cause: error });
    }
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
