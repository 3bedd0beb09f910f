import type { EncodedPayload, StreamPhase } from '../../http/stream/encoded-payload.ts';
import { toError } from '../../lib/errors.ts';
import { ApiError } from '../../scheme/errors.ts';
import type { EventEncoder } from './event-encoder.ts';
import {
  createEventSource,
  type EventSource,
  type EventSourceOptions,
  type SourcedEvent,
} from './event-source.ts';

/** Who receives a stream. Called synchronously and in order. */
export interface StreamMember {
  /** The version that it starts after, where it names one. */
  onStart?(resourceVersion: string | undefined): void;
  onPayload(payload: EncodedPayload, phase: StreamPhase): void;
  onClose(error: Error): void;
}

/** Events whose relations are still being read, in one stream. More mean that reading them cannot keep up. */
const MAX_UNENCODED_EVENTS = 10_000;

export interface EventStreamOptions extends Omit<EventSourceOptions, 'sink'> {
  readonly encoder: EventEncoder;
  /** Called after each delivery of changes: the stream may now be at the same place as another. */
  readonly onAdvance: (stream: EventStream) => void;
  readonly onEnd: (stream: EventStream) => void;
}

/**
 * One watch with those who receive it. Streams of the same subscription that have delivered the same last change are at
 * the same place: their members can be joined, and one of them stopped.
 */
export class EventStream {
  readonly members = new Set<StreamMember>();
  /** The last change delivered; undefined until the first one. */
  lastChange: string | undefined;
  readonly #encoder: EventEncoder;
  readonly #source: EventSource;
  readonly #onAdvance: EventStreamOptions['onAdvance'];
  readonly #onEnd: EventStreamOptions['onEnd'];
  /** Set while an event's relations are being read: what follows waits for it. */
  #tail: Promise<void> | undefined;
  #unencoded = 0;
  #isOpen = true;

  constructor({ encoder, onAdvance, onEnd, ...source }: EventStreamOptions) {
    this.#encoder = encoder;
    this.#onAdvance = onAdvance;
    this.#onEnd = onEnd;
    this.#source = createEventSource({
      ...source,
      sink: {
        onEvents: (events, phase) => this.#take(events, phase),
        onClose: (error) => this.#close(error),
      },
    });
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  start(): Promise<void> {
    return this.#source.start();
  }

  /** Ends the watch without a word to the members. */
  stop(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#source.stop();
    this.#onEnd(this);
  }

  #take(events: readonly SourcedEvent[], phase: StreamPhase): void {
    if (!this.#isOpen) return;
    for (const sourced of events) {
      const payload = this.#encoder.encode(sourced);
      if (this.#tail || payload instanceof Promise) this.#deliverLater(payload, phase);
      else this.#deliver(payload, phase);
    }
    if (phase === 'changes' && !this.#tail) this.#onAdvance(this);
  }

  #deliver(payload: EncodedPayload, phase: StreamPhase): void {
    for (const member of this.members) member.onPayload(payload, phase);
    if (phase === 'changes' && !payload.isBookmark) this.lastChange = payload.resourceVersion;
  }

  #deliverLater(payload: EncodedPayload | Promise<EncodedPayload>, phase: StreamPhase): void {
    this.#unencoded++;
    if (this.#unencoded > MAX_UNENCODED_EVENTS && phase === 'changes') {
      this.#close(cannotKeepUp());
      return;
    }
    const previous = this.#tail ?? Promise.resolve();
    const tail: Promise<void> = previous
      .then(() => payload)
      .then((settled) => {
        this.#unencoded--;
        if (!this.#isOpen) return;
        this.#deliver(settled, phase);
        if (this.#tail !== tail) return;
        this.#tail = undefined;
        if (phase === 'changes') this.#onAdvance(this);
      })
      .catch((thrown: unknown) => this.#close(toError(thrown)));
    this.#tail = tail;
  }

  #close(error: Error): void {
    if (!this.#isOpen) return;
    const members = [...this.members];
    this.stop();
    for (const member of members) member.onClose(error);
  }
}

function cannotKeepUp(): ApiError {
  return new ApiError(
    'TooManyRequests',
    'the relations that this subscription selects cannot be read as fast as its events come: watch again, with fewer of them',
    { retryAfterSeconds: 1 },
  );
}
