import type { NewObject } from '../apiserver/client.ts';
import { exponentialBackoffMs } from '../lib/backoff.ts';
import { type Clock, sleep, systemClock, toRfc3339 } from '../lib/clock.ts';
import { toError } from '../lib/errors.ts';
import { type Logger, silentLogger } from '../lib/logger.ts';
import { isApiError } from '../scheme/errors.ts';
import { coreEvents } from '../scheme/generated/resources.ts';
import type { Event } from '../scheme/generated/types/core-v1.ts';
import type { ApiObject } from '../scheme/object.ts';
import { EventCorrelator, type EventSeries, type EventSource } from './event-correlator.ts';
import type { EventClient, EventNote, EventRecorder } from './event-recorder.ts';

/** Writes on the way at once: enough to fill a group commit of the store's background lane. */
const MAX_CONCURRENT_WRITES = 64;
/** Notes that may wait; about 300 bytes each. */
const MAX_QUEUED_SERIES = 100_000;
/** Notes remembered to recognise repeats, as many as Kubernetes' recorder remembers. */
const MAX_KNOWN_SERIES = 4_096;
/** An Event that cannot be written for a passing reason is tried this many times. */
const MAX_ATTEMPTS = 12;
const RETRY_BACKOFF = { baseMs: 100, maxMs: 10_000 };
/** Says at most this often that notes were dropped. */
const DROP_REPORT_PERIOD_MS = 10_000;
const DEFAULT_NAMESPACE = 'default';

export interface ApiEventRecorderOptions {
  /** Of whoever names no other by {@link EventRecorder.withClient}. */
  readonly client: EventClient;
  readonly source: EventSource;
  /** The time that Events tell. */
  readonly clock: Clock;
  readonly logger?: Logger;
  /** Paces retries. @default real time */
  readonly retryClock?: Clock;
  /** @default 100_000 */
  readonly maxQueued?: number;
}

/** Who says it, and as whom it is written. */
interface Origin {
  readonly source: EventSource;
  readonly client: EventClient;
}

/**
 * Writes Events through the API, in the background: a bounded queue, a bounded number of writes at once, and the store's
 * background lane, so that events never delay what they tell about. What a bound forces out is counted and logged.
 */
export class ApiEventRecorder implements EventRecorder {
  readonly #options: Required<ApiEventRecorderOptions>;
  readonly #correlator = new EventCorrelator(MAX_KNOWN_SERIES);
  readonly #queue: EventSeries[] = [];
  #queueHead = 0;
  /** What each series is written by. */
  readonly #clients = new WeakMap<EventSeries, EventClient>();
  #writing = 0;
  #nameSequence = 0;
  #dropped = 0;
  #dropReportedMs = Number.NEGATIVE_INFINITY;
  #idle: (() => void)[] = [];
  readonly #abort = new AbortController();

