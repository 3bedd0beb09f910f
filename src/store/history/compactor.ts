import type pg from 'pg';
import type { Clock, Timer } from '../../lib/clock.ts';
import { toError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { type ConnectionOptions, openConnection } from '../postgres/connection.ts';
import { classifyFailure, translateError } from '../postgres/errors.ts';
import { forgetWriters } from '../postgres/queries/forget-writers.ts';
import { dropPreimages, keepPreimages } from '../postgres/queries/keep-preimages.ts';
import { lockCompaction } from '../postgres/queries/lock-compaction.ts';
import { raiseCompactedVersion } from '../postgres/queries/raise-compacted-version.ts';
import { readClusterVersions } from '../postgres/queries/read-cluster-versions.ts';
import { readVersionAt } from '../postgres/queries/read-version-at.ts';
import {
  dropPartition,
  listPartitions,
  type RevisionPartition,
} from '../postgres/queries/revision-partitions.ts';

/** Writers queue behind the drop of a partition for no longer than this. */
const DROP_LOCK_TIMEOUT_MS = 250;
/** No process is away this long and comes back with a commit in doubt. */
const FORGET_WRITERS_AFTER_MS = 24 * 3_600_000;

export interface CompactorOptions extends Omit<ConnectionOptions, 'applicationName'> {
  readonly clusterId: number;
  /** World time: what retention is measured in. */
  readonly clock: Clock;
  /** Real time: when to look again. */
  readonly ioClock: Clock;
  readonly logger: Logger;
  readonly retentionMs: number;
  /** What is younger than this in real time is kept whatever its age in the world: clients read on at their own pace. */
  readonly minRealRetentionMs: number;
  readonly maxRevisions: number;
  readonly intervalMs: number;
}

/**
 * Drops revisions past retention. The order makes it safe beside readers and writers of any process, and when it is killed
 * at any point:
 *
 * 1. raise the horizon: from now on reads before it are Expired, and commits keep what they replace from before it;
 * 2. copy what earlier commits replaced and the drop would take away;
 * 3. drop the partitions that lie wholly before the horizon. (Part of one is hidden by the horizon, and waits.)
 */
export class Compactor {
  readonly #options: CompactorOptions;
  /** When it was how late in the world, oldest first: one before, and those within, the minimal retention. */
  readonly #moments: { readonly realMs: number; readonly worldMs: number }[] = [];
  #timer: Timer | undefined;
  #running: Promise<unknown> | undefined;
  readonly #stopped = new AbortController();

  constructor(options: CompactorOptions) {
    this.#options = options;
  }

  /** From now on compacts by itself, again and again. */
  start(): void {
    const { intervalMs, ioClock, logger } = this.#options;
    if (this.#stopped.signal.aborted) return;
    this.#noteMoment();
    this.#timer = ioClock.setTimer(intervalMs, () => {
      this.#running = this.compact()
        .catch((error) =>
          logger.warn('compaction failed, next time again', { error: toError(error) }),
        )
        .finally(() => this.start());
    });
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    // Cuts a compaction off: it may be waiting for another process, and can be killed at any point.
    this.#stopped.abort();
    await this.#running;
  }

  /** Returns the oldest version from which a watch may start. One process compacts at a time; others wait. */
  async compact(): Promise<number> {
    const { url, clusterId } = this.#options;
    const { signal } = this.#stopped;
    try {
      const connection = await openConnection({ url, applicationName: 'orrery-compact' }, signal);
      const cutOff = (): void => connection.destroy();
      signal.addEventListener('abort', cutOff, { once: true });
      try {
        await lockCompaction(connection.client, clusterId);
        return await this.#compactLocked(connection.client);
      } finally {
        signal.removeEventListener('abort', cutOff);
        await connection.close();
      }
    } catch (error) {
      throw translateError(error);
    }
  }

  async #compactLocked(client: pg.Client): Promise<number> {
    const { clusterId, clock, logger } = this.#options;
    const horizon = await this.#chooseHorizon(client);
    if (horizon === 0) return horizon;
    await raiseCompactedVersion(client, clusterId, horizon);
    const partitions = await listPartitions(client, clusterId);
    const dropped = await this.#dropPartitions(client, partitions, horizon);
    await dropPreimages(client, clusterId, horizon);
    await forgetWriters(client, clusterId, clock.now() - FORGET_WRITERS_AFTER_MS);
    logger.debug('compacted', { horizon, partitionsDropped: dropped });
    return horizon;
  }

  /** The later of the two limits, age and number; never before where it was. */
  async #chooseHorizon(client: pg.Client): Promise<number> {
    const { clusterId, maxRevisions } = this.#options;
    const { current, compacted } = await readClusterVersions(client, clusterId);
    const byAge = await readVersionAt(client, clusterId, this.#oldestKeptMs());
    return Math.max(compacted, byAge ?? 0, current - maxRevisions);
  }

  #oldestKeptMs(): number {
    const { clock, ioClock, minRealRetentionMs, retentionMs } = this.#options;
    this.#noteMoment();
    const keptSinceMs = ioClock.now() - minRealRetentionMs;
    while ((this.#moments[1]?.realMs ?? Number.POSITIVE_INFINITY) <= keptSinceMs) {
      this.#moments.shift();
    }
    const [oldest] = this.#moments;
    return Math.min(clock.now() - retentionMs, oldest?.worldMs ?? clock.now());
  }

  #noteMoment(): void {
    const { clock, ioClock } = this.#options;
    this.#moments.push({ realMs: ioClock.now(), worldMs: clock.now() });
  }

  /** Returns how many were dropped. The last partition stays: it takes the next revisions. */
  async #dropPartitions(
    client: pg.Client,
    partitions: readonly RevisionPartition[],
    horizon: number,
  ): Promise<number> {
    const kept = partitions.findIndex((_, i) => {
      const next = partitions[i + 1];
      return !next || next.firstVersion - 1 > horizon;
    });
    const firstKept = partitions[kept];
    if (kept <= 0 || !firstKept) return 0;
    await keepPreimages(client, this.#options.clusterId, horizon, firstKept.firstVersion);
    for (const [i, partition] of partitions.slice(0, kept).entries()) {
      if (!(await this.#tryDrop(client, partition))) return i;
    }
    return kept;
  }

  async #tryDrop(client: pg.Client, partition: RevisionPartition): Promise<boolean> {
    try {
      await dropPartition(client, partition, DROP_LOCK_TIMEOUT_MS);
      return true;
    } catch (error) {
      if (classifyFailure(error) !== 'retryable') throw error;
      // Absorbed: a long read is in the way, and the next compaction finds the partition again.
      this.#options.logger.info('a partition is in use, next time again', { ...partition });
      return false;
    }
  }
}
