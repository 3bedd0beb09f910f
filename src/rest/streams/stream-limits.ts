import type { UserInfo } from '../../apiserver/client.ts';
import { ApiError } from '../../scheme/errors.ts';
import type { Transport } from './transport.ts';

export interface StreamLimits {
  /** Connections of one user at once. */
  readonly maxPerUser: number;
  /** Connections at once. */
  readonly maxConnections: number;
  /** What goes through one connection, both ways together. */
  readonly maxBytes: number;
  /** How long nothing may go through. Kubelets wait as long. */
  readonly idleMs: number;
}

export const DEFAULT_STREAM_LIMITS: StreamLimits = {
  maxPerUser: 64,
  maxConnections: 512,
  maxBytes: 1_073_741_824,
  idleMs: 4 * 3_600_000,
};

/** Counts the connections that are open. */
export class StreamCounter {
  readonly #limits: StreamLimits;
  readonly #byUser = new Map<string, number>();
  #open = 0;

  constructor(limits: StreamLimits) {
    this.#limits = limits;
  }

  /** Counts one more; returns what counts it off again. @throws {ApiError} TooManyRequests */
  enter({ name }: UserInfo): () => void {
    const own = this.#byUser.get(name) ?? 0;
    const { maxConnections, maxPerUser } = this.#limits;
    if (own >= maxPerUser || this.#open >= maxConnections) {
      throw new ApiError(
        'TooManyRequests',
        'too many connections to containers are open: close some, or try again later',
      );
    }
    this.#byUser.set(name, own + 1);
    this.#open++;
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      this.#open--;
      const left = (this.#byUser.get(name) ?? 1) - 1;
      if (left > 0) this.#byUser.set(name, left);
      else this.#byUser.delete(name);
    };
  }
}

/** Ends the connection when too much has gone through it, or nothing for too long. */
export function limitTransport(
  transport: Transport,
  { idleMs, maxBytes }: Pick<StreamLimits, 'idleMs' | 'maxBytes'>,
): Transport {
  let bytes = 0;
  const idle = setTimeout(() => transport.close('nothing has gone through for too long'), idleMs);
  idle.unref();
  transport.onClose(() => clearTimeout(idle));
  const count = (data: Uint8Array): void => {
    bytes += data.length;
    idle.refresh();
    if (bytes > maxBytes) transport.close('too much has gone through');
  };
  return {
    ...transport,
    send: (data) => {
      const sending = transport.send(data);
      count(data);
      return sending;
    },
    onData: (listener) =>
      transport.onData((data) => {
        count(data);
        listener(data);
      }),
  };
}
