import type { ApiObject } from '../scheme/object.ts';
import type { EventNote } from './event-recorder.ts';

/** Who says it. */
export interface EventSource {
  readonly component: string;
  readonly host?: string;
}

/** What an Event is about: enough of the object to write `involvedObject`, so that the object itself can be let go. */
export interface Regarding {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
}

/** A note and its repeats: one Event object, written or to be written. */
export interface EventSeries {
  readonly key: string;
  readonly source: EventSource;
  readonly regarding: Regarding;
  readonly note: EventNote;
  readonly firstMs: number;
  lastMs: number;
  count: number;
  /**
   * `queued`: waits to be written, and repeats until then cost no write. `writing`, or `repeated` when it was heard again
   * since: two writes of one series at once would make two Events.
   */
  state: 'idle' | 'queued' | 'writing' | 'repeated';
  /** The Event that it was written as. */
  writtenAs: { readonly namespace: string; readonly name: string } | undefined;
}

export function toRegarding({ apiVersion, kind, metadata }: ApiObject): Regarding {
  return {
    apiVersion,
    kind,
    namespace: metadata.namespace,
    name: metadata.name ?? '',
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
  };
}

/** Recognises repeats among the last `maxSeries` notes; the longest unheard one is forgotten first. */
export class EventCorrelator {
  readonly #maxSeries: number;
  readonly #series = new Map<string, EventSeries>();

  constructor(maxSeries: number) {
    this.#maxSeries = maxSeries;
  }

  /** The series that this note belongs to, counted. */
  observe(source: EventSource, object: ApiObject, note: EventNote, nowMs: number): EventSeries {
    const key = seriesKey(source, object, note);
    const known = this.#series.get(key);
    if (known) {
      this.#series.delete(key);
      this.#series.set(key, known);
      known.count++;
      known.lastMs = nowMs;
      return known;
    }
    const series: EventSeries = {
      key,
      source,
      regarding: toRegarding(object),
      note,
      firstMs: nowMs,
      lastMs: nowMs,
      count: 1,
      state: 'idle',
      writtenAs: undefined,
    };
    this.#series.set(key, series);
    this.#forgetOldest();
    return series;
  }

  #forgetOldest(): void {
    if (this.#series.size <= this.#maxSeries) return;
    for (const oldest of this.#series.keys()) {
      this.#series.delete(oldest);
      return;
    }
  }
}

function seriesKey({ component, host }: EventSource, object: ApiObject, note: EventNote): string {
  const { namespace, name, uid } = object.metadata;
  const { type, reason, message, fieldPath } = note;
  return [
    component,
    host,
    object.kind,
    namespace,
    name,
    uid,
    fieldPath,
    type,
    reason,
    message,
  ].join('\n');
}
