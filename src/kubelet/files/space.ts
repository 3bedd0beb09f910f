import { FileError } from './file-error.ts';

/** What a file or directory takes beside its content, so that a million empty files are not for free. */
const ENTRY_BYTES = 256;

export interface SpaceOptions {
  /** Of files and their contents together. */
  readonly maxBytes: number;
  /** @default false */
  readonly isReadOnly?: boolean;
}

/** What a file system is as a whole: how much it holds, and whether anybody may write to it. */
export class Space {
  readonly maxBytes: number;
  isReadOnly: boolean;
  #usedBytes = 0;

  constructor({ maxBytes, isReadOnly = false }: SpaceOptions) {
    this.maxBytes = maxBytes;
    this.isReadOnly = isReadOnly;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** @throws {FileError} EROFS */
  assertWritable(): void {
    if (this.isReadOnly) throw new FileError('EROFS');
  }

  /** Counts one more file of `bytes`. @throws {FileError} ENOSPC */
  addEntry(bytes: number): void {
    this.grow(ENTRY_BYTES + bytes);
  }

  /** Counts one file of `bytes` less. */
  removeEntry(bytes: number): void {
    this.#usedBytes -= ENTRY_BYTES + bytes;
  }

  /** Counts what a file has more, or less, than before. @throws {FileError} ENOSPC */
  grow(bytes: number): void {
    if (bytes > 0 && this.#usedBytes + bytes > this.maxBytes) throw new FileError('ENOSPC');
    this.#usedBytes += bytes;
  }
}
