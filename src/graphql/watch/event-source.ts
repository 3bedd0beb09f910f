import type { ApiClient, WatchHandle } from '../../apiserver/client.ts';
import type { StreamPhase } from '../../http/stream/encoded-payload.ts';
import { systemClock } from '../../lib/clock.ts';
import { toError } from '../../lib/errors.ts';
import { tooManyRequests } from '../../scheme/errors.ts';
import { toApiVersion, type WatchEvent } from '../../scheme/object.ts';
import type { WatchPlan } from '../schema/subscription-fields.ts';
import { SnapshotReader } from '../snapshot-reader.ts';
import { compareResourceVersions } from './resource-version.ts';

/** An event, and which of the plan's sources it is of. */
export interface SourcedEvent {
  readonly event: WatchEvent;
  readonly sourceIndex: number;
}

export interface EventSourceSink {
  /** Called synchronously and in order. */
  onEvents(events: readonly SourcedEvent[], phase: StreamPhase): void;
  onClose(error: Error): void;
}

/** The events of a plan's sources, in the order of their resourceVersions. */
export interface EventSource {
  /** Resolves when the present, where it is asked for, has been delivered and changes follow. */
  start(): Promise<void>;
  stop(): void;
}

export interface EventSourceOptions {
  readonly client: ApiClient;
  readonly plan: WatchPlan;
  readonly sink: EventSourceSink;
}

export function createEventSource(options: EventSourceOptions): EventSource {
  return options.plan.sources.length === 1 ? new SingleSource(options) : new MergedSource(options);
}

/** One watch: its own order is the order. */
class SingleSource implements EventSource {
  readonly #options: EventSourceOptions;
  readonly #abort = new AbortController();
  #handle: WatchHandle | undefined;

  constructor(options: EventSourceOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { client, plan, sink } = this.#options;
    const source = plan.sources[0] as WatchPlan['sources'][number];
    this.#handle = await client.watch(
      source.ref,
      {
        ...source.selection,
        ...plan.start,
        ...(plan.allowBookmarks ? { allowBookmarks: true } : {}),
        signal: this.#abort.signal,
      },
      {
        onEvents: (events) =>
          sink.onEvents(
            events.map((event) => ({ event, sourceIndex: 0 })),
            this.#phase,
          ),
        onClose: (error) => sink.onClose(error),
      },
    );
    if (this.#abort.signal.aborted) this.#handle.stop();
  }

  /** Everything that comes before the watch says that it is open is the past. */
  get #phase(): StreamPhase {
    if (this.#handle && (this.#handle.isCurrent ?? true)) return 'changes';
    return isChangesOnly(this.#options.plan) ? 'missed' : 'present';
  }

  stop(): void {
    this.#abort.abort();
    this.#handle?.stop();
  }
}

function isChangesOnly({ start: { resourceVersion, sendInitialEvents } }: WatchPlan): boolean {
  return Boolean(resourceVersion && resourceVersion !== '0' && !sendInitialEvents);
}

/** How often a merged source looks whether the last of its watches has caught up, in milliseconds. */
const CATCH_UP_CHECK_MS = 20;
/** Changes that wait for a watch that is catching up. */
const MAX_WAITING_EVENTS = 50_000;

/**
 * Several watches as one stream. The present is read at one version and every watch starts there. The log reader hands a
 * batch of the log to all watches in one go, so when it has returned, what they took is complete: sorted, it is the order
 * of the log, and the version of its last event resumes all of them. Until every watch has caught up with the log, changes
 * wait.
 */
class MergedSource implements EventSource {
  readonly #options: EventSourceOptions;
  readonly #abort = new AbortController();
  readonly #handles: WatchHandle[] = [];
  #waiting: SourcedEvent[] = [];
  #isReleaseDue = false;
  #hasStarted = false;
  #isClosed = false;

