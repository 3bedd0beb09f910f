import type { Random } from './random.ts';

export interface BackoffOptions {
  /** Delay after the first failure, in milliseconds. */
  readonly baseMs: number;
  /** No delay is longer, in milliseconds. */
  readonly maxMs: number;
}

/** Kubernetes' per-item exponential backoff: `baseMs * 2^(failures - 1)`, at most `maxMs`. `failures` counts from 1. */
export function exponentialBackoffMs(failures: number, { baseMs, maxMs }: BackoffOptions): number {
  // 2^30 times any base is past every sensible maximum; the cap keeps the power finite.
  return Math.min(maxMs, baseMs * 2 ** Math.min(30, Math.max(0, failures - 1)));
}

/** A delay drawn evenly from [0, delayMs): many callers that failed together do not come back together. */
export function fullJitterMs(delayMs: number, random: Random): number {
  return random() * delayMs;
}
