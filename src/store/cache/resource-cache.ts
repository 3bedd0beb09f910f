import type { Clock } from '../../lib/clock.ts';
import { toError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { GroupResource } from '../../scheme/resource.ts';
import { deepFreeze } from '../deep-freeze.ts';
import type { LogEntry } from '../log/log-entry.ts';
import type { LogFollower, LogReader } from '../log/log-reader.ts';
import type { StoredObject } from '../postgres/queries/read-objects.ts';
import { parseResourceVersion, resourceVersionExpired } from '../resource-version.ts';
import type {
  ResourceCache,
  Snapshot,
  StoreEvent,
  SubscribeOptions,
  Subscription,
} from '../store.ts';
import type { ResourceSnapshot } from './cache-loader.ts';
import { NamespacedObjects } from './namespaced-objects.ts';
import { RecentEvents } from './recent-events.ts';
import { type ReplayLog, replayPage } from './replay.ts';
import { rewind } from './rewind.ts';
import { SubscriberStream } from './subscriber-stream.ts';

/** Kubernetes' bound for waiting until a cache is fresh enough. */
const DEFAULT_WAIT_MS = 3_000;

export interface LogCacheOptions {
  readonly resource: GroupResource;
  readonly reader: LogReader;
  readonly replayLog: ReplayLog;
  readonly readSnapshot: (resource: GroupResource) => Promise<ResourceSnapshot>;
  readonly ioClock: Clock;
  readonly logger: Logger;
  /** Events kept in memory for watches that start a little in the past. */
  readonly maxRecentEvents: number;
  /** Freezes every object, so that a reader that changes one fails where it does so. For tests. */
  readonly freeze: boolean;
}

/**
 * The cache of one resource: a snapshot, then the log. It follows the log from before its snapshot is taken, keeping what
 * comes aside, so that the two join exactly.
 */
export class LogCache implements ResourceCache, LogFollower {
  readonly resource: GroupResource;
  readonly #options: LogCacheOptions;
  #objects = new NamespacedObjects();
  #loading: Promise<void> | undefined;
  readonly #live = new Set<SubscriberStream>();
  /** Those that are still catching up from the log. */
  readonly #replaying = new Set<SubscriberStream>();
  #recent: RecentEvents;
  /** Entries that came before the snapshot; undefined once it is loaded. */
  #early: LogEntry[] | undefined = [];
  #snapshotVersion = 0;

  constructor(options: LogCacheOptions) {
    this.#options = options;
    this.resource = options.resource;
    this.#recent = this.#rememberFrom(0);
  }

  /** Where the log is, or the snapshot when that was taken ahead of it. */
  get #version(): number {
    return Math.max(this.#options.reader.version, this.#snapshotVersion);
  }

  get resourceVersion(): string {
    return String(this.#version);
  }

  get size(): number {
    return this.#objects.size;
  }

  /** How many watch the resource. */
  get watchers(): number {
    return this.#live.size + this.#replaying.size;
  }

  get(namespace: string, name: string): ApiObject | undefined {
    return this.#objects.get(namespace, name);
  }

  list(namespace?: string): Snapshot {
    return { resourceVersion: this.resourceVersion, items: this.#objects.list(namespace) };
  }

  /** The state at `version`, while memory still knows what happened since; undefined when it does not. */
  listAt(version: number, namespace?: string): Snapshot | undefined {
    if (!this.#remembers(version)) return undefined;
    const present = this.#objects.list(namespace);
    const items = rewind(present, this.#recent.after(version), namespace);
    return { resourceVersion: String(version), items };
  }

  /** As {@link listAt}, of one object. */
  getAt(version: number, namespace: string, name: string): { object?: ApiObject } | undefined {
    if (!this.#remembers(version)) return undefined;
    const since = this.#recent.after(version);
    const first = since.find(({ key }) => key.name === name && key.namespace === namespace);
    const object = first ? first.previous : this.get(namespace, name);
    return object ? { object } : {};
  }

  #remembers(version: number): boolean {
    return !this.#early && version >= this.#recent.floor && version <= this.#version;
  }

  async waitFor(
    resourceVersion: string,
    { timeoutMs = DEFAULT_WAIT_MS, signal }: { timeoutMs?: number; signal?: AbortSignal } = {},
  ): Promise<void> {
    const version = parseResourceVersion(resourceVersion);
    if (version <= this.#version) return;
    const { reader } = this.#options;
    reader.catchUp(version);
    await reader.waiters.wait(version, { timeoutMs, signal });
  }

  async subscribe(options: SubscribeOptions): Promise<Subscription> {
    const { subscriber, signal } = options;
    await this.waitFor(options.afterResourceVersion, signal ? { signal } : {});
    const version = parseResourceVersion(options.afterResourceVersion);
    if (version < this.#recent.floor) await this.#options.replayLog.assertRetained(version);
    signal?.throwIfAborted();
    const stream = new SubscriberStream({
      subscriber,
      version,
      logger: this.#options.logger,
      onEnd: () => {
        this.#live.delete(stream);
        this.#replaying.delete(stream);
        signal?.removeEventListener('abort', onAbort);
      },
    });
    const onAbort = (): void => stream.stop();
    signal?.addEventListener('abort', onAbort, { once: true });
    if (version >= this.#recent.floor) this.#join(stream);
    else void this.#replayThenJoin(stream);
    return stream;
  }

  /** Loads the present, for the first time or because the log in between is lost: then every live stream ends. */
  reload(): Promise<void> {
    // Ignored: the failure of the load before belongs to whoever asked for it.
    const before = this.#loading?.catch(() => undefined) ?? Promise.resolve();
    this.#loading = before.then(() => this.#load());
    return this.#loading;
  }

  async #load(): Promise<void> {
    const { version, objects } = await this.#options.readSnapshot(this.resource);
    this.#replace(version, objects);
  }

  /** Takes the snapshot over, and what came after it in the meantime. */
  #replace(version: number, objects: readonly StoredObject[]): void {
    const { freeze, reader } = this.#options;
    const lost = resourceVersionExpired(reader.version, version);
    this.#objects = new NamespacedObjects();
    for (const { namespace, name, object } of objects) {
      this.#objects.set(namespace, name, freeze ? deepFreeze(object) : object);
    }
    this.#snapshotVersion = version;
    this.#recent = this.#rememberFrom(version);
    const early = this.#early ?? [];
    this.#early = undefined;
    this.apply(early, reader.version);
    for (const stream of [...this.#live]) stream.close(lost);
  }

  apply(entries: readonly LogEntry[], version: number): void {
    if (this.#early) {
      this.#early.push(...entries);
      return;
    }
    const unseen = entries.filter((entry) => entry.version > this.#snapshotVersion);
    if (unseen.length === 0) return;
    const events = unseen.map((entry) => this.#applyEntry(entry));
    this.#recent.push(
      events,
      unseen.map((entry) => entry.version),
    );
    this.#deliver(events, version);
  }

  progress(version: number): void {
    if (!this.#early) this.#deliver([], version);
  }

  /** Ends every stream: the store stops. */
  close(error: Error): void {
    for (const stream of [...this.#live, ...this.#replaying]) stream.close(error);
  }

  #rememberFrom(floor: number): RecentEvents {
    const { ioClock, maxRecentEvents } = this.#options;
    return new RecentEvents({ clock: ioClock, maxEvents: maxRecentEvents, floor });
  }

  #applyEntry({ type, key, object }: LogEntry): StoreEvent {
    const { namespace, name } = key;
    const previous = this.#objects.get(namespace, name);
    if (this.#options.freeze) deepFreeze(object);
    if (type === 'DELETED') this.#objects.delete(namespace, name);
    else this.#objects.set(namespace, name, object);
    const resourceVersion = object.metadata.resourceVersion ?? '';
    return previous
      ? { type, key, object, previous, resourceVersion }
      : { type, key, object, resourceVersion };
  }

  #deliver(events: readonly StoreEvent[], version: number): void {
    if (this.#live.size === 0) return;
    const batch = { events, resourceVersion: String(version) };
    for (const stream of this.#live) stream.deliver(batch, version);
  }

  async #replayThenJoin(stream: SubscriberStream): Promise<void> {
    this.#replaying.add(stream);
    try {
      while (stream.isOpen && stream.version < this.#recent.floor) {
        await replayPage(stream, this.#options.replayLog, this.#recent.floor);
      }
      this.#join(stream);
    } catch (error) {
      stream.close(toError(error));
    }
  }

  /** From here on the stream is live. From the look at memory to the end nothing can come between. */
  #join(stream: SubscriberStream): void {
    if (!stream.isOpen) return;
    this.#replaying.delete(stream);
    this.#live.add(stream);
    stream.isLive = true;
    const version = this.#version;
    const missed = this.#recent.after(stream.version);
    stream.deliver({ events: missed, resourceVersion: String(version) }, version);
  }
}
