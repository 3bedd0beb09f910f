import { constants, createDeflate, createInflate, type Deflate, type Inflate } from 'node:zlib';
import { SPDY_DICTIONARY } from './dictionary.ts';
import { SpdyError } from './frames.ts';

/** By lower-case name. */
export type SpdyHeaders = Readonly<Record<string, string>>;

const MAX_BLOCK_BYTES = 65_536;
const MAX_PAIRS = 64;

/** Reads and writes header blocks. Each direction of a connection is one compressed text: blocks go through it in order. */
export class HeaderCodec {
  readonly #inflate: Inflate = createInflate({ dictionary: SPDY_DICTIONARY });
  readonly #deflate: Deflate = createDeflate({
    dictionary: SPDY_DICTIONARY,
    flush: constants.Z_SYNC_FLUSH,
  });

  /** @throws {SpdyError} */
  async decode(block: Uint8Array): Promise<SpdyHeaders> {
    return parseHeaders(await passThrough(this.#inflate, block));
  }

  encode(headers: SpdyHeaders): Promise<Buffer> {
    return passThrough(this.#deflate, formatHeaders(headers));
  }

  close(): void {
    this.#inflate.destroy();
    this.#deflate.destroy();
  }
}

function passThrough(stream: Inflate | Deflate, input: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const settle = (error?: Error | null): void => {
      stream.off('data', onData);
      stream.off('error', settle);
      if (error) reject(new SpdyError('a header block is broken', { cause: error }));
      else resolve(Buffer.concat(chunks));
    };
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes <= MAX_BLOCK_BYTES) chunks.push(chunk);
      else stream.destroy(new SpdyError('a header block is too large'));
    };
    stream.on('data', onData);
    stream.once('error', settle);
    stream.write(input, (error) => {
      if (error) settle(error);
      else stream.flush(constants.Z_SYNC_FLUSH, () => settle());
    });
  });
}

function parseHeaders(block: Buffer): SpdyHeaders {
  const headers: Record<string, string> = Object.create(null);
  let at = 0;
  const readLength = (): number => {
    if (at + 4 > block.length) throw new SpdyError('a header block is too short');
    at += 4;
    return block.readUInt32BE(at - 4);
  };
  const readText = (): string => {
    const end = readLength() + at;
    if (end > block.length) throw new SpdyError('a header block is too short');
    const text = block.toString('latin1', at, end);
    at = end;
    return text;
  };
  const pairs = readLength();
  if (pairs > MAX_PAIRS) throw new SpdyError('a header block has too many headers');
  for (let pair = 0; pair < pairs; pair++) {
    const name = readText().toLowerCase();
    headers[name] = readText();
  }
  return headers;
}

function formatHeaders(headers: SpdyHeaders): Buffer {
  const entries = Object.entries(headers);
  const parts: Buffer[] = [lengthOf(entries.length)];
  for (const text of entries.flat()) {
    const bytes = Buffer.from(text, 'latin1');
    parts.push(lengthOf(bytes.length), bytes);
  }
  return Buffer.concat(parts);
}

function lengthOf(length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return bytes;
}
