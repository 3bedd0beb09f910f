import { randomUUID } from 'node:crypto';
import { exponentialBackoffMs } from '../lib/backoff.ts';
import { type Clock, sleep } from '../lib/clock.ts';
import { toError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { isApiError } from '../scheme/errors.ts';
import { coreEvents } from '../scheme/generated/resources.ts';
import { dnsSubdomainProblems } from '../scheme/names.ts';
import type { EventDraft } from './event-draft.ts';

/**
 * Writes on the way at once. When little else happens these are thousands a second; when much does, each takes long, and
 * few Events keep others from the processor: of 64 at once a rollout of 10,000 Pods takes an eighth longer.
 */
const MAX_CONCURRENT_WRITES = 16;
/** An Event that cannot be written for a passing reason is tried this many times. */
const MAX_ATTEMPTS = 12;
const RETRY_BACKOFF = { baseMs: 100, maxMs: 10_000 };
/** Says at most this often that Events were dropped. */
const DROP_REPORT_PERIOD_MS = 10_000;
const DEFAULT_NAMESPACE = 'default';

export interface EventWriterOptions {
  /** The time that Events tell. */
  readonly clock: Clock;
  readonly logger: Logger;
  /** Paces retries. */
  readonly retryClock: Clock;
  /** Events that may wait. */
  readonly maxQueued: number;
}

/** What became of Events that were to be written. */
export interface EventWriterCounts {
  /** Events created or changed. */
  written: number;
  /** Changes or Events that the full queue forced out. */
  forcedOut: number;
  /** What the API refused, or what failed again and again. */
  refused: number;
}

/**
 * Writes Events through the API, in the background: a bounded queue, a bounded number of writes at once, and the store's
 * background lane, so that events never delay what they tell about. What a bound forces out is counted and logged.
 */
export class EventWriter {
  readonly counts: EventWriterCounts = { written: 0, forcedOut: 0, refused: 0 };
  readonly #options: EventWriterOptions;
  readonly #queue: EventDraft[] = [];
  #queueHead = 0;
  #writing = 0;
  #nameSequence = 0;
  #dropReportedMs = Number.NEGATIVE_INFINITY;
  #idle: (() => void)[] = [];
  readonly #abort = new AbortController();

  constructor(options: EventWriterOptions) {
    this.#options = options;
  }

  get isStopped(): boolean {
    return this.#abort.signal.aborted;
  }

  /** Writes the draft as it will be when its turn comes. */
  write(draft: EventDraft): void {
    if (this.isStopped) return;
    if (draft.state === 'writing') draft.state = 'changed';
    if (draft.state === 'idle') this.#enqueue(draft);
  }

  /** Resolves when everything is written or given up. */
  flush(): Promise<void> {
    if (this.#waiting === 0 && this.#writing === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Writes what waits, for at most `withinMs`, and takes no more. */
  async stop(withinMs: number): Promise<void> {
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

  #enqueue(draft: EventDraft): void {
    if (this.#waiting >= this.#options.maxQueued) {
      this.#noteDrop(draft);
      return;
    }
    draft.state = 'queued';
    this.#queue.push(draft);
    this.#startWrites();
  }

  #noteDrop({ note, regarding }: EventDraft): void {
    this.counts.forcedOut++;
    const nowMs = this.#options.clock.now();
    if (nowMs - this.#dropReportedMs < DROP_REPORT_PERIOD_MS) return;
    this.#dropReportedMs = nowMs;
    const { kind, namespace, name } = regarding;
    this.#options.logger.warn('event queue full, events dropped', {
      droppedSoFar: this.counts.forcedOut,
      last: { kind, namespace, name, reason: note.reason },
    });
  }

  #startWrites(): void {
    while (this.#writing < MAX_CONCURRENT_WRITES && this.#waiting > 0) {
      const draft = this.#queue[this.#queueHead++] as EventDraft;
      if (this.#queueHead > 1_024 && this.#queueHead * 2 > this.#queue.length) {
        this.#queue.splice(0, this.#queueHead);
        this.#queueHead = 0;
      }
      this.#writing++;
      draft.state = 'writing';
      void this.#write(draft).then(() => {
        this.#writing--;
        this.#onWritten(draft);
        this.#startWrites();
        if (this.#writing > 0) return;
        for (const resolve of this.#idle.splice(0)) resolve();
      });
    }
  }

  #onWritten(draft: EventDraft): void {
    const hasChanged = draft.state === 'changed';
    draft.state = 'idle';
    if (hasChanged && !this.isStopped) this.#enqueue(draft);
  }

  async #write(draft: EventDraft): Promise<void> {
    const { logger, retryClock } = this.#options;
    for (let attempt = 1; ; attempt++) {
      try {
        const { count } = draft;
        await this.#writeOnce(draft);
        draft.writtenCount = count;
        this.counts.written++;
        return;
      } catch (thrown) {
        const error = toError(thrown);
        const { kind, namespace, name } = draft.regarding;
        const fields = { kind, namespace, name, reason: draft.note.reason, error };
        if (attempt === MAX_ATTEMPTS || !isPassing(error) || this.isStopped) {
          this.counts.refused++;
          logger.warn('event not written', fields);
          return;
        }
        await sleep(retryClock, exponentialBackoffMs(attempt, RETRY_BACKOFF), this.#abort.signal);
      }
    }
  }

  async #writeOnce(draft: EventDraft): Promise<void> {
    const { client, regarding, writtenAs } = draft;
    const options = { lane: 'background' } as const;
    if (writtenAs) {
      const patch = draft.changes();
      try {
        await client.patch(coreEvents, writtenAs, { type: 'merge', patch }, options);
        return;
      } catch (thrown) {
        // Events do not live long: a repeat after that begins a new one.
        if (!isApiError(thrown, 'NotFound')) throw thrown;
      }
    }
    const metadata = {
      namespace: regarding.namespace ?? DEFAULT_NAMESPACE,
      name: this.#nameFor(regarding.name),
    };
    await client.create(coreEvents, { metadata, ...draft.content() }, options);
    draft.writtenAs = metadata;
  }

  /** `web-1.17f2b0c4a1d3e5f6`, as Kubernetes names them; not every object's name can begin an Event's. */
  #nameFor(objectName: string): string {
    const name = `${objectName}.${this.#uniqueHex()}`;
    return dnsSubdomainProblems(name).length === 0 ? name : randomUUID();
  }

  /** Nanoseconds since the epoch; the last six digits count within this process. */
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
