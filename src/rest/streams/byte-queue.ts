import type { ByteSource } from '../../lib/container-streams.ts';
import { type Deferred, deferred } from '../../lib/deferred.ts';

/** Bytes that have come and have not been read yet. Whoever fills it is told when it is nearly empty again. */
export class ByteQueue implements ByteSource {
  readonly #chunks: Uint8Array[] = [];
  readonly #onRead: () => void;
  #waiting: Deferred<void> | undefined;
  #isEnded = false;
  #bytes = 0;

  constructor(onRead: () => void = () => undefined) {
    this.#onRead = onRead;
  }

  get bytes(): number {
    return this.#bytes;
  }

  push(chunk: Uint8Array): void {
    if (this.#isEnded || chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    this.#waiting?.resolve();
  }

  /** There will be no more. */
  end(): void {
    this.#isEnded = true;
    this.#waiting?.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk) {
        this.#bytes -= chunk.length;
        this.#onRead();
        yield chunk;
      } else if (this.#isEnded) {
        return;
      } else {
        this.#waiting = deferred();
        await this.#waiting.promise;
      }
    }
  }
}
