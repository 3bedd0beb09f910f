import type { ByteSource } from '../../lib/container-streams.ts';

const NEWLINE = 0x0a;
/** A longer line is handed out in pieces. */
const MAX_LINE_BYTES = 1_048_576;

/** Reads a source by lines or by chunks. Several programs in a row may share one: none takes more than it uses. */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(source: ByteSource) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next bytes, as they come; undefined at the end. */
  async read(): Promise<Uint8Array | undefined> {
    if (this.#rest.length > 0) {
      const rest = this.#rest;
      this.#rest = new Uint8Array();
      return rest;
    }
    const { done, value } = await this.#source.next();
    return done ? undefined : value;
  }

  /** The next line without its end; undefined at the end. A last line may have no end. */
  async readLine(): Promise<string | undefined> {
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for (let chunk = await this.read(); chunk; chunk = await this.read()) {
      const end = chunk.indexOf(NEWLINE);
      parts.push(end < 0 ? chunk : chunk.subarray(0, end));
      if (end >= 0) this.#rest = chunk.subarray(end + 1);
      bytes += chunk.length;
      if (end >= 0 || bytes >= MAX_LINE_BYTES) return Buffer.concat(parts).toString();
    }
    return parts.length === 0 ? undefined : Buffer.concat(parts).toString();
  }

  /** All lines that are still to come. */
  async *lines(): AsyncGenerator<string> {
    for (let line = await this.readLine(); line !== undefined; line = await this.readLine()) {
      yield line;
    }
  }

  /** Nobody will read any more. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }
}
