import type { ByteSink, ByteSource } from '../../../lib/container-streams.ts';
import { ByteQueue } from '../byte-queue.ts';
import type { Transport } from '../transport.ts';
import {
  encodeData,
  encodeGoAway,
  encodePing,
  encodeRstStream,
  encodeSynReply,
  SpdyError,
  type SpdyFrame,
  SpdyFrameReader,
} from './frames.ts';
import { HeaderCodec, type SpdyHeaders } from './header-codec.ts';

/** What all streams of a connection hold for those who read them; beyond it the connection is not read. */
const MAX_QUEUED_BYTES = 1_048_576;
const MAX_STREAMS = 256;
const MAX_CHUNK_BYTES = 32 * 1_024;
const REFUSED_STREAM = 3;
const CANCEL = 5;

/** One stream that the client has opened. */
export interface SpdyStream {
  readonly headers: SpdyHeaders;
  /** What the client sends, to the end that it sets. */
  readonly input: ByteSource;
  readonly output: ByteSink;
  /** There is no more to come from this side. */
  end(): Promise<void>;
  /** Drops the stream: neither side wants any more of it. */
  reset(): Promise<void>;
}

export interface SpdyConnectionOptions {
  readonly transport: Transport;
  /** Called for each stream, in order. */
  readonly onStream: (stream: SpdyStream) => void;
  /** Called once, when the connection is gone or is not worth keeping. */
  readonly onClose: () => void;
}

interface OpenStream {
  readonly input: ByteQueue;
  isInputEnded: boolean;
  isOutputEnded: boolean;
}

/** The server's side of a SPDY connection. */
export class SpdyConnection {
  readonly #options: SpdyConnectionOptions;
  readonly #reader = new SpdyFrameReader();
  readonly #codec = new HeaderCodec();
  readonly #streams = new Map<number, OpenStream>();
  #lastStreamId = 0;
  #isClosed = false;
  #isPaused = false;
  /** Frames are handled one after another: headers take their time. */
  #pending: Promise<void> = Promise.resolve();

  constructor(options: SpdyConnectionOptions) {
    this.#options = options;
    options.transport.onClose(() => this.#closed());
    options.transport.onData((chunk) => this.#receive(chunk));
  }

  /** Ends the connection. */
  close(): void {
    if (this.#isClosed) return;
    // Ignored: who has gone needs no goodbye.
    this.#send(encodeGoAway(this.#lastStreamId)).catch(() => undefined);
    this.#options.transport.close();
    this.#closed();
  }

  #closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const { input } of this.#streams.values()) input.end();
    this.#streams.clear();
    this.#codec.close();
    this.#options.onClose();
  }

  #receive(chunk: Uint8Array): void {
    this.#pending = this.#pending
      .then(async () => {
        for (const frame of this.#reader.push(chunk)) await this.#handle(frame);
      })
      .catch(() => this.close());
  }

  #handle(frame: SpdyFrame): Promise<void> | void {
    switch (frame.type) {
      case 'synStream':
        return this.#open(frame.streamId, frame.block, frame.isLast);
      case 'data':
        return this.#take(frame.streamId, frame.data, frame.isLast);
      case 'rstStream':
        this.#streams.get(frame.streamId)?.input.end();
        this.#streams.delete(frame.streamId);
        return;
      case 'ping':
        return this.#send(encodePing(frame.id));
      case 'goAway':
        return this.close();
      case 'other':
    }
  }

  async #open(streamId: number, block: Buffer, isLast: boolean): Promise<void> {
    // Also of a stream that is refused: the compressed text goes on through its headers.
    const headers = await this.#codec.decode(block);
    if (streamId % 2 === 0 || streamId <= this.#lastStreamId)
      throw new SpdyError('a stream id is used twice');
    this.#lastStreamId = streamId;
    if (this.#streams.size >= MAX_STREAMS) {
      await this.#send(encodeRstStream(streamId, REFUSED_STREAM));
      return;
    }
    const input = new ByteQueue(() => this.#readOn());
    if (isLast) input.end();
    this.#streams.set(streamId, { input, isInputEnded: isLast, isOutputEnded: false });
    await this.#send(encodeSynReply(streamId, await this.#codec.encode({})));
    this.#options.onStream({
      headers,
      input,
      output: { write: (chunk) => this.#write(streamId, chunk) },
      end: () => this.#end(streamId),
      reset: () => this.#reset(streamId),
    });
  }

  #take(streamId: number, data: Buffer, isLast: boolean): void {
    const stream = this.#streams.get(streamId);
    if (!stream) return;
    stream.input.push(data);
    if (isLast) {
      stream.input.end();
      stream.isInputEnded = true;
      this.#forgetWhenDone(streamId, stream);
    }
    if (this.#queuedBytes() <= MAX_QUEUED_BYTES || this.#isPaused) return;
    this.#isPaused = true;
    this.#options.transport.pause();
  }

  #readOn(): void {
    if (!this.#isPaused || this.#queuedBytes() > MAX_QUEUED_BYTES / 2) return;
    this.#isPaused = false;
    this.#options.transport.resume();
  }

  #queuedBytes(): number {
    let bytes = 0;
    for (const { input } of this.#streams.values()) bytes += input.bytes;
    return bytes;
  }

  async #write(streamId: number, chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length; at += MAX_CHUNK_BYTES) {
      const stream = this.#streams.get(streamId);
      if (!stream || stream.isOutputEnded) throw new SpdyError('the stream is closed');
      await this.#send(encodeData(streamId, chunk.subarray(at, at + MAX_CHUNK_BYTES)));
    }
  }

  async #end(streamId: number): Promise<void> {
    const stream = this.#streams.get(streamId);
    if (!stream || stream.isOutputEnded) return;
    stream.isOutputEnded = true;
    this.#forgetWhenDone(streamId, stream);
    await this.#send(encodeData(streamId, new Uint8Array(), true));
  }

  async #reset(streamId: number): Promise<void> {
    const stream = this.#streams.get(streamId);
    if (!stream) return;
    stream.input.end();
    this.#streams.delete(streamId);
    await this.#send(encodeRstStream(streamId, CANCEL));
  }

  #forgetWhenDone(streamId: number, { isInputEnded, isOutputEnded }: OpenStream): void {
    if (isInputEnded && isOutputEnded) this.#streams.delete(streamId);
  }

  #send(frame: Buffer): Promise<void> {
    return this.#options.transport.send(frame);
  }
}
