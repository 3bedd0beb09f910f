import type { EncodedPayload } from '../../http/stream/encoded-payload.ts';
import type { WatchEvent } from '../../scheme/object.ts';
import type { Encoder } from '../content/encoder.ts';

/** Bytes that are remembered at least, and at most twice, for one encoding of one resource. */
const REMEMBERED_BYTES = 8 * 1024 * 1024;

type Memory = Map<WatchEvent['type'], WeakMap<object, EncodedPayload>>;

/**
 * The events of one resource in one encoding: each is encoded once, however many watchers deliver it. Objects are shared,
 * so they are what it is remembered by.
 */
export class EventTexts {
  readonly #encoder: Encoder;
  #recent: Memory = new Map();
  #former: Memory = new Map();
  #recentBytes = 0;

  constructor(encoder: Encoder) {
    this.#encoder = encoder;
  }

  encode(event: WatchEvent, isFirst: boolean): EncodedPayload {
    if (isFirst && this.#encoder.marksFirst) return this.#pack(event, true);
    const known = recall(this.#recent, event);
    if (known) return known;
    const payload = recall(this.#former, event) ?? this.#pack(event, false);
    this.#remember(event, payload);
    return payload;
  }

  #pack(event: WatchEvent, isFirst: boolean): EncodedPayload {
    return {
      bytes: Buffer.from(this.#encoder.encodeEvent(event, isFirst)),
      resourceVersion: event.object.metadata.resourceVersion ?? '',
      isBookmark: event.type === 'BOOKMARK',
    };
  }

  #remember({ type, object }: WatchEvent, payload: EncodedPayload): void {
    if (this.#recentBytes > REMEMBERED_BYTES) {
      this.#former = this.#recent;
      this.#recent = new Map();
      this.#recentBytes = 0;
    }
    this.#recentBytes += payload.bytes.length;
    let memory = this.#recent.get(type);
    if (!memory) {
      memory = new WeakMap();
      this.#recent.set(type, memory);
    }
    memory.set(object, payload);
  }
}

function recall(memory: Memory, { type, object }: WatchEvent): EncodedPayload | undefined {
  return memory.get(type)?.get(object);
}
