/**
 * The store on PostgreSQL.
 *
 * - `commit/` brings writes into the database: group commit, retries, unknown outcomes.
 * - `log/` reads what was committed, by this process or another, in order.
 * - `cache/` keeps the present of a resource in memory and serves its watchers.
 * - `history/` reads the past, and drops what is past retention.
 * - `postgres/` holds connections and SQL; nothing but it and the migrations speaks SQL.
 *
 * Invariant: what goes through here obeys the laws in `store.ts`, with any number of processes on one database.
 */
import { invariant } from '../lib/errors.ts';
import { serviceUnavailable } from '../scheme/errors.ts';
import type { ApiObject } from '../scheme/object.ts';
import type { GroupResource } from '../scheme/resource.ts';
import { CoalescedRead } from './coalesced-read.ts';
import type { ListAtOptions } from './history/history-reader.ts';
import { countResources, type ResourceCount } from './postgres/queries/count-resources.ts';
import { readClusterVersions } from './postgres/queries/read-cluster-versions.ts';
import { parseResourceVersion } from './resource-version.ts';
import type {
  CommitOptions,
  ObjectKey,
  ObjectStore,
  PointInTime,
  ResourceCache,
  Snapshot,
  StoreEvent,
  StoreWrite,
} from './store.ts';
import { addStoreMetrics } from './store-metrics.ts';
import { type ResolvedStoreOptions, type StoreOptions, withDefaults } from './store-options.ts';
import { connectParts, type StoreParts } from './store-parts.ts';

/** A store on the database at `options.url`, which must be migrated. Nothing happens before `start`. */
export function createStore(options: StoreOptions): ObjectStore {
  return new PostgresStore(withDefaults(options));
}

class PostgresStore implements ObjectStore {
  readonly #options: ResolvedStoreOptions;
  readonly #currentVersion: CoalescedRead<number>;
  #parts: StoreParts | undefined;
  #removeMetrics: (() => void) | undefined;

  constructor(options: ResolvedStoreOptions) {
    this.#options = options;
    this.#currentVersion = new CoalescedRead(() => this.#readCurrentVersion());
  }

  async start(): Promise<void> {
    invariant(!this.#parts, 'a store starts once');
    const parts = await connectParts(this.#options);
    const current = await readLogEnd(parts);
    parts.reader.start(current);
    parts.listener.start();
    parts.compactor.start();
    this.#parts = parts;
    const { metrics } = this.#options;
    if (metrics) this.#removeMetrics = addStoreMetrics(metrics, parts);
  }

  async stop(): Promise<void> {
    const parts = this.#parts;
    if (!parts) return;
    this.#parts = undefined;
    this.#removeMetrics?.();
    await parts.committer.stop();
    parts.caches.close(serviceUnavailable('the store has stopped'));
    await Promise.all([
      parts.listener.stop(),
      parts.reader.stop(),
      parts.compactor.stop(),
      parts.session.close(),
    ]);
    await parts.reads.close();
  }

  async commit(
    writes: readonly StoreWrite[],
    options: CommitOptions = {},
  ): Promise<readonly ApiObject[]> {
    return this.#running.committer.commit(writes, options);
  }

  isStale(object: ApiObject): boolean {
    return this.#options.codec.isStale(object);
  }

  async currentResourceVersion(): Promise<string> {
    return String(await this.#currentVersion.read());
  }

  async cache(resource: GroupResource): Promise<ResourceCache> {
    return this.#running.caches.get(resource);
  }

  async getAt(key: ObjectKey, at: PointInTime): Promise<ApiObject | undefined> {
    const { caches, history } = this.#running;
    if ('timeMs' in at) return history.getAt(key, at);
    const version = parseResourceVersion(at.resourceVersion);
    const remembered = caches.peek(key)?.getAt(version, key.namespace, key.name);
    return remembered ? remembered.object : history.getAt(key, at);
  }

  async listAt(
    resource: GroupResource,
    at: PointInTime,
    options: ListAtOptions = {},
  ): Promise<Snapshot> {
    const { caches, history } = this.#running;
    // The recent past, which one query reads of several resources, is still in memory. Pages are for the distant one.
    if ('timeMs' in at || options.limit !== undefined || options.after) {
      return history.listAt(resource, at, options);
    }
    const version = parseResourceVersion(at.resourceVersion);
    const remembered = caches.peek(resource)?.listAt(version, options.namespace);
    return remembered ?? history.listAt(resource, at, options);
  }

  async history(key: ObjectKey, options?: { limit?: number }): Promise<readonly StoreEvent[]> {
    return this.#running.history.history(key, options);
  }

  hasPeers(): boolean {
    return this.#running.listener.hasPeers;
  }

  async compact(): Promise<string> {
    return String(await this.#running.compactor.compact());
  }

  async resourceCounts(): Promise<readonly ResourceCount[]> {
    const { reads, clusterId } = this.#running;
    return reads.run((db) => countResources(db, clusterId));
  }

  get #running(): StoreParts {
    if (!this.#parts) throw serviceUnavailable('the store is not running');
    return this.#parts;
  }

  async #readCurrentVersion(): Promise<number> {
    const { reads, reader, clusterId } = this.#running;
    const { current } = await reads.run((db) => readClusterVersions(db, clusterId));
    // Whoever asks is about to wait for a cache to get there.
    reader.hint(current);
    return current;
  }
}

/** Where the log reader begins. Without it there is nothing to start, and nothing must stay open. */
async function readLogEnd({ reads, clusterId }: StoreParts): Promise<number> {
  try {
    return (await reads.run((db) => readClusterVersions(db, clusterId))).current;
  } catch (error) {
    await reads.close();
    throw error;
  }
}