  constructor(options: EventSourceOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { plan } = this.#options;
    const resourceVersion = isChangesOnly(plan)
      ? (plan.start.resourceVersion as string)
      : await this.#deliverPresent();
    await Promise.all(plan.sources.map((_, index) => this.#watch(index, resourceVersion)));
    this.#hasStarted = true;
    this.#release('missed');
  }

  stop(): void {
    this.#isClosed = true;
    this.#abort.abort();
    for (const handle of this.#handles) handle.stop();
  }

  /** Reads every source at one version and returns it. */
  async #deliverPresent(): Promise<string> {
    const { client, plan, sink } = this.#options;
    const reader = new SnapshotReader(client);
    const lists = await Promise.all(
      plan.sources.map(({ ref, selection }) => reader.list(ref, selection)),
    );
    const resourceVersion = lists[0]?.metadata.resourceVersion ?? '';
    if (this.#isClosed) return resourceVersion;
    const events: SourcedEvent[] = lists.flatMap(({ items }, sourceIndex) =>
      items.map((object) => ({ event: { type: 'ADDED' as const, object }, sourceIndex })),
    );
    if (plan.start.sendInitialEvents) events.push(endOfPresent(plan, resourceVersion));
    sink.onEvents(events, 'present');
    return resourceVersion;
  }

  async #watch(sourceIndex: number, resourceVersion: string): Promise<void> {
    const { client, plan } = this.#options;
    const { ref, selection } = plan.sources[sourceIndex] as WatchPlan['sources'][number];
    try {
      const handle = await client.watch(
        ref,
        {
          ...selection,
          resourceVersion,
          ...(plan.allowBookmarks ? { allowBookmarks: true } : {}),
          signal: this.#abort.signal,
        },
        {
          onEvents: (events) => this.#take(events, sourceIndex),
          onClose: (error) => this.#close(error),
        },
      );
      this.#handles.push(handle);
      if (this.#isClosed) handle.stop();
    } catch (thrown) {
      this.stop();
      throw toError(thrown);
    }
  }

  #take(events: readonly WatchEvent[], sourceIndex: number): void {
    for (const event of events) this.#waiting.push({ event, sourceIndex });
    if (this.#waiting.length > MAX_WAITING_EVENTS) this.#close(tooFarBehind());
    if (this.#isReleaseDue || this.#isClosed) return;
    this.#isReleaseDue = true;
    queueMicrotask(() => this.#release());
  }

  #release(phase: StreamPhase = 'changes'): void {
    this.#isReleaseDue = false;
    if (this.#isClosed || !this.#hasStarted || this.#waiting.length === 0) return;
    if (this.#handles.some(({ isCurrent = true }) => !isCurrent)) {
      this.#isReleaseDue = true;
      systemClock.setTimer(CATCH_UP_CHECK_MS, () => this.#release('missed'));
      return;
    }
    const ready = this.#waiting;
    this.#waiting = [];
    ready.sort((a, b) => compareResourceVersions(versionOf(a), versionOf(b)));
    this.#options.sink.onEvents(withOneBookmark(ready), phase);
  }

  #close(error: Error): void {
    if (this.#isClosed) return;
    this.stop();
    this.#options.sink.onClose(error);
  }
}

const versionOf = ({ event }: SourcedEvent): string => event.object.metadata.resourceVersion ?? '';

/** Of bookmarks that came together the last one says what the others do. */
function withOneBookmark(events: readonly SourcedEvent[]): readonly SourcedEvent[] {
  return events.filter(
    ({ event }, index) => event.type !== 'BOOKMARK' || index === events.length - 1,
  );
}

function endOfPresent({ sources }: WatchPlan, resourceVersion: string): SourcedEvent {
  const { group = '', version = 'v1', kind = '' } = sources[0]?.ref ?? {};
  return {
    sourceIndex: 0,
    event: {
      type: 'BOOKMARK',
      object: {
        apiVersion: toApiVersion(group, version),
        kind,
        metadata: { resourceVersion, annotations: { 'k8s.io/initial-events-end': 'true' } },
      },
    },
  };
}

function tooFarBehind(): Error {
  return tooManyRequests(
    'the watch cannot catch up with the changes of its resources: start it anew',
    1,
  );
}
