import { randomUUID } from 'node:crypto';
import { CacheSet } from './cache/cache-set.ts';
import { BatchSender } from './commit/batch-sender.ts';
import { CommitQueue } from './commit/commit-queue.ts';
import { Committer } from './commit/committer.ts';
import { WriterSession } from './commit/writer-session.ts';
import { agreeOnKeys } from './encryption/agree-on-keys.ts';
import { Compactor } from './history/compactor.ts';
import { HistoryReader } from './history/history-reader.ts';
import { LogReader, type LogSource } from './log/log-reader.ts';
import { RevisionListener } from './log/revision-listener.ts';
import { ensureCluster } from './postgres/queries/ensure-cluster.ts';
import {
  type ClusterVersions,
  readClusterVersions,
} from './postgres/queries/read-cluster-versions.ts';
import { readLog } from './postgres/queries/read-log.ts';
import { ReadPool } from './postgres/read-pool.ts';
import { createRetryPause, type RetryPause } from './postgres/retry.ts';
import { resourceVersionExpired } from './resource-version.ts';
import type { ResolvedStoreOptions } from './store-options.ts';

/** Characters of JSON in one group commit: a few megabytes keep a batch's time, and its memory, small. */
const MAX_BATCH_SIZE = 4 * 1024 * 1024;
/** Characters of JSON that may wait. */
const MAX_QUEUED_SIZE = 256 * 1024 * 1024;

/** The running store: its parts, connected. */
export interface StoreParts {
  readonly clusterId: number;
  readonly reads: ReadPool;
  readonly history: HistoryReader;
  readonly session: WriterSession;
  readonly committer: Committer;
  readonly reader: LogReader;
  readonly listener: RevisionListener;
  readonly caches: CacheSet;
  readonly compactor: Compactor;
}

/** What every part needs. */
interface Foundation {
  readonly options: ResolvedStoreOptions;
  readonly pause: RetryPause;
  readonly reads: ReadPool;
  readonly clusterId: number;
  /** This process, for this run. */
  readonly writerId: string;
}

/** Finds the cluster, then builds everything on it. Nothing is started. */
export async function connectParts(options: ResolvedStoreOptions): Promise<StoreParts> {
  const pause = createRetryPause(options.ioClock, options.random);
  const reads = createReadPool(options, pause);
  try {
    const clusterId = await reads.run((db) => ensureCluster(db, options.cluster));
    await agreeOnKeys(reads, clusterId, options.codec);
    return assemble({ options, pause, reads, clusterId, writerId: randomUUID() });
  } catch (error) {
    await reads.close();
    throw error;
  }
}

function assemble(foundation: Foundation): StoreParts {
  const { options, reads, clusterId } = foundation;
  const { ioClock, logger, freeze, maxRecentEvents, codec } = options;
  // The two need each other: the reader gets what was committed, and waits for what is being committed.
  const reader: LogReader = createReader(foundation, () => committer.inFlight);
  const listener = createListener(foundation, reader);
  const session = createSession(foundation, listener);
  const committer = createCommitter(foundation, session, reader);
  const history = new HistoryReader(reads, clusterId, codec);
  return {
    clusterId,
    reads,
    history,
    session,
    committer,
    reader,
    listener,
    caches: new CacheSet({
      clusterId,
      reads,
      reader,
      history,
      ioClock,
      logger,
      freeze,
      maxRecentEvents,
      codec,
    }),
    compactor: createCompactor(foundation),
  };
}

function createReadPool(options: ResolvedStoreOptions, pause: RetryPause): ReadPool {
  const { url, maxReadConnections, ioClock, logger, deadlineMs } = options;
  return new ReadPool({
    url,
    maxConnections: maxReadConnections,
    ioClock,
    pause,
    logger,
    deadlineMs,
  });
}

function createSession(
  { options, clusterId, writerId }: Foundation,
  listener: RevisionListener,
): WriterSession {
  const { url, clock, commitTimeoutMs, idleTimeoutMs, ioClock } = options;
  return new WriterSession({
    url,
    applicationName: 'orrery-write',
    clusterId,
    writerId,
    clock,
    hasPeers: () => listener.hasPeers,
    commitTimeoutMs,
    idleTimeoutMs,
    ioClock,
  });
}

function createCommitter(
  { options, pause }: Foundation,
  session: WriterSession,
  reader: LogReader,
): Committer {
  const { codec, ioClock, logger, freeze, deadlineMs, maxBatchWrites, maxQueuedWrites } = options;
  return new Committer({
    queue: new CommitQueue({ maxBatchWrites, maxBatchSize: MAX_BATCH_SIZE }),
    sender: new BatchSender({ session, pause, logger }),
    onCommitted: (log) => reader.offer(log),
    codec,
    logger,
    ioClock,
    freeze,
    deadlineMs,
    maxQueuedWrites,
    maxQueuedSize: MAX_QUEUED_SIZE,
  });
}

function createReader(
  { options, reads, clusterId }: Foundation,
  ownCommit: () => Promise<unknown> | undefined,
): LogReader {
  const { ioClock, logger, pollIntervalMs, progressIntervalMs, codec } = options;
  const versions = (signal: AbortSignal): Promise<ClusterVersions> =>
    reads.run((db) => readClusterVersions(db, clusterId), signal);
  const source: LogSource = {
    currentVersion: async (signal) => (await versions(signal)).current,
    read: async (range, signal) => {
      const entries = await reads.run((db) => readLog(db, { clusterId, codec, ...range }), signal);
      // Must come after the read: compaction raises its mark before it drops anything.
      const { compacted } = await versions(signal);
      if (range.after < compacted) throw resourceVersionExpired(range.after, compacted);
      return entries;
    },
  };
  return new LogReader({ source, ownCommit, logger, ioClock, pollIntervalMs, progressIntervalMs });
}

function createListener(
  { options, pause, clusterId, writerId }: Foundation,
  reader: LogReader,
): RevisionListener {
  const { url, logger, ioClock, pollIntervalMs } = options;
  return new RevisionListener({
    url,
    ioClock,
    peerCheckIntervalMs: pollIntervalMs,
    applicationName: 'orrery-listen',
    clusterId,
    writerId,
    pause,
    logger,
    onHint: (version) => reader.hint(version),
  });
}

function createCompactor({ options, clusterId }: Foundation): Compactor {
  const { url, clock, ioClock, logger, compactionIntervalMs } = options;
  const { retentionMs, minRealRetentionMs, maxRevisions } = options;
  return new Compactor({
    url,
    clusterId,
    clock,
    ioClock,
    logger,
    retentionMs,
    minRealRetentionMs,
    maxRevisions,
    intervalMs: compactionIntervalMs,
  });
}
