import type { PgPool } from 'bullmq';
import type pg from 'pg';
import { toError } from '../lib/errors.ts';
import type { ServerListener } from './connection.ts';
import { isLoss, toConnectionError } from './loss.ts';

/**
 * The pool as BullMQ sees it: statements are prepared once a connection; any loss of the server has the code by which BullMQ
 * knows that it should wait and try again; and the first answer after a loss is announced.
 */
export class PostgresPool {
  readonly #pool: pg.Pool;
  readonly #listener: ServerListener;
  readonly #statementNames = new Map<string, string>();
  #isLost = false;

  constructor(pool: pg.Pool, listener: ServerListener) {
    this.#pool = pool;
    this.#listener = listener;
    pool.on('error', () => this.noteLoss());
  }

  /** A connection broke: what the server acknowledged last may be gone. */
  noteLoss(): void {
    this.#isLost = true;
    this.#listener.onLoss();
  }

  /** What BullMQ takes for a pool of pg. */
  toPool(): PgPool {
    const pool = this.#pool;
    const facade = {
      query: (text: string, values?: readonly unknown[]) => this.#query(text, values),
      connect: async () => serialClient(await this.#telling(pool.connect())),
      end: () => pool.end(),
      on: (event: string, listener: (...args: unknown[]) => void) =>
        pool.on(event as 'error', listener),
      removeAllListeners: (event?: string) => pool.removeAllListeners(event),
      options: pool.options,
    };
    return facade as unknown as PgPool;
  }

  async #query(text: string, values: readonly unknown[] = []): Promise<pg.QueryResult> {
    const statement = { name: this.#nameOf(text), text, values: [...values] };
    const result = await this.#telling(this.#pool.query(statement));
    this.#announceRecovery();
    return result;
  }

  /** Notes the loss of the server, and tells BullMQ of it in its terms. */
  async #telling<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (thrown) {
      const error = toError(thrown);
      if (!isLoss(error)) throw error;
      this.noteLoss();
      throw toConnectionError(error);
    }
  }

  #announceRecovery(): void {
    if (!this.#isLost) return;
    this.#isLost = false;
    this.#listener.onLoss();
    this.#listener.onRecovery();
  }

  #nameOf(text: string): string {
    let name = this.#statementNames.get(text);
    if (name === undefined) {
      name = `bullmq_${this.#statementNames.size}`;
      this.#statementNames.set(text, name);
    }
    return name;
  }
}

export type BullmqClient = Awaited<ReturnType<PgPool['connect']>>;

/** Workers share the listening client, and a client of pg runs one statement at a time: the others wait for their turn. */
function serialClient(client: pg.PoolClient): BullmqClient {
  let last: Promise<unknown> = Promise.resolve();
  const query = (text: string, values?: unknown[]): Promise<unknown> => {
    const result = last.then(() => client.query(text, values));
    last = result.catch(() => undefined);
    return result;
  };
  const serial = {
    query,
    // BullMQ turns the socket's keep-alive on.
    connection: (client as unknown as BullmqClient).connection,
    release: (destroy?: boolean) => client.release(destroy),
    on: (event: string, listener: (...args: unknown[]) => void) => {
      client.on(event as 'error', listener);
      return serial;
    },
    removeListener: (event: string, listener: (...args: unknown[]) => void) => {
      client.removeListener(event, listener);
      return serial;
    },
    removeAllListeners: (event?: string) => {
      // Without a name this would take the pool's own listeners away as well.
      for (const name of event ? [event] : ['notification']) client.removeAllListeners(name);
      return serial;
    },
  };
  return serial as unknown as BullmqClient;
}
