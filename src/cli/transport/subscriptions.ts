import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { CliError, EXIT_INTERRUPTED, exitWith } from '../cli-error.ts';
import type { Connection } from '../connection.ts';
import { ConnectionLostError, notAnswering, refusedToken } from './connection-errors.ts';
import { type GraphqlErrorBody, toServerError } from './server-error.ts';

/** Close codes of the protocol: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md */
const CLOSE_UNAUTHORIZED = 4401;
const CLOSE_FORBIDDEN = 4403;
/** How often the server is asked whether it is still there, and how long it may take to answer. */
const KEEP_ALIVE_MS = 10_000;
const PONG_TIMEOUT_MS = 10_000;

/** Subscriptions over one WebSocket, opened with the first and closed with {@link close}. */
export class Subscriptions {
  readonly #connection: Connection;
  readonly #client: Client;
  #wasConnected = false;
  #pongTimer: NodeJS.Timeout | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#client = this.#createClient();
  }

  /** @throws {CliError} also when `signal` aborts */
  async *subscribe<Result>(
    request: { query: string; variables: Record<string, unknown> },
    signal: AbortSignal,
  ): AsyncGenerator<Result, void, undefined> {
    if (signal.aborted) throw exitWith(EXIT_INTERRUPTED);
    const results = this.#client.iterate<Result>(request);
    const stop = (): void => void results.return?.();
    signal.addEventListener('abort', stop, { once: true });
    try {
      for await (const { data, errors } of results) {
        if (errors?.[0]) throw toServerError(errors[0] as GraphqlErrorBody);
        if (data) yield data;
      }
    } catch (thrown) {
      throw signal.aborted ? exitWith(EXIT_INTERRUPTED) : this.#translate(thrown);
    } finally {
      signal.removeEventListener('abort', stop);
    }
    if (signal.aborted) throw exitWith(EXIT_INTERRUPTED);
  }

  async close(): Promise<void> {
    await this.#client.dispose();
  }

  #createClient(): Client {
    const { endpoint, impersonation, tls = {}, token } = this.#connection;
    return createClient({
      url: endpoint.replace(/^http/, 'ws'),
      connectionParams: {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...impersonation,
      },
      webSocketImpl: class extends WebSocket {
        constructor(address: string, protocols: string | string[]) {
          super(address, protocols, { ...tls });
        }
      },
      // Who watches resumes by itself: only it knows the last resourceVersion.
      retryAttempts: 0,
      keepAlive: KEEP_ALIVE_MS,
      on: {
        connected: () => {
          this.#wasConnected = true;
        },
        ping: (received) => {
          if (!received) this.#awaitPong();
        },
        pong: (received) => {
          if (received) clearTimeout(this.#pongTimer);
        },
        closed: () => clearTimeout(this.#pongTimer),
      },
      onNonLazyError: () => undefined,
    });
  }

  /** A connection whose other end has vanished without a word stays open for ever, unless it is asked. */
  #awaitPong(): void {
    clearTimeout(this.#pongTimer);
    this.#pongTimer = setTimeout(() => this.#client.terminate(), PONG_TIMEOUT_MS);
  }

  #translate(thrown: unknown): unknown {
    if (thrown instanceof CliError) return thrown;
    if (Array.isArray(thrown)) return toServerError(thrown[0] as GraphqlErrorBody);
    const code = closeCodeOf(thrown);
    if (code === CLOSE_UNAUTHORIZED || code === CLOSE_FORBIDDEN) {
      return refusedToken(this.#connection);
    }
    return this.#wasConnected
      ? new ConnectionLostError(this.#connection, thrown)
      : notAnswering(this.#connection, thrown);
  }
}

function closeCodeOf(thrown: unknown): number | undefined {
  const { code } = (thrown ?? {}) as { code?: unknown };
  return typeof code === 'number' ? code : undefined;
}
