import { LRUCache } from 'lru-cache';
import type { ApiObject } from '../scheme/object.ts';
import { EventAggregator } from './event-aggregator.ts';
import { CountedEvent, type EventSource, toRegarding } from './event-draft.ts';
import type { EventClient, EventNote } from './event-recorder.ts';
import { EventSpamFilter } from './event-spam-filter.ts';

/** Before the message of an Event that stands for several notes. */
export const COMBINED_PREFIX = '(combined from similar events): ';

/** Notes, groups of notes and pairs of source and object remembered, as many as client-go's recorder remembers. */
export const MAX_KNOWN_EVENTS = 4_096;

export interface CorrelatorOptions {
  /** Pairs of source and object whose rate is bounded. @default 4_096 */
  readonly maxSubjects?: number;
}

/** Who says it, and as whom it is written. */
export interface EventOrigin {
  readonly source: EventSource;
  readonly client: EventClient;
}

/**
 * What is written of that which is told, as client-go's recorder decides it: repeats of a note are counted in one Event,
 * many alike are combined into one, and a source that tells too much of one object is not listened to for a while.
 * Each note costs the same, and what is remembered of them is bounded.
 */
export class EventCorrelator {
  readonly #aggregator = new EventAggregator(MAX_KNOWN_EVENTS);
  readonly #filter: EventSpamFilter;
  readonly #events = new LRUCache<string, CountedEvent>({ max: MAX_KNOWN_EVENTS });

  constructor({ maxSubjects = MAX_KNOWN_EVENTS }: CorrelatorOptions = {}) {
    this.#filter = new EventSpamFilter(maxSubjects);
  }

  /** The Event that has to be written, with this note counted; undefined when the source tells too much of the object. */
  observe(
    { client, source }: EventOrigin,
    object: ApiObject,
    note: EventNote,
    nowMs: number,
  ): CountedEvent | undefined {
    const subject = subjectKey(source, object);
    const group = `${subject}\n${note.type}\n${note.reason}`;
    const isCombined = this.#aggregator.combines(group, note.message, nowMs);
    const key = isCombined ? group : `${group}\n${note.fieldPath ?? ''}\n${note.message}`;
    let event = this.#events.get(key);
    if (!event) {
      event = new CountedEvent({ client, source, note, nowMs, regarding: toRegarding(object) });
      this.#events.set(key, event);
    }
    event.client = client;
    event.count++;
    event.lastMs = nowMs;
    if (isCombined) event.message = COMBINED_PREFIX + note.message;
    return this.#filter.accepts(subject, nowMs) ? event : undefined;
  }
}

function subjectKey({ component, host = '' }: EventSource, object: ApiObject): string {
  const { namespace = '', name = '', uid = '' } = object.metadata;
  return `${component}\n${host}\n${object.apiVersion}\n${object.kind}\n${namespace}\n${name}\n${uid}`;
}
