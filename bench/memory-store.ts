import {
  alreadyExists,
  conflict,
  notFound,
  OPTIMISTIC_LOCK_MESSAGE,
} from '../src/scheme/errors.ts';
import type { ApiObject } from '../src/scheme/object.ts';
import { type GroupResource, qualifiedName } from '../src/scheme/resource.ts';
import type {
  ObjectStore,
  ResourceCache,
  StoreEvent,
  StoreWrite,
  SubscribeOptions,
  Subscriber,
  Subscription,
} from '../src/store/store.ts';

const EVENT_TYPES = { create: 'ADDED', update: 'MODIFIED', delete: 'DELETED' } as const;

/** A store that only remembers: what is left of a write's cost is the pipeline's. No log and no history. */
export function createMemoryStore(): ObjectStore {
  const resources = new Map<string, MemoryCache>();
  let version = 0;
  const cacheOf = (resource: GroupResource): MemoryCache => {
    const name = qualifiedName(resource);
    let cache = resources.get(name);
    if (!cache) {
      cache = new MemoryCache(resource, () => String(version));
      resources.set(name, cache);
    }
    return cache;
  };
  const unsupported = async (): Promise<never> => {
    throw new Error('a memory store has no past');
  };
  return {
    start: async () => undefined,
    stop: async () => undefined,
    commit: async (writes) => {
      // All or none: everything is judged before anything is kept.
      for (const write of writes) cacheOf(write.key).assertMet(write);
      return writes.map((write) => cacheOf(write.key).apply(write, String(++version)));
    },
    isStale: () => false,
    hasPeers: () => false,
    currentResourceVersion: async () => String(version),
    cache: async (resource) => cacheOf(resource),
    getAt: unsupported,
    listAt: unsupported,
    history: unsupported,
    compact: unsupported,
    resourceCounts: unsupported,
  };
}

class MemoryCache implements ResourceCache {
  readonly resource: GroupResource;
  readonly #objects = new Map<string, ApiObject>();
  readonly #subscribers = new Set<Subscriber>();
  readonly #version: () => string;

  constructor(resource: GroupResource, version: () => string) {
    this.resource = resource;
    this.#version = version;
  }

  get resourceVersion(): string {
    return this.#version();
  }

  get size(): number {
    return this.#objects.size;
  }

  get(namespace: string, name: string): ApiObject | undefined {
    return this.#objects.get(`${namespace}/${name}`);
  }

  list(): { resourceVersion: string; items: ApiObject[] } {
    return { resourceVersion: this.resourceVersion, items: [...this.#objects.values()] };
  }

  async waitFor(): Promise<void> {}

  async subscribe({ subscriber }: SubscribeOptions): Promise<Subscription> {
    this.#subscribers.add(subscriber);
    return { isLive: true, stop: () => this.#subscribers.delete(subscriber) };
  }

  /** @throws {ApiError} AlreadyExists, NotFound, Conflict */
  assertMet(write: StoreWrite): void {
    const current = this.get(write.key.namespace, write.key.name);
    if (write.type === 'create') {
      if (current) throw alreadyExists(write.key);
    } else if (!current) {
      throw notFound(write.key);
    } else if (current.metadata.resourceVersion !== write.expectedResourceVersion) {
      throw conflict(write.key, OPTIMISTIC_LOCK_MESSAGE);
    }
  }

  apply(write: StoreWrite, resourceVersion: string): ApiObject {
    const id = `${write.key.namespace}/${write.key.name}`;
    const current = this.#objects.get(id);
    const object = { ...write.object, metadata: { ...write.object.metadata, resourceVersion } };
    if (write.type === 'delete') this.#objects.delete(id);
    else this.#objects.set(id, object);
    this.#publish({
      type: EVENT_TYPES[write.type],
      key: write.key,
      object,
      ...(current ? { previous: current } : {}),
      resourceVersion,
    });
    return object;
  }

  #publish(event: StoreEvent): void {
    const batch = { events: [event], resourceVersion: event.resourceVersion };
    for (const subscriber of this.#subscribers) subscriber.onBatch(batch);
  }
}
