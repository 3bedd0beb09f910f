import { type Deferred, deferred } from '../lib/deferred.ts';
import { ApiError } from '../scheme/errors.ts';
import type { StoreEventBatch, Subscriber } from './store.ts';

/** Reason of the cause that names, in its message, the version to resume from. */
export const CAUSE_RESUME_FROM = 'ResumeFrom';

export interface BoundedSubscriberOptions {
  /** The version that the subscription starts after: where to resume when not even the first batch was taken. */
  readonly afterResourceVersion: string;
  /** More waiting events than this close the stream. @default 10_000 */
  readonly maxBacklogEvents?: number;
}

/**
 * Turns a subscription's pushes into an async iterator with a bounded backlog. A consumer that falls too far behind gets an
 * error that names the version to resume from; it is never skipped ahead, and never grows memory without bound.
 *
 * Whoever ends the iteration early must stop the subscription too.
 */
export class BoundedSubscriber implements Subscriber, AsyncIterableIterator<StoreEventBatch> {
  readonly #maxBacklogEvents: number;
  #backlog: StoreEventBatch[] = [];
  #backlogEvents = 0;
  /** Everything up to here has been taken. */
  #taken: string;
  #waiting: Deferred<IteratorResult<StoreEventBatch, undefined>> | undefined;
  #error: Error | undefined;
  #ended = false;

  constructor({ afterResourceVersion, maxBacklogEvents = 10_000 }: BoundedSubscriberOptions) {
    this.#taken = afterResourceVersion;
    this.#maxBacklogEvents = maxBacklogEvents;
  }

  /** The version to resume from: everything up to it has been taken by the consumer. */
  get resumeFrom(): string {
    return this.#taken;
  }

  onBatch(batch: StoreEventBatch): void {
    if (this.#ended || this.#error) return;
    const waiting = this.#waiting;
    if (waiting) {
      this.#waiting = undefined;
      waiting.resolve(this.#take(batch));
      return;
    }
    this.#append(batch);
    if (this.#backlogEvents > this.#maxBacklogEvents) this.#overflow();
  }

  onClose(error: Error): void {
    if (this.#ended || this.#error) return;
    this.#error = error;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(error);
  }

  /** The next batch; after the last of a closed stream, its error. */
  async next(): Promise<IteratorResult<StoreEventBatch, undefined>> {
    const batch = this.#backlog.shift();
    if (batch) {
      this.#backlogEvents -= batch.events.length;
      return this.#take(batch);
    }
    if (this.#ended) return { done: true, value: undefined };
    if (this.#error) {
      this.#ended = true;
      throw this.#error;
    }
    this.#waiting ??= deferred();
    return this.#waiting.promise;
  }

  /** Ends the iteration; whoever waits in `next` is told so. */
  async return(): Promise<IteratorResult<StoreEventBatch, undefined>> {
    this.#ended = true;
    this.#backlog = [];
    this.#waiting?.resolve({ done: true, value: undefined });
    this.#waiting = undefined;
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #take(batch: StoreEventBatch): IteratorResult<StoreEventBatch, undefined> {
    this.#taken = batch.resourceVersion;
    return { done: false, value: batch };
  }

  /** Batches without events only move the version on, so a sleeping consumer keeps at most one of them. */
  #append(batch: StoreEventBatch): void {
    const last = this.#backlog[this.#backlog.length - 1];
    if (batch.events.length === 0 && last) {
      const { resourceVersion } = batch;
      this.#backlog[this.#backlog.length - 1] = { events: last.events, resourceVersion };
      return;
    }
    this.#backlog.push(batch);
    this.#backlogEvents += batch.events.length;
  }

  #overflow(): void {
    const events = this.#backlogEvents;
    this.#backlog = [];
    this.#backlogEvents = 0;
    const message = `the watch was closed because its reader fell ${events} events behind; watch again from resourceVersion ${this.#taken}`;
    this.onClose(
      new ApiError('TooManyRequests', message, {
        retryAfterSeconds: 1,
        causes: [{ reason: CAUSE_RESUME_FROM, message: this.#taken }],
      }),
    );
  }
}
