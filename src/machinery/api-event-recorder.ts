import { type Clock, systemClock, type Timer } from '../lib/clock.ts';
import { type Logger, silentLogger } from '../lib/logger.ts';
import type { MetricRegistry } from '../lib/metrics.ts';
import type { ApiObject } from '../scheme/object.ts';
import { EventCorrelator, type EventOrigin } from './event-correlator.ts';
import type { EventReporter, EventSource } from './event-draft.ts';
import type {
  ActionNote,
  ActionRecorder,
  EventClient,
  EventNote,
  EventRecorder,
} from './event-recorder.ts';
import { EventSeriesTracker, FINISH_MS } from './event-series-tracker.ts';
import { EventWriter } from './event-writer.ts';

/** Events that may wait, about 400 bytes each: those of 50,000 Pods that start while little of them is written. */
const MAX_QUEUED_EVENTS = 200_000;

export interface ApiEventRecorderOptions {
  /** Of whoever names no other by {@link EventRecorder.withClient}. */
  readonly client: EventClient;
  readonly source: EventSource;
  /** The machine that this runs on, in the names of who reports. @default `localhost` */
  readonly machine?: string;
  /** The time that Events tell. */
  readonly clock: Clock;
  readonly logger?: Logger;
  /** Paces retries. @default real time */
  readonly retryClock?: Clock;
  /** Events that may wait to be written. @default 200_000 */
  readonly maxQueued?: number;
  /** Pairs of source and object whose rate is bounded. @default 4_096 */
  readonly maxSubjects?: number;
}

/** Writes Events through the API, as few as client-go's recorders write: of both forms of Event, each by its own rules. */
export class ApiEventRecorder implements EventRecorder {
  readonly #origin: EventOrigin;
  readonly #machine: string;
  readonly #clock: Clock;
  readonly #correlator: EventCorrelator;
  readonly #writer: EventWriter;
  readonly #series = new EventSeriesTracker({ write: (series) => this.#writer.write(series) });
  #seriesTimer: Timer | undefined;
  #filtered = 0;

  constructor({
    client,
    clock,
    logger = silentLogger,
    machine = 'localhost',
    maxQueued = MAX_QUEUED_EVENTS,
    maxSubjects,
    retryClock = systemClock,
    source,
  }: ApiEventRecorderOptions) {
    this.#origin = { client, source };
    this.#machine = machine;
    this.#clock = clock;
    this.#correlator = new EventCorrelator(maxSubjects === undefined ? {} : { maxSubjects });
    this.#writer = new EventWriter({ clock, logger, retryClock, maxQueued });
  }

  record(regarding: ApiObject, note: EventNote): void {
    this.#record(this.#origin, regarding, note);
  }

  withSource(component: string, host?: string): EventRecorder {
    return this.#from(this.#origin).withSource(component, host);
  }

  withClient(client: EventClient): EventRecorder {
    return this.#from({ ...this.#origin, client });
  }

  reportingAs(controller: string): ActionRecorder {
    return this.#from(this.#origin).reportingAs(controller);
  }

  #from(origin: EventOrigin): EventRecorder {
    const { client, source } = origin;
    return {
      record: (regarding, note) => this.#record(origin, regarding, note),
      withSource: (component, host) =>
        this.#from({ source: host === undefined ? { component } : { component, host }, client }),
      withClient: (other) => this.#from({ source, client: other }),
      reportingAs: (controller) => {
        const reporter = { controller, instance: `${controller}-${this.#machine}` };
        return {
          record: (regarding, note) => this.#recordAction(client, reporter, regarding, note),
        };
      },
    };
  }

  /** Resolves when every note recorded so far is written or given up. */
  flush(): Promise<void> {
    return this.#writer.flush();
  }

  /** Writes what waits, for at most `withinMs`, and takes no more. */
  async stop({ withinMs = 2_000 }: { withinMs?: number } = {}): Promise<void> {
    await this.#writer.stop(withinMs);
    this.#seriesTimer?.cancel();
  }

  /** Adds what is written and what is not, as the component's of this name, until the returned function is called. */
  addMetrics(registry: MetricRegistry, component: string): () => void {
    const { counts } = this.#writer;
    const removals = [
      registry.add({
        name: 'orrery_event_writes_total',
        help: 'Events created or changed by a component.',
        type: 'counter',
        read: () => [{ labels: { component }, value: counts.written }],
      }),
      registry.add({
        name: 'orrery_events_dropped_total',
        help: 'What a component told by Events and was not written, by why.',
        type: 'counter',
        read: () => [
          { labels: { component, reason: 'spam' }, value: this.#filtered },
          { labels: { component, reason: 'queue_full' }, value: counts.forcedOut },
          { labels: { component, reason: 'refused' }, value: counts.refused },
        ],
      }),
    ];
    return () => {
      for (const remove of removals) remove();
    };
  }

  #record(origin: EventOrigin, object: ApiObject, note: EventNote): void {
    if (this.#writer.isStopped) return;
    const event = this.#correlator.observe(origin, object, note, this.#clock.now());
    if (event) this.#writer.write(event);
    else this.#filtered++;
  }

  #recordAction(
    client: EventClient,
    reporter: EventReporter,
    object: ApiObject,
    note: ActionNote,
  ): void {
    if (this.#writer.isStopped) return;
    this.#series.observe({ client, reporter }, object, note, this.#clock.now());
    this.#seriesTimer ??= this.#clock.setTimer(FINISH_MS, () => this.#lookAtSeries());
  }

  #lookAtSeries(): void {
    this.#seriesTimer = undefined;
    this.#series.look(this.#clock.now());
    if (this.#series.size === 0 || this.#writer.isStopped) return;
    this.#seriesTimer = this.#clock.setTimer(FINISH_MS, () => this.#lookAtSeries());
  }
}
