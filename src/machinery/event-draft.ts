import { toRfc3339, toRfc3339Micro } from '../lib/clock.ts';
import type { Event } from '../scheme/generated/types/core-v1.ts';
import { MAX_MESSAGE_CHARACTERS, MAX_WORD_CHARACTERS } from '../scheme/groups/core/event.ts';
import type { ApiObject } from '../scheme/object.ts';
import type { ActionNote, EventClient, EventNote } from './event-recorder.ts';

/** Who says it. */
export interface EventSource {
  readonly component: string;
  readonly host?: string;
}

/** An object as Events refer to it: the object itself can be let go. */
export interface Regarding {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
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

/** An Event without the name that it gets when it is written. */
export type EventContent = Omit<Event, 'apiVersion' | 'kind' | 'metadata'>;

export interface DraftOptions<Note extends EventNote> {
  /** Writes it, as whoever that is. */
  readonly client: EventClient;
  readonly regarding: Regarding;
  readonly note: Note;
  readonly nowMs: number;
}

/** One Event object, written or to be written, and written again when it has changed. */
export abstract class EventDraft<Note extends EventNote = EventNote> {
  client: EventClient;
  readonly regarding: Regarding;
  readonly note: Note;
  readonly firstMs: number;
  lastMs: number;
  count = 0;
  /** The count that is in the store. */
  writtenCount = 0;
  /**
   * `queued`: waits to be written, and changes until then cost no write. `writing`, or `changed` when it did so since: two
   * writes of one draft at once would make two Events.
   */
  state: 'idle' | 'queued' | 'writing' | 'changed' = 'idle';
  /** The Event that it was written as. */
  writtenAs: { readonly namespace: string; readonly name: string } | undefined;

  constructor({ client, note, nowMs, regarding }: DraftOptions<Note>) {
    this.client = client;
    this.regarding = regarding;
    this.note = note;
    this.firstMs = nowMs;
    this.lastMs = nowMs;
  }

  /** The Event as it is created. */
  abstract content(): EventContent;
  /** What may have changed since, as a merge patch. */
  abstract changes(): Partial<EventContent>;
}

/** An Event as most of Kubernetes writes it, in the form of core/v1: repeats are in `count`. */
export class CountedEvent extends EventDraft {
  readonly source: EventSource;
  /** The latest, where several are combined. */
  message: string;

  constructor(options: DraftOptions<EventNote> & { readonly source: EventSource }) {
    super(options);
    this.source = options.source;
    this.message = options.note.message;
  }

  override content(): EventContent {
    const { note, regarding, source } = this;
    const { fieldPath, reason, type } = note;
    return {
      involvedObject: fieldPath === undefined ? { ...regarding } : { ...regarding, fieldPath },
      reason,
      type,
      source: { ...source },
      reportingComponent: source.component,
      reportingInstance: source.host ?? '',
      firstTimestamp: toRfc3339(this.firstMs),
      ...this.changes(),
    };
  }

  override changes(): Partial<EventContent> {
    const { count, lastMs, message } = this;
    return { count, lastTimestamp: toRfc3339(lastMs), message };
  }
}

/** Who says it, in the form of events.k8s.io. */
export interface EventReporter {
  /** A qualified name: `default-scheduler`. */
  readonly controller: string;
  /** Which of several: `default-scheduler-machine-1`. */
  readonly instance: string;
}

interface SeriesOptions {
  readonly reporter: EventReporter;
  /** Another object that it is about. */
  readonly related?: Regarding | undefined;
}

/** An Event in the form of events.k8s.io: repeats are in `series`, which what happened once does not have. */
export class SeriesEvent extends EventDraft<ActionNote> {
  readonly reporter: EventReporter;
  readonly related: Regarding | undefined;

  constructor(options: DraftOptions<ActionNote> & SeriesOptions) {
    super(options);
    this.reporter = options.reporter;
    this.related = options.related;
  }

  override content(): EventContent {
    const { note, regarding, related, reporter } = this;
    const { action, message, reason, type } = note;
    return {
      eventTime: toRfc3339Micro(this.firstMs),
      reportingComponent: reporter.controller,
      reportingInstance: reporter.instance.slice(0, MAX_WORD_CHARACTERS),
      action,
      reason,
      involvedObject: { ...regarding },
      ...(related ? { related: { ...related } } : {}),
      message: shorten(message),
      type,
      ...this.changes(),
    };
  }

  override changes(): Partial<EventContent> {
    const { count, lastMs } = this;
    return count > 1 ? { series: { count, lastObservedTime: toRfc3339Micro(lastMs) } } : {};
  }
}

/** The end of a message that is longer than an Event may say. */
const CUT = ' ...';

function shorten(message: string): string {
  if (message.length <= MAX_MESSAGE_CHARACTERS) return message;
  return message.slice(0, MAX_MESSAGE_CHARACTERS - CUT.length) + CUT;
}
