import { LRUCache } from 'lru-cache';
import type { ApiObject } from '../scheme/object.ts';
import { type EventReporter, type Regarding, SeriesEvent, toRegarding } from './event-draft.ts';
import type { ActionNote, EventClient } from './event-recorder.ts';

/** What was not heard of again for so long is over. Also how often that is looked for. */
export const FINISH_MS = 360_000;
/** How often the count of what goes on is written, in looks: every half hour. */
const LOOKS_PER_REFRESH = 5;
/** client-go's recorder has no bound; one that is forced out is written, and what comes of it later begins a new series. */
const MAX_SERIES = 16_384;

export interface SeriesTrackerOptions {
  /** Writes the series as it is now. */
  readonly write: (series: SeriesEvent) => void;
  /** @default 16_384 */
  readonly maxSeries?: number;
}

/** Who says it, and as whom it is written. */
export interface SeriesOrigin {
  readonly reporter: EventReporter;
  readonly client: EventClient;
}

/**
 * What is written of that which is told in the form of events.k8s.io, as client-go's recorder decides it: the first of a
 * series, the second, which makes it one, and from then on the count every half hour and when the series is over.
 * @see https://pkg.go.dev/k8s.io/client-go/tools/events
 */
export class EventSeriesTracker {
  readonly #write: (series: SeriesEvent) => void;
  readonly #series: LRUCache<string, SeriesEvent>;
  #looks = 0;

  constructor({ maxSeries = MAX_SERIES, write }: SeriesTrackerOptions) {
    this.#write = write;
    this.#series = new LRUCache({
      max: maxSeries,
      dispose: (series, _key, reason) => {
        if (reason === 'evict') this.#writeRest(series);
      },
    });
  }

  /** How many series go on. */
  get size(): number {
    return this.#series.size;
  }

  observe(
    { client, reporter }: SeriesOrigin,
    object: ApiObject,
    note: ActionNote,
    nowMs: number,
  ): void {
    const regarding = toRegarding(object);
    const related = note.related && toRegarding(note.related);
    const key = seriesKey(reporter, regarding, related, note);
    let series = this.#series.get(key);
    if (!series) {
      series = new SeriesEvent({ client, reporter, regarding, related, note: told(note), nowMs });
      this.#series.set(key, series);
    }
    series.count++;
    series.lastMs = nowMs;
    if (series.count <= 2) this.#write(series);
  }

  /** Ends the series that were not heard of lately. Belongs called every {@link FINISH_MS} while there is one. */
  look(nowMs: number): void {
    this.#looks++;
    const isRefresh = this.#looks % LOOKS_PER_REFRESH === 0;
    for (const [key, series] of [...this.#series.entries()]) {
      const isOver = series.lastMs < nowMs - FINISH_MS;
      if (isOver || isRefresh) this.#writeRest(series);
      if (isOver) this.#series.delete(key);
    }
  }

  #writeRest(series: SeriesEvent): void {
    if (series.count > 1 && series.count > series.writtenCount) this.#write(series);
  }
}

/** The note without the object that it is related to, which would be kept as long as the series. */
function told({ related: _, ...note }: ActionNote): ActionNote {
  return note;
}

/** The message is not part of it: attempts of one kind are one series, whatever each failed for. */
function seriesKey(
  { controller, instance }: EventReporter,
  regarding: Regarding,
  related: Regarding | undefined,
  { action, reason, type }: ActionNote,
): string {
  const words = [type, action, reason, controller, instance, referenceKey(regarding)];
  if (related) words.push(referenceKey(related));
  return words.join('\n');
}

function referenceKey(reference: Regarding): string {
  const { apiVersion, kind, namespace, name, resourceVersion, uid } = reference;
  return [apiVersion, kind, namespace, name, uid, resourceVersion].join('\n');
}
