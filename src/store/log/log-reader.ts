import { type Clock, sleep, type Timer } from '../../lib/clock.ts';
import { invariant, toError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { isApiError } from '../../scheme/errors.ts';
import type { GroupResource } from '../../scheme/resource.ts';
import { resourceId } from '../keys.ts';
import type { LogBatch, LogEntry } from './log-entry.ts';
import { VersionWaiters } from './version-waiters.ts';

/** Versions a page: at most some megabytes of objects, decoded in a few milliseconds. */
const PAGE_VERSIONS = 1_000;
/** A commit that takes longer than this has trouble of its own: others' changes must not wait for it. */
const OWN_COMMIT_WAIT_MS = 50;

/** Where the log is read from. Failures are retried inside, until `signal` aborts. */
export interface LogSource {
  currentVersion(signal: AbortSignal): Promise<number>;
  /**
   * Entries of `resources` after one version up to another, in order.
   *
   * @throws Expired when compaction was faster than the reader, and entries may be missing
   */
  read(
    range: { after: number; upTo: number; resources: readonly GroupResource[] },
    signal: AbortSignal,
  ): Promise<LogEntry[]>;
}

/** What follows one resource of the log. */
export interface LogFollower {
  readonly resource: GroupResource;
  /** The next changes of the resource; the log has been read up to `version`. Must not throw. */
  apply(entries: readonly LogEntry[], version: number): void;
  /** The log has moved on to `version` without a change of the resource for a while. Must not throw. */
  progress(version: number): void;
  /** A part of the log that follows is lost: begins anew from a snapshot. Nothing is applied meanwhile. */
  reload(): Promise<void>;
}

export interface LogReaderOptions {
  readonly source: LogSource;
  /** What this process is committing at the moment. */
  readonly ownCommit: () => Promise<unknown> | undefined;
  readonly logger: Logger;
  /** Real time: the poll waits for PostgreSQL. */
  readonly ioClock: Clock;
  /** How long a lost notification may go unnoticed. */
  readonly pollIntervalMs: number;
  /** How often followers of quiet resources hear how far the log is. */
  readonly progressIntervalMs: number;
}

/**
 * The one reader of the log in this process: hands every change to its resource's follower, in order, once.
 *
 * It stands at a version. The next batch comes from this process's own commits when one begins right there (the common
 * case: nothing is read or decoded), and from `revisions` otherwise. Own batches that are ahead wait until the gap before
 * them, which another process wrote, has been read. Hints (notifications, polls, waiting readers) only say how far to read.
 *
 * A reader that falls so far behind that compaction has dropped what it needs has every follower begin anew from a snapshot.
 */
export class LogReader {
  readonly #options: LogReaderOptions;
  readonly #followers = new Map<string, LogFollower>();
  readonly #ahead = new Map<number, LogBatch>();
  readonly #stopped = new AbortController();
  readonly waiters: VersionWaiters;
  #version = 0;
  #target = 0;
  #reading: Promise<void> | undefined;
  #pollAgain = false;
  #reloading = false;
  #pollTimer: Timer | undefined;
  #progressTimer: Timer | undefined;

  constructor(options: LogReaderOptions) {
    this.#options = options;
    this.waiters = new VersionWaiters(options.ioClock);
  }

  /** Every change up to here has been handed over. */
  get version(): number {
    return this.#version;
  }

  /** Begins after `version`: what was before is none of the followers' business. */
  start(version: number): void {
    this.#version = version;
    this.#target = version;
    this.waiters.reached(version);
    this.#schedulePoll();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#pollTimer?.cancel();
    this.#progressTimer?.cancel();
    await this.#reading;
  }

  follow(follower: LogFollower): void {
    this.#followers.set(resourceId(follower.resource), follower);
  }

  unfollow({ resource }: LogFollower): void {
    this.#followers.delete(resourceId(resource));
  }

  /** What this process has just committed. */
  offer(batch: LogBatch): void {
    if (batch.last <= this.#version) return;
    if (this.#reloading || batch.first !== this.#version + 1) {
      this.#ahead.set(batch.first, batch);
      this.hint(batch.last);
      return;
    }
    this.#deliver(batch);
    this.#deliverAhead();
  }

  /** `version` is committed; undefined: ask how far the log is. */
  hint(version: number | undefined): void {
    if (version === undefined) this.#pollAgain = true;
    else if (version <= this.#version) return;
    else this.#target = Math.max(this.#target, version);
    this.#reading ??= this.#read();
  }

  /** Someone waits for `version`. It may be a client's invention, so the log is asked, not the caller believed. */
  catchUp(version: number): void {
    if (version > this.#target) this.hint(undefined);
  }

  async #read(): Promise<void> {
    const { signal } = this.#stopped;
    try {
      while (!signal.aborted && (this.#pollAgain || this.#target > this.#version)) {
        if (this.#pollAgain) await this.#poll();
        else await this.#readPage();
      }
    } catch (error) {
      if (!signal.aborted)
        this.#options.logger.error('cannot read the log', { error: toError(error) });
    } finally {
      this.#reading = undefined;
    }
  }

  async #poll(): Promise<void> {
    this.#pollAgain = false;
    const version = await this.#options.source.currentVersion(this.#stopped.signal);
    this.#target = Math.max(this.#target, version);
  }

  async #readPage(): Promise<void> {
    await this.#waitForOwnCommit();
    if (this.#version >= this.#target) return;
    const after = this.#version;
    const last = Math.min(this.#nextGapEnd(), after + PAGE_VERSIONS);
    const resources = [...this.#followers.values()].map(({ resource }) => resource);
    const entries = await this.#readOrReload({ after, upTo: last, resources });
    // Meanwhile one of our own commits may have brought us past the start of the page, or past all of it.
    if (entries && last > this.#version) {
      const unseen = entries.filter(({ version }) => version > this.#version);
      this.#deliver({ first: this.#version + 1, last, entries: unseen });
    }
    this.#deliverAhead();
  }

  async #readOrReload(range: Parameters<LogSource['read']>[0]): Promise<LogEntry[] | undefined> {
    try {
      return await this.#options.source.read(range, this.#stopped.signal);
    } catch (error) {
      if (!isApiError(error, 'Expired')) throw error;
      this.#options.logger.warn('the log reader fell behind retention, reloading', { error });
      await this.#reload();
      return undefined;
    }
  }

  /** Goes on from where the log is now: every follower's new snapshot is at least as new, and skips what it holds already. */
  async #reload(): Promise<void> {
    this.#reloading = true;
    try {
      const version = await this.#options.source.currentVersion(this.#stopped.signal);
      // One that begins to follow in the meantime is visited as well.
      for (const follower of this.#followers.values()) await follower.reload();
      this.#version = Math.max(this.#version, version);
    } finally {
      this.#reloading = false;
    }
    this.waiters.reached(this.#version);
  }

  /** What is missing may be just what this process is committing: then it comes without being read and decoded. */
  async #waitForOwnCommit(): Promise<void> {
    const commit = this.#options.ownCommit();
    if (!commit) return;
    const timeout = new AbortController();
    await Promise.race([commit, sleep(this.#options.ioClock, OWN_COMMIT_WAIT_MS, timeout.signal)]);
    timeout.abort();
  }

  /** How far to read: up to the target, or to where a batch of our own takes over. */
  #nextGapEnd(): number {
    let end = this.#target;
    for (const first of this.#ahead.keys()) {
      if (first > this.#version && first <= end) end = first - 1;
    }
    return end;
  }

  #deliverAhead(): void {
    if (this.#ahead.size === 0) return;
    for (;;) {
      const next = this.#ahead.get(this.#version + 1);
      if (!next) break;
      this.#deliver(next);
    }
    for (const first of this.#ahead.keys()) if (first <= this.#version) this.#ahead.delete(first);
  }

  #deliver({ first, last, entries }: LogBatch): void {
    invariant(first === this.#version + 1, `log batch ${first} follows version ${this.#version}`);
    this.#version = last;
    for (const [id, group] of groupByResource(entries)) this.#followers.get(id)?.apply(group, last);
    this.waiters.reached(last);
    this.#progressTimer ??= this.#options.ioClock.setTimer(this.#options.progressIntervalMs, () =>
      this.#progress(),
    );
  }

  #progress(): void {
    this.#progressTimer = undefined;
    for (const follower of this.#followers.values()) follower.progress(this.#version);
  }

  #schedulePoll(): void {
    const { ioClock, pollIntervalMs } = this.#options;
    this.#pollTimer = ioClock.setTimer(pollIntervalMs, () => {
      this.hint(undefined);
      this.#schedulePoll();
    });
  }
}

function groupByResource(entries: readonly LogEntry[]): Map<string, LogEntry[]> {
  const groups = new Map<string, LogEntry[]>();
  let lastKey: LogEntry['key'] | undefined;
  let group: LogEntry[] = [];
  for (const entry of entries) {
    const { key } = entry;
    if (key.group !== lastKey?.group || key.resource !== lastKey.resource) {
      const id = resourceId(key);
      group = groups.get(id) ?? [];
      groups.set(id, group);
      lastKey = key;
    }
    group.push(entry);
  }
  return groups;
}
