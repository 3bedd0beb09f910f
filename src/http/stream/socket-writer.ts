/**
 * Writes the frames of many subscriptions to one connection. Frames wait as references to payloads that all subscribers
 * share; they become bytes of their own only when the connection takes them, many in one write. A subscription whose
 * frames wait too long is dropped, with a word from where to resume: it is never skipped ahead and never grows memory
 * without bound.
 */
import type { Writable } from 'node:stream';
import type { EncodedPayload, StreamPhase } from './encoded-payload.ts';
import type { FlushScheduler } from './flush-scheduler.ts';

/** How frames look on one kind of connection. */
export interface FrameFormat {
  size(entry: Frame): number;
  /** Writes the frame at `offset` and returns the offset behind it. */
  write(entry: Frame, target: Buffer, offset: number): number;
}

/** Either one result of a subscription, or a text of the protocol. */
export type Frame =
  | { readonly lane: SubscriptionLane; readonly payload: EncodedPayload }
  | { readonly lane?: undefined; readonly text: Buffer };

export interface SubscriptionLaneOptions {
  /** What comes before each payload. */
  readonly prefix: Buffer;
  /** Called once, when too much waits. `resumeFrom` is where the stream goes on behind what was written, if known. */
  readonly onOverflow: (resumeFrom: string | undefined) => void;
}

/** The frames of one subscription on a connection. */
export class SubscriptionLane {
  readonly prefix: Buffer;
  readonly onOverflow: SubscriptionLaneOptions['onOverflow'];
  /** Of what waits; the backlog is finite and does not count. */
  waitingBytes = 0;
  /** The version of the last result that was written and says a place in the stream; before, that it started after. */
  resumeFrom: string | undefined;
  isOpen = true;

  constructor({ prefix, onOverflow }: SubscriptionLaneOptions) {
    this.prefix = prefix;
    this.onOverflow = onOverflow;
  }
}

/** Changes of one subscription that may wait. */
const MAX_LANE_BYTES = 8 * 1024 * 1024;
/** What may wait of all subscriptions of one connection, backlogs included. Much of it is shared between connections. */
const MAX_CONNECTION_BYTES = 512 * 1024 * 1024;
/** Bytes that are put together for one write. */
const MAX_WRITE_BYTES = 512 * 1024;
/** Bytes that the connection may hold before it is given more. */
const MAX_BUFFERED_BYTES = 1024 * 1024;

interface WaitingFrame {
  readonly frame: Frame;
  /** Bytes that count against the limit of the subscription. */
  readonly counted: number;
  /** Whether a subscriber who got it can resume from its version. */
  readonly isPlace: boolean;
}

export class SocketWriter {
  readonly #socket: Writable;
  readonly #format: FrameFormat;
  readonly #scheduler: FlushScheduler;
  #queue: WaitingFrame[] = [];
  #head = 0;
  #waitingBytes = 0;
  #isClosed = false;
  #onWritten: (() => void) | undefined;

  constructor(socket: Writable, format: FrameFormat, scheduler: FlushScheduler) {
    this.#socket = socket;
    this.#format = format;
    this.#scheduler = scheduler;
    socket.on('drain', this.#onDrain);
    socket.once('close', () => this.close());
  }

  /** Queues one result of a subscription. */
  write(lane: SubscriptionLane, payload: EncodedPayload, phase: StreamPhase): void {
    if (this.#isClosed || !lane.isOpen) return;
    const counted = phase === 'changes' ? payload.bytes.length : 0;
    const isPlace = phase !== 'present' || payload.isBookmark;
    lane.waitingBytes += counted;
    this.#waitingBytes += payload.bytes.length;
    this.#queue.push({ frame: { lane, payload }, counted, isPlace });
    if (lane.waitingBytes > MAX_LANE_BYTES || this.#waitingBytes > MAX_CONNECTION_BYTES)
      this.#drop(lane);
    this.#scheduler.schedule(this);
  }

  /** Queues a message of the protocol behind what waits already. */
  writeText(text: string): void {
    if (this.#isClosed) return;
    this.#queue.push({ frame: { text: Buffer.from(text) }, counted: 0, isPlace: false });
    this.#scheduler.schedule(this);
  }

  /** Writes what waits, as far as the connection takes it. */
  flush(): void {
    if (this.#isClosed) return;
    while (this.#head < this.#queue.length && this.#socket.writableLength < MAX_BUFFERED_BYTES) {
      this.#socket.write(this.#nextChunk());
    }
    this.#trim();
    if (this.#onWritten && this.#queue.length === 0) {
      this.close();
      this.#onWritten();
    }
  }

  /** Forgets what waits. */
  close(): void {
    this.#isClosed = true;
    this.#queue = [];
    this.#head = 0;
    this.#socket.off('drain', this.#onDrain);
  }

  /** Writes what waits and then calls `onWritten`; nothing is taken any more. */
  end(onWritten: () => void): void {
    if (this.#isClosed) return;
    this.#onWritten = onWritten;
    this.flush();
  }

  readonly #onDrain = (): void => this.flush();

  #nextChunk(): Buffer {
    const start = this.#head;
    let end = start;
    let bytes = 0;
    while (end < this.#queue.length && (bytes < MAX_WRITE_BYTES || end === start)) {
      bytes += this.#format.size((this.#queue[end] as WaitingFrame).frame);
      end++;
    }
    const chunk = Buffer.allocUnsafe(bytes);
    let offset = 0;
    for (let index = start; index < end; index++) {
      const waiting = this.#queue[index] as WaitingFrame;
      offset = this.#format.write(waiting.frame, chunk, offset);
      this.#written(waiting);
    }
    this.#head = end;
    return chunk;
  }

  #written({ frame, counted, isPlace }: WaitingFrame): void {
    if (!frame.lane) return;
    frame.lane.waitingBytes -= counted;
    if (isPlace) frame.lane.resumeFrom = frame.payload.resourceVersion;
    this.#waitingBytes -= frame.payload.bytes.length;
  }

  /** Gives the memory of written frames back without copying the queue at each flush. */
  #trim(): void {
    if (this.#head === this.#queue.length) this.#queue = [];
    else if (this.#head > 1_024) this.#queue = this.#queue.slice(this.#head);
    else return;
    this.#head = 0;
  }

  #drop(lane: SubscriptionLane): void {
    lane.isOpen = false;
    const kept: WaitingFrame[] = [];
    for (const waiting of this.#queue.slice(this.#head)) {
      const { frame } = waiting;
      if (frame.lane === lane) this.#waitingBytes -= frame.payload.bytes.length;
      else kept.push(waiting);
    }
    this.#queue = kept;
    this.#head = 0;
    lane.onOverflow(lane.resumeFrom);
  }
}
