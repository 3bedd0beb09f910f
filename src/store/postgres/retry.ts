import { exponentialBackoffMs, fullJitterMs } from '../../lib/backoff.ts';
import { type Clock, sleep } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';

/** The first wait is short, since a restarted PostgreSQL is back in a tenth of a second; the longest keeps logs calm. */
const RETRY_BACKOFF = { baseMs: 20, maxMs: 1_000 };

/** Waits before the next attempt: exponentially longer, with jitter, so that many processes do not come back at once. */
export interface RetryPause {
  wait(failures: number, signal: AbortSignal): Promise<void>;
}

export function createRetryPause(clock: Clock, random: Random): RetryPause {
  return {
    wait(failures, signal) {
      const delayMs = exponentialBackoffMs(failures, RETRY_BACKOFF);
      // At least half of it: a jitter of nearly nothing would spin on a refused port.
      return sleep(clock, delayMs / 2 + fullJitterMs(delayMs / 2, random), signal);
    },
  };
}
