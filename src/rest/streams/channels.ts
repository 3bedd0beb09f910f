/** Streams over one WebSocket, as Kubernetes' `channel.k8s.io` protocols carry them: the first byte of a message names one. */
import type { ByteSink } from '../../lib/container-streams.ts';
import { ByteQueue } from './byte-queue.ts';
import type { Transport } from './transport.ts';

/** What waits to be read, of all channels; beyond it the connection is not read. */
const MAX_QUEUED_BYTES = 256 * 1_024;
const MAX_CHUNK_BYTES = 32 * 1_024;

/** What the client sends on some channels. Whoever does not read lets the client wait, on all of them. */
export class ChannelInputs {
  readonly queues: readonly ByteQueue[];
  readonly #transport: Transport;

  constructor(transport: Transport, count = 1) {
    this.#transport = transport;
    const onRead = (): void => {
      if (this.#waitingBytes() <= MAX_QUEUED_BYTES / 2) transport.resume();
    };
    this.queues = Array.from({ length: count }, () => new ByteQueue(onRead));
  }

  receive(queue: ByteQueue, data: Buffer): void {
    queue.push(data);
    if (this.#waitingBytes() > MAX_QUEUED_BYTES) this.#transport.pause();
  }

  /** There will be no more. */
  end(): void {
    for (const queue of this.queues) queue.end();
  }

  #waitingBytes(): number {
    return this.queues.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}

/** Sends on a channel. */
export function channelSink(transport: Transport, channel: number): ByteSink {
  return {
    write: async (chunk) => {
      for (let at = 0; at < chunk.length; at += MAX_CHUNK_BYTES) {
        await transport.send(
          Buffer.concat([Buffer.of(channel), chunk.subarray(at, at + MAX_CHUNK_BYTES)]),
        );
      }
    },
  };
}
