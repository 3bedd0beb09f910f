import type { WatchHandle, WatchSink } from '../../apiserver/client.ts';
import { toApiError } from '../../http/mask-error.ts';
import type { StreamPhase } from '../../http/stream/encoded-payload.ts';
import { type SocketWriter, SubscriptionLane } from '../../http/stream/socket-writer.ts';
import { systemClock, type Timer } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import { ApiError } from '../../scheme/errors.ts';
import type { WatchEvent } from '../../scheme/object.ts';
import type { Encoder } from '../content/encoder.ts';
import type { EventTexts } from './event-texts.ts';

const NO_PREFIX = Buffer.alloc(0);
/** Who does not read what a watch said at its end within this time never will. In milliseconds. */
const LAST_WORDS_MS = 10_000;

/** A connection that frames can be written to. */
export interface WatchConnection {
  /** Begins the answer, and returns what frames are written with. Called once, before the first frame. */
  open(): SocketWriter;
  /** What was written is written; nothing more comes. */
  close(): void;
  /** Closes whatever waits to be read. */
  destroy(): void;
}

export interface WatchStreamOptions {
  readonly connection: WatchConnection;
  readonly encoder: Encoder;
  readonly texts: EventTexts;
  /** The version that only changes after are asked for; undefined where the present comes before them. */
  readonly changesAfter: string | undefined;
  readonly logger: Logger;
  /** Called once, whatever ends it. */
  readonly onEnd: () => void;
}

/**
 * Brings the events of one watch to one connection. It opens with the first event, or when the API has said that there
 * will be any; before that a refusal is an ordinary answer. It ends with the watch, with an ERROR frame where it failed, or
 * with the connection.
 */
export class WatchStream implements WatchSink {
  readonly #options: WatchStreamOptions;
  readonly #lane: SubscriptionLane;
  #writer: SocketWriter | undefined;
  #handle: WatchHandle | undefined;
  #hasWritten = false;
  #lastWords: Timer | undefined;
  #isOpen = true;

  constructor(options: WatchStreamOptions) {
    this.#options = options;
    this.#lane = new SubscriptionLane({
      prefix: NO_PREFIX,
      onOverflow: (resumeFrom) => this.onClose(tooSlow(resumeFrom)),
    });
    this.#lane.resumeFrom = options.changesAfter;
  }

  /** Whether the answer has begun: what goes wrong from now on is told in it. */
  get hasBegun(): boolean {
    return this.#writer !== undefined;
  }

  /** The API has accepted the watch. It may have ended already. */
  attach(handle: WatchHandle): void {
    this.#handle = handle;
    if (this.#isOpen) this.#open();
    else handle.stop();
  }

  onEvents(events: readonly WatchEvent[]): void {
    if (!this.#isOpen) return;
    const writer = this.#open();
    const phase = this.#phase;
    for (const event of events) {
      const payload = this.#options.texts.encode(event, !this.#hasWritten);
      this.#hasWritten = true;
      writer.write(this.#lane, payload, phase);
    }
  }

  /** The watch failed: the last frame says how. */
  onClose(error: Error): void {
    if (!this.#isOpen) return;
    const { encoder, logger } = this.#options;
    const status = toApiError(logger, error).toStatus();
    this.#open().writeText(encoder.encodeFailure(status));
    this.end();
  }

  /** Ends it as if nothing more happened: its time is over, or the server stops. */
  end(): void {
    if (!this.#isOpen) return;
    const { connection } = this.#options;
    const writer = this.#open();
    this.#stop();
    this.#lastWords = systemClock.setTimer(LAST_WORDS_MS, () => connection.destroy());
    writer.end(() => connection.close());
  }

  /** The client has gone, or was refused: there is nobody to write to. */
  abandon(): void {
    this.#lastWords?.cancel();
    this.#stop();
  }

  #stop(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#lane.isOpen = false;
    this.#handle?.stop();
    this.#options.onEnd();
  }

  #open(): SocketWriter {
    this.#writer ??= this.#options.connection.open();
    return this.#writer;
  }

  /** Everything that comes before the watch says that it is open is the past. */
  get #phase(): StreamPhase {
    if (this.#handle && (this.#handle.isCurrent ?? true)) return 'changes';
    return this.#options.changesAfter === undefined ? 'present' : 'missed';
  }
}

/** Kubernetes closes such a watch without a word; clients take this one as a reason to come back. */
function tooSlow(resumeFrom: string | undefined): ApiError {
  const how =
    resumeFrom === undefined ? 'list again' : `watch again from resourceVersion ${resumeFrom}`;
  return new ApiError(
    'TooManyRequests',
    `the watch was closed because its reader fell too far behind: ${how}`,
    { retryAfterSeconds: 1 },
  );
}
