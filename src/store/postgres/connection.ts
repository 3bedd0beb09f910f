import net from 'node:net';
import pg from 'pg';

/** Longer than any healthy server takes to accept. */
const CONNECT_TIMEOUT_MS = 5_000;
/** A peer that vanished without a word is noticed by the kernel's probes. */
const KEEP_ALIVE_DELAY_MS = 10_000;
/** A server that does not answer a goodbye is left without one. */
const CLOSE_TIMEOUT_MS = 1_000;

export interface ConnectionOptions {
  readonly url: string;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
}

/** One session that is ours alone, and that can be cut off at once when the server no longer answers. */
export interface Connection {
  readonly client: pg.Client;
  /** False once the session is gone. */
  readonly isOpen: boolean;
  /** Called once when the session is lost, not when it is closed by us. */
  onLost(callback: (error: Error) => void): void;
  /** Says goodbye and waits for the end. */
  close(): Promise<void>;
  /** Drops the socket without a word. */
  destroy(): void;
}

export function clientConfig({ url, applicationName }: ConnectionOptions): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
  };
}

/** Rejects when the server cannot be reached, refuses, or `signal` aborts. */
export async function openConnection(
  options: ConnectionOptions,
  signal?: AbortSignal,
): Promise<Connection> {
  // Our own socket, since the driver does not let go of one whose peer has stopped answering.
  const socket = new net.Socket();
  const client = new pg.Client({ ...clientConfig(options), stream: () => socket });
  const session = new Session(client, socket);
  const onAbort = (): void => session.destroy();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    await client.connect();
    signal?.throwIfAborted();
    return session;
  } catch (error) {
    session.destroy();
    throw error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

class Session implements Connection {
  readonly client: pg.Client;
  readonly #socket: net.Socket;
  readonly #callbacks: ((error: Error) => void)[] = [];
  #open = true;

  constructor(client: pg.Client, socket: net.Socket) {
    this.client = client;
    this.#socket = socket;
    // The driver reports a lost connection by `error`, and a server's goodbye by `end` alone.
    client.on('error', (error) => this.#lose(error));
    client.on('end', () => this.#lose(new Error('the server closed the connection')));
  }

  get isOpen(): boolean {
    return this.#open;
  }

  onLost(callback: (error: Error) => void): void {
    this.#callbacks.push(callback);
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    const timeout = setTimeout(() => this.#socket.destroy(), CLOSE_TIMEOUT_MS);
    await this.client.end();
    clearTimeout(timeout);
  }

  destroy(): void {
    this.#open = false;
    this.#socket.destroy();
  }

  #lose(error: Error): void {
    if (!this.#open) return;
    this.destroy();
    for (const callback of this.#callbacks) callback(error);
  }
}
