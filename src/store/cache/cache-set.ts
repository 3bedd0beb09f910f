import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { GroupResource } from '../../scheme/resource.ts';
import type { ObjectCodec } from '../encryption/object-codec.ts';
import type { HistoryReader } from '../history/history-reader.ts';
import { resourceId } from '../keys.ts';
import type { LogReader } from '../log/log-reader.ts';
import type { ReadPool } from '../postgres/read-pool.ts';
import { readSnapshot } from './cache-loader.ts';
import { LogCache } from './resource-cache.ts';

export interface CacheSetOptions {
  readonly clusterId: number;
  readonly reads: ReadPool;
  readonly reader: LogReader;
  readonly history: HistoryReader;
  readonly ioClock: Clock;
  readonly logger: Logger;
  readonly freeze: boolean;
  readonly maxRecentEvents: number;
  readonly codec: ObjectCodec;
}

/** The caches of this process: one a resource, loaded when it is first asked for. */
export class CacheSet {
  readonly #options: CacheSetOptions;
  readonly #caches = new Map<string, Promise<LogCache>>();
  readonly #byId = new Map<string, LogCache>();

  constructor(options: CacheSetOptions) {
    this.#options = options;
  }

  get(resource: GroupResource): Promise<LogCache> {
    const id = resourceId(resource);
    const known = this.#caches.get(id);
    if (known) return known;
    const loading = this.#load(resource).catch((error) => {
      // The next caller tries again.
      this.#caches.delete(id);
      throw error;
    });
    this.#caches.set(id, loading);
    return loading;
  }

  /** The cache of `resource` if it is loaded. */
  peek(resource: GroupResource): LogCache | undefined {
    return this.#byId.get(resourceId(resource));
  }

  /** The caches that are loaded. */
  loaded(): Iterable<LogCache> {
    return this.#byId.values();
  }

  /** Ends every stream of every cache. */
  close(error: Error): void {
    for (const cache of this.#byId.values()) cache.close(error);
  }

  async #load({ group, resource }: GroupResource): Promise<LogCache> {
    const { clusterId, reads, reader, history, codec, ...rest } = this.#options;
    const name = { group, resource };
    const cache = new LogCache({
      resource: name,
      reader,
      replayLog: history.replayLog(name),
      readSnapshot: () => readSnapshot({ reads, clusterId, resource: name, codec }),
      ...rest,
    });
    // Must come before the snapshot: what is committed after it must not be missed.
    reader.follow(cache);
    try {
      await cache.reload();
      this.#byId.set(resourceId(name), cache);
      return cache;
    } catch (error) {
      reader.unfollow(cache);
      throw error;
    }
  }
}
