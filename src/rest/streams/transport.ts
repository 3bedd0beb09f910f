/** A connection that carries bytes or messages both ways, and lets each side wait for the other. */
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';

/** Beyond this, whoever writes waits until the client has read. */
const MAX_WAITING_BYTES = 256 * 1_024;

export interface Transport {
  /** Resolves when there is room for more. @throws when the connection is gone */
  send(data: Uint8Array): Promise<void>;
  onData(listener: (data: Buffer) => void): void;
  onClose(listener: () => void): void;
  /** Stops reading until {@link resume}: what the client sends waits in the network. */
  pause(): void;
  resume(): void;
  /** @param reason for the client, where the connection can tell it */
  close(reason?: string): void;
}

const CLOSE_NORMAL = 1000;
const CLOSE_POLICY = 1008;
/** A close frame holds no more. */
const MAX_REASON_BYTES = 120;
/** Who does not answer a close is cut off. */
const CLOSE_TIMEOUT_MS = 5_000;

/** Each `send` is one binary message. */
export function webSocketTransport(socket: WebSocket): Transport {
  return {
    send: (data) =>
      new Promise((resolve, reject) => {
        const isFull = socket.bufferedAmount > MAX_WAITING_BYTES;
        socket.send(data, { binary: true }, (error) => (error ? reject(error) : resolve()));
        if (!isFull) resolve();
      }),
    onData: (listener) => void socket.on('message', (data) => listener(data as Buffer)),
    onClose: (listener) => {
      socket.once('close', listener);
      // Ignored: 'close' follows, and nobody is left to be told why.
      socket.on('error', () => undefined);
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close(reason) {
      // A paused socket would never see the other side's answer.
      socket.resume();
      const text = Buffer.from(reason ?? '')
        .subarray(0, MAX_REASON_BYTES)
        .toString();
      socket.close(reason === undefined ? CLOSE_NORMAL : CLOSE_POLICY, text);
      setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS).unref();
    },
  };
}

/** Over the bare connection of an upgraded request. */
export function socketTransport(socket: Duplex): Transport {
  return {
    send: (data) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) {
          reject(new Error('the connection is closed'));
          return;
        }
        const isFull = !socket.write(data, (error) => (error ? reject(error) : resolve()));
        if (!isFull) resolve();
      }),
    onData: (listener) => void socket.on('data', listener),
    onClose: (listener) => {
      socket.once('close', listener);
      // Ignored: 'close' follows, and nobody is left to be told why.
      socket.on('error', () => undefined);
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    close() {
      socket.end(() => socket.destroy());
    },
  };
}
