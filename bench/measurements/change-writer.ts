import { monotonicUs } from '../load/monotonic-clock.ts';
import { RawHttpConnection, toRequest } from '../raw-http.ts';
import { pause } from './cluster.ts';

const CONNECTIONS = 8;
const OBJECTS = 20;
/** As many digits as the clock of a machine that has been up for less than three years has. */
const TIME_DIGITS = 14;

const CREATE = `
  mutation Create($input: CoreV1ConfigMapInput!) {
    createCoreV1ConfigMap(input: $input) { metadata { resourceVersion } }
  }`;
const UPDATE = `
  mutation Update($input: CoreV1ConfigMapInput!) {
    updateCoreV1ConfigMap(input: $input) { metadata { resourceVersion } }
  }`;

/** Changes ConfigMaps at a steady rate, each with the time at which the request was sent. */
export class ChangeWriter {
  readonly #server: { url: string; token: string };
  readonly #namespace: string;
  #idle: RawHttpConnection[] = [];
  #count = 0;

  constructor(server: { url: string; token: string }, namespace: string) {
    this.#server = server;
    this.#namespace = namespace;
  }

  /** Creates the objects to change. */
  async open(): Promise<void> {
    this.#idle = await Promise.all(
      Array.from({ length: CONNECTIONS }, () => RawHttpConnection.open(this.#server.url)),
    );
    for (let n = 0; n < OBJECTS; n++) await this.#write(CREATE, n, 0);
  }

  /** @param warmup The changes are not to be measured. */
  async send(changes: number, perSecond: number, { warmup }: { warmup: boolean }): Promise<void> {
    const startedAt = performance.now();
    const writes: Promise<void>[] = [];
    for (let n = 0; n < changes; n++) {
      const waitMs = startedAt + (n * 1_000) / perSecond - performance.now();
      if (waitMs > 0) await pause(waitMs);
      while (this.#idle.length === 0) await pause(1);
      writes.push(this.#write(UPDATE, n % OBJECTS, warmup ? 0 : monotonicUs()));
    }
    await Promise.all(writes);
  }

  close(): void {
    for (const connection of this.#idle) connection.close();
  }

  async #write(query: string, object: number, sentAtUs: number): Promise<void> {
    const connection = this.#idle.pop() as RawHttpConnection;
    const input = {
      metadata: { name: `change-${String(object).padStart(2, '0')}`, namespace: this.#namespace },
      // The count makes each a change; an update that changes nothing is no event.
      data: { sentAtUs: String(sentAtUs).padStart(TIME_DIGITS, '0'), count: String(++this.#count) },
    };
    const request = toRequest(this.#server, JSON.stringify({ query, variables: { input } }));
    const { body, status } = await connection.send(request);
    this.#idle.push(connection);
    if (status !== 200 || body.includes('"errors"')) throw new Error(body.toString('utf8'));
  }
}