  constructor(options: ApiEventRecorderOptions) {
    this.#options = {
      logger: silentLogger,
      retryClock: systemClock,
      maxQueued: MAX_QUEUED_SERIES,
      ...options,
    };
  }

  record(regarding: ApiObject, note: EventNote): void {
    this.#record(this.#options, regarding, note);
  }

  withSource(component: string, host?: string): EventRecorder {
    return this.#from(this.#options).withSource(component, host);
  }

  withClient(client: EventClient): EventRecorder {
    return this.#from({ source: this.#options.source, client });
  }

  #from(origin: Origin): EventRecorder {
    return {
      record: (regarding, note) => this.#record(origin, regarding, note),
      withSource: (component, host) => {
        const source: EventSource = host === undefined ? { component } : { component, host };
        return this.#from({ source, client: origin.client });
      },
      withClient: (client) => this.#from({ source: origin.source, client }),
    };
  }

  /** Resolves when every note recorded so far is written or given up. */
  flush(): Promise<void> {
    if (this.#waiting === 0 && this.#writing === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Writes what waits, for at most `withinMs`, and takes no more. */
  async stop({ withinMs = 2_000 }: { withinMs?: number } = {}): Promise<void> {
    const done = new AbortController();
    await Promise.race([this.flush(), sleep(this.#options.retryClock, withinMs, done.signal)]);
    done.abort();
    this.#abort.abort();
    if (this.#waiting > 0) {
      this.#options.logger.warn('events dropped at stop', { dropped: this.#waiting });
      this.#queue.length = 0;
      this.#queueHead = 0;
    }
  }

  get #waiting(): number {
    return this.#queue.length - this.#queueHead;
  }

  #record({ client, source }: Origin, object: ApiObject, note: EventNote): void {
    if (this.#abort.signal.aborted) return;
    const series = this.#correlator.observe(source, object, note, this.#options.clock.now());
    this.#clients.set(series, client);
    if (series.state === 'writing') series.state = 'repeated';
    if (series.state === 'idle') this.#enqueue(series);
  }

  #enqueue(series: EventSeries): void {
    if (this.#waiting >= this.#options.maxQueued) {
      this.#noteDrop(series);
      return;
    }
    series.state = 'queued';
    this.#queue.push(series);
    this.#startWrites();
  }

  #noteDrop({ note, regarding }: EventSeries): void {
    this.#dropped++;
    const nowMs = this.#options.clock.now();
    if (nowMs - this.#dropReportedMs < DROP_REPORT_PERIOD_MS) return;
    this.#dropReportedMs = nowMs;
    const { kind, namespace, name } = regarding;
    this.#options.logger.warn('event queue full, events dropped', {
      droppedSoFar: this.#dropped,
      last: { kind, namespace, name, reason: note.reason },
    });
  }

  #startWrites(): void {
    while (this.#writing < MAX_CONCURRENT_WRITES && this.#waiting > 0) {
      const series = this.#queue[this.#queueHead++] as EventSeries;
      if (this.#queueHead > 1_024 && this.#queueHead * 2 > this.#queue.length) {
        this.#queue.splice(0, this.#queueHead);
        this.#queueHead = 0;
      }
      this.#writing++;
      series.state = 'writing';
      void this.#write(series).then(() => {
        this.#writing--;
        this.#onWritten(series);
        this.#startWrites();
        if (this.#writing > 0) return;
        for (const resolve of this.#idle.splice(0)) resolve();
      });
    }
  }

  #onWritten(series: EventSeries): void {
    const repeated = series.state === 'repeated';
    series.state = 'idle';
    if (repeated && !this.#abort.signal.aborted) this.#enqueue(series);
  }

  async #write(series: EventSeries): Promise<void> {
    const { logger, retryClock } = this.#options;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#writeOnce(series);
      } catch (thrown) {
        const error = toError(thrown);
        const { kind, namespace, name } = series.regarding;
        const fields = { kind, namespace, name, reason: series.note.reason, error };
        if (attempt === MAX_ATTEMPTS || !isPassing(error) || this.#abort.signal.aborted) {
          logger.warn('event not written', fields);
          return;
        }
        await sleep(retryClock, exponentialBackoffMs(attempt, RETRY_BACKOFF), this.#abort.signal);
      }
    }
  }

  async #writeOnce(series: EventSeries): Promise<void> {
    const client = this.#clients.get(series) ?? this.#options.client;
    const options = { lane: 'background' } as const;
    if (series.writtenAs) {
      const { count, lastMs } = series;
      const patch = { count, lastTimestamp: toRfc3339(lastMs) };
      try {
        await client.patch(coreEvents, series.writtenAs, { type: 'merge', patch }, options);
        return;
      } catch (thrown) {
        // Events do not live long: a repeat after that begins a new one.
        if (!isApiError(thrown, 'NotFound')) throw thrown;
      }
    }
    const event = this.#toEvent(series);
    await client.create(coreEvents, event, options);
    series.writtenAs = {
      namespace: event.metadata.namespace ?? DEFAULT_NAMESPACE,
      name: event.metadata.name ?? '',
    };
  }

  #toEvent({ regarding, note, source, firstMs, lastMs, count }: EventSeries): NewObject<Event> {
    const { fieldPath, message, reason, type } = note;
    const namespace = regarding.namespace ?? DEFAULT_NAMESPACE;
    return {
      metadata: { namespace, name: `${regarding.name}.${this.#uniqueHex()}` },
      involvedObject: fieldPath === undefined ? { ...regarding } : { ...regarding, fieldPath },
      reason,
      message,
      type,
      source: { ...source },
      reportingComponent: source.component,
      reportingInstance: source.host ?? '',
      firstTimestamp: toRfc3339(firstMs),
      lastTimestamp: toRfc3339(lastMs),
      count,
    };
  }

  /** Nanoseconds since the epoch, as Kubernetes names events; the last six digits count within this process. */
  #uniqueHex(): string {
    this.#nameSequence = (this.#nameSequence + 1) % 1_000_000;
    const nanoseconds =
      BigInt(Math.trunc(this.#options.clock.now())) * 1_000_000n + BigInt(this.#nameSequence);
    return nanoseconds.toString(16);
  }
}

/** Whether the same write may succeed later. AlreadyExists: the next try takes another name. */
function isPassing(error: Error): boolean {
  return (
    !isApiError(error) ||
    [
      'AlreadyExists',
      'Conflict',
      'TooManyRequests',
      'ServiceUnavailable',
      'Timeout',
      'ServerTimeout',
      'InternalError',
    ].includes(error.reason)
  );
}
