import type { ByteSink, ByteSource } from '../../lib/container-streams.ts';
import { type Deferred, deferred } from '../../lib/deferred.ts';

const CAPACITY_BYTES = 64 * 1024;
const END = { done: true, value: undefined } as const;

/** As a program ends that writes where nobody reads any more. */
export const EXIT_BROKEN_PIPE = 141;

/** What a program gets that writes where nobody reads any more. */
export class BrokenPipeError extends Error {
  override readonly name = 'BrokenPipeError';

  constructor() {
    super('Broken pipe');
  }
}

/** Joins a writer and a reader in memory: a little is held for the reader, and then the writer waits. */
export class Pipe implements ByteSink, AsyncIterable<Uint8Array> {
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;
  #isEnded = false;
  #isBroken = false;
  #readable: Deferred<void> | undefined;
  #writable: Deferred<void> | undefined;

  /** @throws {BrokenPipeError} */
  write(chunk: Uint8Array): void | Promise<void> {
    if (this.#isBroken) throw new BrokenPipeError();
    if (chunk.length === 0 || this.#isEnded) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    this.#readable?.resolve();
    if (this.#bytes >= CAPACITY_BYTES) return this.#awaitReader();
  }

  /** There is no more to read than what was written so far. */
  end(): void {
    this.#isEnded = true;
    this.#readable?.resolve();
  }

  /** Nobody reads any more. */
  close(): void {
    this.#isBroken = true;
    this.#chunks.length = 0;
    this.#writable?.resolve();
    this.#readable?.resolve();
  }

  /** Lets whoever waits for something to read have an error instead; what comes later is read as ever. */
  interrupt(error: Error): void {
    this.#readable?.reject(error);
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return { next: () => this.#next(), return: async () => END };
  }

  async #next(): Promise<IteratorResult<Uint8Array>> {
    while (this.#chunks.length === 0) {
      if (this.#isEnded || this.#isBroken) return END;
      this.#readable = deferred();
      try {
        await this.#readable.promise;
      } finally {
        this.#readable = undefined;
      }
    }
    const value = this.#chunks.shift() as Uint8Array;
    this.#bytes -= value.length;
    if (this.#bytes < CAPACITY_BYTES) this.#writable?.resolve();
    return { done: false, value };
  }

  async #awaitReader(): Promise<void> {
    this.#writable = deferred();
    await this.#writable.promise;
    if (this.#isBroken) throw new BrokenPipeError();
  }
}

/** Gathers what is written, up to a limit. */
export class Collector implements ByteSink {
  readonly #chunks: Uint8Array[] = [];
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @throws {BrokenPipeError} beyond the limit */
  write(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBytes) throw new BrokenPipeError();
    this.#chunks.push(chunk);
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString();
  }
}

/** What may be written to for ever. */
export const NOWHERE: ByteSink = { write: () => undefined };

/** What has nothing to read. */
export const NOTHING: ByteSource = {
  async *[Symbol.asyncIterator]() {
    // There is nothing to yield.
  },
};
