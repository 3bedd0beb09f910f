import { Writable } from 'node:stream';

/** A connection that a test reads: it takes what is written while it is open, and lets it wait while it is not. */
export class CollectingWritable extends Writable {
  readonly chunks: Buffer[] = [];
  #release: (() => void) | undefined;
  #isOpen = true;

  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }

  /** From now on nothing is taken. */
  hold(): void {
    this.#isOpen = false;
  }

  /** Takes what waits, and everything from now on. */
  resume(): void {
    this.#isOpen = true;
    const release = this.#release;
    this.#release = undefined;
    release?.();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const take = (): void => {
      this.chunks.push(chunk);
      done();
    };
    if (this.#isOpen) take();
    else this.#release = take;
  }
}
