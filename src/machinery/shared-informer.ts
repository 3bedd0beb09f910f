import type { ApiClient, WatchHandle, WatchSink } from '../apiserver/client.ts';
import { exponentialBackoffMs, fullJitterMs } from '../lib/backoff.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import { deferred } from '../lib/deferred.ts';
import { toError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { Random } from '../lib/random.ts';
import { isApiError } from '../scheme/errors.ts';
import { type ApiObject, keyOf, type NamespacedKey, type WatchEvent } from '../scheme/object.ts';
import { qualifiedName, type ResourceRef } from '../scheme/resource.ts';
import type { Informer, InformerHandler } from './informer.ts';
import { ObjectIndex } from './object-index.ts';

/** Set by the API on the bookmark that ends the initial events of a watch. */
const ANNOTATION_INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

/** A watch that broke is opened again after this long, then twice as long, … up to the maximum; drawn with full jitter. */
const RECONNECT_BACKOFF = { baseMs: 100, maxMs: 30_000 };

/** A namespace with nothing in it: listing it makes the API catch up with the store and costs a lookup. */
const BARRIER_NAMESPACE = 'informer-barrier';

export interface SharedInformerOptions {
  readonly client: Pick<ApiClient, 'watch' | 'list'>;
  /** Real time, whatever the simulation's: a broken connection heals in real time. */
  readonly retryClock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** One watch of the API, from its opening to its end. Calls for a session that is over are ignored. */
interface Session<T> {
  /** The initial events so far; undefined once they have ended, or when the watch resumes from a version. */
  initial: Map<NamespacedKey, T> | undefined;
  handle: WatchHandle | undefined;
}

/**
 * List-then-watch as one stream: the present arrives as initial events, which replace what was known in one step and reach
 * the handlers as the difference; then changes arrive one by one. A watch that breaks goes on from the last version seen,
 * and only one that is Expired lists again, so handlers miss nothing and hear nothing twice.
 */
export class SharedInformer<T extends ApiObject> implements Informer<T> {
  readonly ref: ResourceRef<T>;
  readonly #options: SharedInformerOptions;
  readonly #synced = deferred();
  #hasSynced = false;
  #items = new Map<NamespacedKey, T>();
  readonly #indexes = new Map<string, ObjectIndex<T>>();
  /** Replaced, never changed, so that a handler may add or remove handlers. */
  #handlers: readonly InformerHandler<T>[] = [];
  /** The version to resume after; undefined: list. */
  #resourceVersion: string | undefined;
  #session: Session<T> | undefined;
  #failures = 0;
  #retry: Timer | undefined;
  #stopped = false;

  constructor(ref: ResourceRef<T>, options: SharedInformerOptions) {
    this.ref = ref;
    this.#options = options;
  }

  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  get size(): number {
    return this.#items.size;
  }

  get(key: NamespacedKey): T | undefined {
    return this.#items.get(key);
  }

  list(): Iterable<T> {
    return this.#items.values();
  }

  byIndex(indexName: string, value: string): readonly T[] {
    const index = this.#indexes.get(indexName);
    if (!index) {
      throw new Error(`informer of ${qualifiedName(this.ref)} has no index "${indexName}"; add it`);
    }
    return index.get(value);
  }

  addIndex(indexName: string, values: (object: T) => readonly string[]): void {
    if (this.#indexes.has(indexName)) return;
    const index = new ObjectIndex<T>(values);
    for (const [key, object] of this.#items) index.replace(key, undefined, object);
    this.#indexes.set(indexName, index);
  }

  addHandler(handler: InformerHandler<T>): void {
    if (this.#hasSynced && handler.onAdd) {
      // A snapshot: what the handler itself provokes must reach it as a change, once.
      for (const object of [...this.#items.values()]) {
        this.#call([handler], (one) => one.onAdd?.(object));
      }
    }
    this.#handlers = [...this.#handlers, handler];
  }

  removeHandler(handler: InformerHandler<T>): void {
    this.#handlers = this.#handlers.filter((other) => other !== handler);
  }

  async catchUp(): Promise<void> {
    // The watch cache that serves this consistent read delivers synchronously to its watches, this informer's among them.
    await this.#options.client.list(
      this.ref,
      this.ref.namespaced ? { namespace: BARRIER_NAMESPACE } : { limit: 1 },
    );
  }

  /** Opens the watch. Calling it again does nothing. */
  start(): void {
    if (this.#session || this.#stopped || this.#retry) return;
    void this.#open();
  }

  /** Ends the watch for good; the handlers hear nothing more. */
  stop(): void {
    this.#stopped = true;
    this.#retry?.cancel();
    this.#session?.handle?.stop();
    this.#session = undefined;
  }

  async #open(): Promise<void> {
    const resume = this.#resourceVersion;
    const session: Session<T> = {
      initial: resume === undefined ? new Map() : undefined,
      handle: undefined,
    };
    this.#session = session;
    try {
      const handle = await this.#options.client.watch(
        this.ref,
        resume === undefined
          ? { sendInitialEvents: true, allowBookmarks: true }
          : { resourceVersion: resume, allowBookmarks: true },
        this.#sinkOf(session),
      );
      if (this.#session === session) session.handle = handle;
      else handle.stop();
    } catch (thrown) {
      this.#onClose(session, toError(thrown));
    }
  }

  #sinkOf(session: Session<T>): WatchSink<T> {
    return {
      onEvents: (events) => {
        for (const event of events) {
          if (this.#session !== session) return;
          this.#onEvent(session, event);
        }
      },
      onClose: (error) => this.#onClose(session, error),
    };
  }

  #onClose(session: Session<T>, error: Error): void {
    if (this.#session !== session) return;
    session.handle?.stop();
    this.#session = undefined;
    if (this.#stopped) return;
    const { logger, random, retryClock } = this.#options;
    const resource = qualifiedName(this.ref);
    if (isApiError(error, 'Expired', 'Gone')) {
      this.#resourceVersion = undefined;
      logger.info('watch expired, listing again', { resource });
    } else {
      logger.warn('watch ended, opening it again', { resource, error });
    }
    this.#failures++;
    const delayMs =
      this.#failures === 1
        ? 0
        : fullJitterMs(exponentialBackoffMs(this.#failures - 1, RECONNECT_BACKOFF), random);
    this.#retry = retryClock.setTimer(delayMs, () => {
      this.#retry = undefined;
      if (!this.#stopped) void this.#open();
    });
  }

  #onEvent(session: Session<T>, { type, object }: WatchEvent<T>): void {
    if (session.initial) {
      if (type !== 'BOOKMARK') session.initial.set(keyOf(object), object);
      else if (object.metadata.annotations?.[ANNOTATION_INITIAL_EVENTS_END] !== 'true') return;
      else this.#endInitial(session, session.initial, object);
      return;
    }
    this.#failures = 0;
    this.#resourceVersion = object.metadata.resourceVersion;
    if (type === 'DELETED') this.#remove(keyOf(object), object);
    else if (type !== 'BOOKMARK') this.#put(keyOf(object), object);
  }

  #endInitial(session: Session<T>, present: Map<NamespacedKey, T>, bookmark: T): void {
    session.initial = undefined;
    this.#failures = 0;
    this.#resourceVersion = bookmark.metadata.resourceVersion;
    if (this.#hasSynced) {
      this.#replaceAll(present);
      return;
    }
    this.#items = present;
    for (const index of this.#indexes.values()) {
      for (const [key, object] of present) index.replace(key, undefined, object);
    }
    this.#hasSynced = true;
    // Handlers see the whole present from their first call on.
    for (const object of [...present.values()]) {
      this.#call(this.#handlers, (handler) => handler.onAdd?.(object));
    }
    this.#synced.resolve();
  }

  #replaceAll(present: Map<NamespacedKey, T>): void {
    for (const [key, object] of [...this.#items]) {
      if (!present.has(key)) this.#remove(key, object);
    }
    for (const [key, object] of present) this.#put(key, object);
  }

  #put(key: NamespacedKey, object: T): void {
    const previous = this.#items.get(key);
    if (previous?.metadata.resourceVersion === object.metadata.resourceVersion) return;
    if (previous && previous.metadata.uid !== object.metadata.uid) this.#remove(key, previous);
    const replaced = this.#items.get(key);
    this.#items.set(key, object);
    for (const index of this.#indexes.values()) index.replace(key, replaced, object);
    this.#call(this.#handlers, (handler) =>
      replaced ? handler.onUpdate?.(replaced, object) : handler.onAdd?.(object),
    );
  }

  #remove(key: NamespacedKey, lastState: T): void {
    const previous = this.#items.get(key);
    if (!previous) return;
    this.#items.delete(key);
    for (const index of this.#indexes.values()) index.replace(key, previous, undefined);
    this.#call(this.#handlers, (handler) => handler.onDelete?.(lastState));
  }

  /** A handler's failure is its own: the others, and the informer, go on. */
  #call(
    handlers: readonly InformerHandler<T>[],
    deliver: (handler: InformerHandler<T>) => void,
  ): void {
    for (const handler of handlers) {
      try {
        deliver(handler);
      } catch (thrown) {
        this.#options.logger.error('informer handler failed', {
          resource: qualifiedName(this.ref),
          error: toError(thrown),
        });
      }
    }
  }
}
