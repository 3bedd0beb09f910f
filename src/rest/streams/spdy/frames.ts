/**
 * Frames of SPDY/3.1, as far as Kubernetes' streams use it: one connection carries many streams, each with headers, bytes in
 * both directions and an end of its own. Flow control is left to the connection, as Kubernetes' own implementation leaves it.
 */

const VERSION = 3;
const HEADER_BYTES = 8;
/** Kubernetes' clients send pieces of 32 KiB. */
const MAX_FRAME_BYTES = 1_048_576;
const CONTROL_BIT = 0x8000_0000;
const STREAM_ID_MASK = 0x7fff_ffff;

export const FLAG_FIN = 0x01;

const TYPES = { synStream: 1, synReply: 2, rstStream: 3, ping: 6, goAway: 7 } as const;

export type SpdyFrame =
  | {
      readonly type: 'data';
      readonly streamId: number;
      readonly isLast: boolean;
      readonly data: Buffer;
    }
  | {
      readonly type: 'synStream';
      readonly streamId: number;
      readonly isLast: boolean;
      readonly block: Buffer;
    }
  | { readonly type: 'rstStream'; readonly streamId: number }
  | { readonly type: 'ping'; readonly id: number }
  | { readonly type: 'goAway' }
  /** One that needs no answer: settings, window updates. */
  | { readonly type: 'other' };

export class SpdyError extends Error {
  override readonly name = 'SpdyError';
}

/** Cuts bytes into frames. */
export class SpdyFrameReader {
  #buffer = Buffer.alloc(0);

  /** The frames that are whole with `chunk`. @throws {SpdyError} */
  push(chunk: Uint8Array): SpdyFrame[] {
    this.#buffer =
      this.#buffer.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#buffer, chunk]);
    const frames: SpdyFrame[] = [];
    for (let frame = this.#take(); frame; frame = this.#take()) frames.push(frame);
    return frames;
  }

  #take(): SpdyFrame | undefined {
    if (this.#buffer.length < HEADER_BYTES) return undefined;
    const first = this.#buffer.readUInt32BE(0);
    const flags = this.#buffer.readUInt8(4);
    const length = this.#buffer.readUIntBE(5, 3);
    if (length > MAX_FRAME_BYTES) throw new SpdyError(`a frame of ${length} bytes is too large`);
    const end = HEADER_BYTES + length;
    if (this.#buffer.length < end) return undefined;
    const payload = this.#buffer.subarray(HEADER_BYTES, end);
    this.#buffer = this.#buffer.subarray(end);
    const isControl = (first & CONTROL_BIT) !== 0;
    const isLast = (flags & FLAG_FIN) !== 0;
    if (!isControl)
      return { type: 'data', streamId: first & STREAM_ID_MASK, isLast, data: payload };
    return parseControl({
      version: (first >>> 16) & 0x7fff,
      type: first & 0xffff,
      isLast,
      payload,
    });
  }
}

interface ControlFrame {
  readonly version: number;
  readonly type: number;
  readonly isLast: boolean;
  readonly payload: Buffer;
}

function parseControl({ isLast, payload, type, version }: ControlFrame): SpdyFrame {
  if (version !== VERSION) throw new SpdyError(`version ${version} of SPDY is not spoken here`);
  const need = (bytes: number): void => {
    if (payload.length < bytes) throw new SpdyError('a frame is too short');
  };
  switch (type) {
    case TYPES.synStream: {
      need(10);
      const streamId = payload.readUInt32BE(0) & STREAM_ID_MASK;
      return { type: 'synStream', streamId, isLast, block: payload.subarray(10) };
    }
    case TYPES.rstStream:
      need(8);
      return { type: 'rstStream', streamId: payload.readUInt32BE(0) & STREAM_ID_MASK };
    case TYPES.ping:
      need(4);
      return { type: 'ping', id: payload.readUInt32BE(0) };
    case TYPES.goAway:
      return { type: 'goAway' };
    default:
      return { type: 'other' };
  }
}

export function encodeData(streamId: number, data: Uint8Array, isLast = false): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(streamId, 0);
  header.writeUInt8(isLast ? FLAG_FIN : 0, 4);
  header.writeUIntBE(data.length, 5, 3);
  return Buffer.concat([header, data]);
}

function encodeControl(type: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(0x8000 | VERSION, 0);
  header.writeUInt16BE(type, 2);
  header.writeUIntBE(payload.length, 5, 3);
  return Buffer.concat([header, payload]);
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
}

/** @param block compressed headers */
export function encodeSynReply(streamId: number, block: Uint8Array): Buffer {
  return encodeControl(TYPES.synReply, Buffer.concat([words(streamId), block]));
}

/** @param status why: 1 for an error of protocol, 3 for a refused stream, 5 for one that nobody wants any more */
export function encodeRstStream(streamId: number, status: number): Buffer {
  return encodeControl(TYPES.rstStream, words(streamId, status));
}

export function encodePing(id: number): Buffer {
  return encodeControl(TYPES.ping, words(id));
}

export function encodeGoAway(lastStreamId: number): Buffer {
  return encodeControl(TYPES.goAway, words(lastStreamId, 0));
}
