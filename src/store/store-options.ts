import { type Clock, systemClock } from '../lib/clock.ts';
import { type Logger, silentLogger } from '../lib/logger.ts';
import type { MetricRegistry } from '../lib/metrics.ts';
import { type Random, systemRandom } from '../lib/random.ts';
import { type ObjectCodec, PLAIN_CODEC } from './encryption/object-codec.ts';

export interface StoreOptions {
  /** Connection string of a migrated database, PostgreSQL 14 or newer. */
  readonly url: string;
  /** Name of the logical cluster; made when it is missing. @default 'default' */
  readonly cluster?: string;
  /** World time: stamps revisions, and measures their retention. @default systemClock */
  readonly clock?: Clock;
  /** Time for waiting on PostgreSQL (deadlines, retries, polls), which no virtual clock moves. @default systemClock */
  readonly ioClock?: Clock;
  /** @default silent */
  readonly logger?: Logger;
  /** Spreads retries. @default Math.random */
  readonly random?: Random;
  /** Freezes every object that is handed out, so that whoever changes one fails where it does so. For tests. @default false */
  readonly freeze?: boolean;
  /** How long a commit or a read waits for a PostgreSQL that is away, before it is ServiceUnavailable. @default 30_000 */
  readonly deadlineMs?: number;
  /** After this long without an answer a commit's connection counts as dead, and the outcome is looked up. @default 10_000 */
  readonly commitTimeoutMs?: number;
  /**
   * After this long without a sign of life PostgreSQL ends the connection for commits, so that what a process that stood
   * still sends afterwards is not taken. @default 2_000
   */
  readonly idleTimeoutMs?: number;
  /** How long a lost notification may go unnoticed. @default 1_000 */
  readonly pollIntervalMs?: number;
  /** How often watchers of quiet resources hear how far the log is, at most. @default 1_000 */
  readonly progressIntervalMs?: number;
  /** Revisions older than this are dropped. @default 3_600_000 (an hour) */
  readonly retentionMs?: number;
  /** But none that is younger than this in real time, where `clock` is faster than that. @default 0 */
  readonly minRealRetentionMs?: number;
  /** No more revisions than about this are kept. @default 500_000 */
  readonly maxRevisions?: number;
  /** How often revisions past retention are looked for. @default 60_000 */
  readonly compactionIntervalMs?: number;
  /** Connections for reads; commits and notifications have one more each. @default 4 */
  readonly maxReadConnections?: number;
  /** Events of each cached resource kept in memory; a watch that starts before them reads the log. @default 8_192 */
  readonly maxRecentEvents?: number;
  /** Writes in one group commit; a larger transaction is committed alone. @default 500 */
  readonly maxBatchWrites?: number;
  /** Writes that may wait; more are TooManyRequests. @default 100_000 */
  readonly maxQueuedWrites?: number;
  /** Gets the store's figures while it runs. @default nobody */
  readonly metrics?: MetricRegistry;
  /** How objects are stored. @default in the clear */
  readonly codec?: ObjectCodec;
}

type Optional = 'metrics';
export type ResolvedStoreOptions = Required<Omit<StoreOptions, Optional>> &
  Pick<StoreOptions, Optional>;

const DEFAULTS: Omit<ResolvedStoreOptions, 'url'> = {
  cluster: 'default',
  clock: systemClock,
  ioClock: systemClock,
  logger: silentLogger,
  random: systemRandom,
  freeze: false,
  deadlineMs: 30_000,
  commitTimeoutMs: 10_000,
  idleTimeoutMs: 2_000,
  pollIntervalMs: 1_000,
  progressIntervalMs: 1_000,
  retentionMs: 3_600_000,
  minRealRetentionMs: 0,
  maxRevisions: 500_000,
  compactionIntervalMs: 60_000,
  maxReadConnections: 4,
  maxRecentEvents: 8_192,
  maxBatchWrites: 500,
  maxQueuedWrites: 100_000,
  codec: PLAIN_CODEC,
};

export function withDefaults(options: StoreOptions): ResolvedStoreOptions {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...DEFAULTS, url: options.url, ...Object.fromEntries(given) };
}
