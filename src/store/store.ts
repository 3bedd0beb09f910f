/**
 * The store: objects and their revisions in PostgreSQL. It is what etcd is to Kubernetes. It knows objects, keys and
 * versions; it knows no kinds, no admission and no doors. DESIGN's laws of the store are its contract:
 *
 * 1. Order: within a cluster, resourceVersion order is commit order, with no gaps.
 * 2. Compare and swap: a stale precondition is a Conflict, checked before a version is spent.
 * 3. List-then-watch: a list's version and rows are one snapshot; a watch from it misses and repeats nothing.
 * 4. The log is the truth, NOTIFY is a hint.
 * 5. Bookmarks follow delivery. A version past retention is Expired, never silence.
 * 6. Slow watchers are closed with an error that says where to resume.
 * 7. resourceVersion is a decimal string, opaque outside this room.
 * 8. Cached objects are immutable and shared.
 */
import type { ApiObject } from '../scheme/object.ts';
import type { GroupResource } from '../scheme/resource.ts';

/** The place of one object. `namespace` is '' for what has none. */
export interface ObjectKey extends GroupResource {
  readonly namespace: string;
  readonly name: string;
}

/**
 * One write of a transaction. The store takes ownership of `object` (in the storage version) and sets its
 * metadata.resourceVersion. A delete carries the object's last state, which watchers receive with the resourceVersion of
 * the deletion.
 */
export type StoreWrite =
  | { readonly type: 'create'; readonly key: ObjectKey; readonly object: ApiObject }
  | {
      readonly type: 'update' | 'delete';
      readonly key: ObjectKey;
      readonly object: ApiObject;
      /** The version that the change was computed from. */
      readonly expectedResourceVersion: string;
    };

/** An object that the writes rely on without changing it: a namespace that must not be terminating. */
export interface CommitGuard {
  readonly key: ObjectKey;
  readonly expectedResourceVersion: string;
}

export interface CommitOptions {
  /**
   * Objects that must still be at their version when the writes commit, else Conflict (NotFound when gone) and nothing is
   * written. Checked under the same lock as the writes' own preconditions; costs no version.
   */
  readonly guards?: readonly CommitGuard[];
  /**
   * `background` writes (events, say) wait while foreground writes fill the group commits, but are never starved.
   * @default 'foreground'
   */
  readonly lane?: 'foreground' | 'background';
  /** Gives up waiting. The write may still be committed, as with any request whose answer is lost. */
  readonly signal?: AbortSignal;
  /**
   * Asked whenever the writes are about to be sent, the first time and after each lost connection; throws when they may be
   * written no longer, which the caller hears. What a process that stands still right after that sends later than the store's
   * `idleTimeoutMs`, PostgreSQL does not take.
   */
  readonly assertMayCommit?: (() => void) | undefined;
}

/** A committed change, as caches and watchers get it. */
export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly key: ObjectKey;
  /** The object after the change; for DELETED its last state, with the version of the deletion. */
  readonly object: ApiObject;
  /** The object before the change; absent for ADDED. Selectors need it: leaving a selection is a DELETED. */
  readonly previous?: ApiObject;
  readonly resourceVersion: string;
}

/** Events of one resource in order, and how far the log has been read when they were handed over. */
export interface StoreEventBatch {
  readonly events: readonly StoreEvent[];
  /** Every change up to here has been delivered: what a bookmark may say. */
  readonly resourceVersion: string;
}

export interface Subscriber {
  /**
   * Called synchronously, in order, never concurrently; also with no events when the log moved on (for bookmarks, at most
   * once per log read). It must return at once: buffering, with a bound, is the subscriber's own.
   */
  onBatch(batch: StoreEventBatch): void;
  /** The stream has ended and will not go on: Expired, or the store stopped. */
  onClose(error: Error): void;
}

export interface SubscribeOptions {
  /** Deliver every change after this version. Expired when it is past retention. */
  readonly afterResourceVersion: string;
  readonly subscriber: Subscriber;
  readonly signal?: AbortSignal;
}

export interface Subscription {
  /** After this returns, the subscriber hears nothing more. */
  stop(): void;
  /** Whether it has caught up and hears of changes as the log is read; false while it is replayed from the past. */
  readonly isLive: boolean;
}

export interface Snapshot {
  readonly resourceVersion: string;
  readonly items: readonly ApiObject[];
}

/** The present of one resource in memory, fed by the log. One a process and resource, whatever the number of readers. */
export interface ResourceCache {
  readonly resource: GroupResource;
  /** The version that the cache has caught up with. */
  readonly resourceVersion: string;
  get(namespace: string, name: string): ApiObject | undefined;
  /** Every object, or those of one namespace, ordered by namespace, then name (code unit order); a consistent snapshot. */
  list(namespace?: string): Snapshot;
  /** How many objects there are. */
  readonly size: number;
  /** Resolves once the cache has caught up with `resourceVersion`; rejects with Timeout when it does not in time. */
  waitFor(
    resourceVersion: string,
    options?: { timeoutMs?: number; signal?: AbortSignal },
  ): Promise<void>;
  subscribe(options: SubscribeOptions): Promise<Subscription>;
}

/** A moment of the past: a version, or what was current at a time (milliseconds since the epoch). */
export type PointInTime = { readonly resourceVersion: string } | { readonly timeMs: number };

export interface ObjectStore {
  /** Connects and starts the log reader. */
  start(): Promise<void>;
  /** Ends every subscription, flushes what is being committed, closes the connections. */
  stop(): Promise<void>;
  /**
   * Commits `writes` atomically, sharing the transaction with whoever commits at the same time, and resolves when they are
   * durable, with the objects as stored. Fails with AlreadyExists, NotFound, Conflict (nothing of `writes` is written), or
   * ServiceUnavailable when PostgreSQL cannot be reached in time.
   */
  commit(writes: readonly StoreWrite[], options?: CommitOptions): Promise<readonly ApiObject[]>;
  /** Whether `object` is stored in another form (encryption) than a write would give it now, so that rewriting it makes sense. */
  isStale(object: ApiObject): boolean;
  /** Whether other processes may be at work on the cluster; true also while that is not known. */
  hasPeers(): boolean;
  /** The latest committed version of the cluster, read from PostgreSQL (concurrent callers share one query). */
  currentResourceVersion(): Promise<string>;
  /** The cache of `resource`, loaded on first use. */
  cache(resource: GroupResource): Promise<ResourceCache>;
  /** One object as it was; undefined when it did not exist then. Expired past retention. */
  getAt(key: ObjectKey, at: PointInTime): Promise<ApiObject | undefined>;
  /** One resource as it was, ordered as {@link ResourceCache.list}. Expired past retention. */
  listAt(
    resource: GroupResource,
    at: PointInTime,
    options?: { namespace?: string; limit?: number; after?: { namespace: string; name: string } },
  ): Promise<Snapshot>;
  /** The retained revisions of one object, newest first. */
  history(key: ObjectKey, options?: { limit?: number }): Promise<readonly StoreEvent[]>;
  /** Drops revisions past retention; returns the oldest version from which a watch may still start. */
  compact(): Promise<string>;
  /** Which resources hold objects, with how many: for namespace deletion and diagnostics. */
  resourceCounts(): Promise<readonly (GroupResource & { count: number })[]>;
}
