import { encodeData } from '../../src/rest/streams/spdy/frames.ts';
import { HeaderCodec, type SpdyHeaders } from '../../src/rest/streams/spdy/header-codec.ts';
import type { PlayedTransport } from './transport.ts';

const HEADER_BYTES = 8;
const VERSION = 3;
const SYN_STREAM = 1;

/** Opens a stream. @param block compressed headers */
function encodeSynStream(streamId: number, block: Uint8Array): Buffer {
  const frame = Buffer.alloc(HEADER_BYTES + 10);
  frame.writeUInt16BE(0x8000 | VERSION, 0);
  frame.writeUInt16BE(SYN_STREAM, 2);
  frame.writeUIntBE(10 + block.length, 5, 3);
  frame.writeUInt32BE(streamId, HEADER_BYTES);
  return Buffer.concat([frame, block]);
}

/** Plays a client of SPDY: opens streams, sends on them, and gathers what comes back. */
export class SpdyClient {
  readonly #transport: PlayedTransport;
  readonly #codec = new HeaderCodec();
  #nextId = 1;

  constructor(transport: PlayedTransport) {
    this.#transport = transport;
  }

  /** Opens a stream; returns its id. */
  async open(headers: SpdyHeaders): Promise<number> {
    const id = this.#nextId;
    this.#nextId += 2;
    this.#transport.receive(encodeSynStream(id, await this.#codec.encode(headers)));
    return id;
  }

  send(id: number, text: string, isLast = false): void {
    this.#transport.receive(encodeData(id, Buffer.from(text), isLast));
  }

  /** What has come back on a stream so far, and whether that was all. */
  received(id: number): { text: string; isEnded: boolean } {
    let text = '';
    let isEnded = false;
    for (const frame of this.#transport.sent) {
      const isData = (frame.readUInt32BE(0) & 0x8000_0000) === 0;
      if (!isData || frame.readUInt32BE(0) !== id) continue;
      text += frame.subarray(HEADER_BYTES).toString();
      isEnded ||= frame.readUInt8(4) === 1;
    }
    return { text, isEnded };
  }

  /** Resolves when the server has ended its side of a stream; returns all that came. */
  async readAll(id: number): Promise<string> {
    await this.#transport.until(() => this.received(id).isEnded);
    return this.received(id).text;
  }

  close(): void {
    this.#codec.close();
  }
}
