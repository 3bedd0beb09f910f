import { deferred } from '../../src/lib/deferred.ts';
import type { Transport } from '../../src/rest/streams/transport.ts';

/** One side of a connection in memory, as a door sees it, and the hand that plays its client. */
export class PlayedTransport implements Transport {
  /** What was sent to the client. */
  readonly sent: Buffer[] = [];
  isClosed = false;
  closeReason: string | undefined;
  isPaused = false;
  /** Resolves when the server has stopped reading for the first time. */
  readonly paused = deferred();
  #onData: (data: Buffer) => void = () => undefined;
  readonly #onClose: (() => void)[] = [];
  readonly #onSent: (() => void)[] = [];

  async send(data: Uint8Array): Promise<void> {
    if (this.isClosed) throw new Error('the connection is closed');
    this.sent.push(Buffer.from(data));
    for (const listener of this.#onSent) listener();
  }

  onData(listener: (data: Buffer) => void): void {
    this.#onData = listener;
  }

  onClose(listener: () => void): void {
    this.#onClose.push(listener);
  }

  pause(): void {
    this.isPaused = true;
    this.paused.resolve();
  }

  resume(): void {
    this.isPaused = false;
  }

  close(reason?: string): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.closeReason = reason;
    for (const listener of this.#onClose) listener();
  }

  /** The client sends. */
  receive(data: Uint8Array): void {
    this.#onData(Buffer.from(data));
  }

  /** Resolves as soon as `holds` of what was sent. */
  until(holds: (sent: readonly Buffer[]) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (holds(this.sent)) resolve();
      };
      this.#onSent.push(look);
      look();
    });
  }
}
