/** How long a Job waits before it replaces failed Pods: 10 s, doubling up to 10 min, until a Pod succeeds. All pure. */
import { exponentialBackoffMs } from '../../lib/backoff.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { finishedAtMs } from './pods.ts';

const POD_FAILURE_BACKOFF = { baseMs: 10_000, maxMs: 10 * 60_000 };

export interface BackoffRecord {
  readonly failuresSinceSuccess: number;
  readonly lastFailureMs: number;
}

export const NO_FAILURES: BackoffRecord = { failuresSinceSuccess: 0, lastFailureMs: 0 };

/** The record after Pods have ended. A success wipes out the failures before it. */
export function nextRecord(
  record: BackoffRecord,
  succeeded: readonly Pod[],
  failed: readonly Pod[],
): BackoffRecord {
  const failures = failed.map(finishedAtMs);
  const lastSuccessMs = Math.max(...succeeded.map(finishedAtMs));
  const counting = succeeded.length > 0 ? failures.filter((ms) => ms > lastSuccessMs) : failures;
  const before = succeeded.length > 0 ? NO_FAILURES : record;
  if (counting.length === 0) return before;
  return {
    failuresSinceSuccess: before.failuresSinceSuccess + counting.length,
    lastFailureMs: Math.max(...counting),
  };
}

/** How long from now until Pods may be created; 0 when they may at once. */
export function remainingMs(record: BackoffRecord, nowMs: number): number {
  if (record.failuresSinceSuccess === 0) return 0;
  const backoffMs = exponentialBackoffMs(record.failuresSinceSuccess, POD_FAILURE_BACKOFF);
  return Math.max(0, record.lastFailureMs + backoffMs - nowMs);
}
