import type { EncodedPayload } from '../../http/stream/encoded-payload.ts';
import type { WatchEvent } from '../../scheme/object.ts';
import type { Encoder } from '../content/encoder.ts';

/** Bytes that are remembered at least, and at most twice, for one encoding of one resource. */
const REMEMBERED_BYTES = 8 * 1024 * 1024;

interface Remembered {
  readonly payload: EncodedPayload;
  readonly moment: number;
}

type Memory = Map<WatchEvent['type'], WeakMap<object, Remembered>>;

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
    const moment = this.#encoder.moment();
    const known = recall(this.#recent, event, moment);
    if (known) return known;
    const payload = recall(this.#former, event, moment) ?? this.#pack(event, false);
    this.#remember(event, { payload, moment });
    return payload;
  }

  #pack(event: WatchEvent, isFirst: boolean): EncodedPayload {
    return {
      bytes: Buffer.from(this.#encoder.encodeEvent(event, isFirst)),
      resourceVersion: event.object.metadata.resourceVersion ?? '',
      isBookmark: event.type === 'BOOKMARK',
    };
  }

  #remember({ type, object }: WatchEvent, remembered: Remembered): void {
    if (this.#recentBytes > REMEMBERED_BYTES) {
      this.#former = this.#recent;
      this.#recent = new Map();
      this.#recentBytes = 0;
    }
    this.#recentBytes += remembered.payload.bytes.length;
    let memory = this.#recent.get(type);
    if (!memory) {
      memory = new WeakMap();
      this.#recent.set(type, memory);
    }
    memory.set(object, remembered);
  }
}

function recall(
  memory: Memory,
  { type, object }: WatchEvent,
  moment: number,
): EncodedPayload | undefined {
  const remembered = memory.get(type)?.get(object);
  return remembered?.moment === moment ? remembered.payload : undefined;
}
