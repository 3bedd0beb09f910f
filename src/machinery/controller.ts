/**
 * What a controller is: informers turn events into keys, keys wait in a work queue, a reconciler brings one key to its
 * desired state. Reconcilers are level-triggered and idempotent: running one twice, late or on two machines is safe,
 * because they look at the present and every write is a compare-and-swap.
 */
import type { ApiClient } from '../apiserver/client.ts';
import type { BackoffOptions } from '../lib/backoff.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Metric } from '../lib/metrics.ts';
import type { Random } from '../lib/random.ts';
import type { EventRecorder } from './event-recorder.ts';
import type { InformerFactory } from './informer.ts';
import type { WorkQueue } from './work-queue.ts';

/** How a reconciliation ends. A thrown error backs off; {@link terminal} errors are reported and not retried. */
export type ReconcileResult = { readonly requeueAfterMs?: number };

export const done: ReconcileResult = {};

export function requeueAfter(requeueAfterMs: number): ReconcileResult {
  return { requeueAfterMs };
}

/** Runs again after the shortest of `delaysMs`, in milliseconds; those that are undefined do not ask for it. */
export function requeueAfterFirst(...delaysMs: readonly (number | undefined)[]): ReconcileResult {
  const known = delaysMs.filter((delayMs) => delayMs !== undefined);
  return known.length > 0 ? requeueAfter(Math.max(0, Math.min(...known))) : done;
}

export type Reconcile = (key: string, signal: AbortSignal) => Promise<ReconcileResult>;

/** An error that trying again cannot cure: it is logged, and the key waits for its next change. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
}

export function terminal(message: string, cause?: unknown): TerminalError {
  return new TerminalError(message, { cause });
}

export interface ControllerContext {
  readonly client: ApiClient;
  readonly informers: InformerFactory;
  readonly queue: WorkQueue;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Aborts when the controller is to stop. */
  readonly signal: AbortSignal;
  /** Adds a figure that can be read as long as the controller runs. */
  readonly addMetric: (metric: Metric) => void;
}

export interface Controller {
  /** Kebab-case, as in `--controllers=`: also the name of its queue and the `source` of its events. */
  readonly name: string;
  /**
   * The service account of kube-system that it acts as, whose role says what it may do.
   * @default the name and `-controller`
   */
  readonly serviceAccount?: string;
  /** How many keys may be worked on at once. @default 4 */
  readonly concurrency?: number;
  /**
   * A key that ran less than this many milliseconds ago waits until then, so that a burst of changes becomes one run.
   * The first change of a burst never waits.
   * @default 0
   */
  readonly minIntervalMs?: number;
  /** How long a key waits that failed, from its first failure to its last. @default from 5 ms to 1,000 s */
  readonly failureBackoff?: BackoffOptions;
  /**
   * Runs in one process at a time, the holder of the controller's Lease; for controllers whose state is in memory.
   * Such a controller is set up anew each time that its process comes to hold the lease.
   * @default false
   */
  readonly singleton?: boolean;
  /**
   * Subscribes to informers and returns the reconciler. Called once, before the informers start; no handler is called and
   * no key is reconciled until every informer that it asked for has synced.
   */
  setUp(context: ControllerContext): Reconcile;
}
