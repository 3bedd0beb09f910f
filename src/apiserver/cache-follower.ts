import { toError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { isApiError } from '../scheme/errors.ts';
import type { ApiObject } from '../scheme/object.ts';
import type { GroupResource } from '../scheme/resource.ts';
import type { ObjectStore, ResourceCache, StoreEventBatch, Subscription } from '../store/store.ts';

/**
 * Hears of every change of a resource: from nothing to the present first, then as it changes. `previous` is what it heard of
 * last, `next` what there is now; either may be unset, never both. Must not throw.
 */
export type ObjectChangeHandler<T extends ApiObject> = (
  previous: T | undefined,
  next: T | undefined,
) => void;

export interface CacheFollowerOptions<T extends ApiObject> {
  readonly store: ObjectStore;
  readonly resource: GroupResource;
  readonly onChange: ObjectChangeHandler<T>;
  readonly logger: Logger;
}

/**
 * Keeps something derived from the objects of one resource, for as long as the store runs: what is written in this process
 * is heard of before its writer hears that it is written. When the log is lost in between, the difference to the new present
 * is what is heard of.
 */
export class CacheFollower<T extends ApiObject> {
  readonly #options: CacheFollowerOptions<T>;
  /** What the handler has heard of, by namespace and name. */
  readonly #known = new Map<string, T>();
  #cache: ResourceCache | undefined;
  #subscription: Subscription | undefined;
  #stopped = false;

  constructor(options: CacheFollowerOptions<T>) {
    this.#options = options;
  }

  /** Resolves when the handler has heard of the present. */
  async start(): Promise<void> {
    const { store, resource } = this.#options;
    const cache = await store.cache(resource);
    this.#cache = cache;
    const { items, resourceVersion } = cache.list();
    this.#replace(items as readonly T[]);
    await this.#subscribe(cache, resourceVersion);
  }

  /** Resolves when the handler has heard of everything up to `resourceVersion`. */
  async waitFor(resourceVersion: string): Promise<void> {
    await this.#cache?.waitFor(resourceVersion);
  }

  stop(): void {
    this.#stopped = true;
    this.#subscription?.stop();
  }

  async #subscribe(cache: ResourceCache, afterResourceVersion: string): Promise<void> {
    const subscription = await cache.subscribe({
      afterResourceVersion,
      subscriber: {
        onBatch: (batch) => this.#onBatch(batch),
        onClose: (error) => this.#onClose(error),
      },
    });
    if (this.#stopped) subscription.stop();
    this.#subscription = subscription;
  }

  #onBatch({ events }: StoreEventBatch): void {
    for (const { type, key, object } of events) {
      this.#change(`${key.namespace}/${key.name}`, type === 'DELETED' ? undefined : (object as T));
    }
  }

  #replace(items: readonly T[]): void {
    const gone = new Set(this.#known.keys());
    for (const item of items) {
      const key = `${item.metadata.namespace ?? ''}/${item.metadata.name}`;
      gone.delete(key);
      this.#change(key, item);
    }
    for (const key of gone) this.#change(key, undefined);
  }

  #change(key: string, next: T | undefined): void {
    const previous = this.#known.get(key);
    if (previous === next) return;
    if (next) this.#known.set(key, next);
    else this.#known.delete(key);
    this.#options.onChange(previous, next);
  }

  #onClose(error: Error): void {
    if (this.#stopped) return;
    const { logger, resource } = this.#options;
    // Every other end is that of the store.
    if (!isApiError(error, 'Expired', 'Gone')) return;
    this.start().catch((thrown: unknown) => {
      logger.error('a derived index is not kept up any more', {
        resource: resource.resource,
        error: toError(thrown),
      });
    });
  }
}
