import { concurrently } from './concurrently.ts';

export interface Started {
  /** How many were tried, the failed ones included. */
  readonly tried: number;
  readonly errors: readonly Error[];
}

/**
 * Runs `start` for 0 to `total - 1` in batches that double from the first: when everything fails for the same reason (a quota,
 * say), that shows after one and not after hundreds. After a batch with a failure nothing more is started.
 */
export async function startSlowly(
  total: number,
  first: number,
  start: (index: number) => Promise<unknown>,
): Promise<Started> {
  let tried = 0;
  for (let batch = first; tried < total; batch *= 2) {
    const indexes = Array.from({ length: Math.min(batch, total - tried) }, (_, i) => tried + i);
    const errors = await concurrently(indexes, indexes.length, start);
    tried += indexes.length;
    if (errors.length > 0) return { tried, errors };
  }
  return { tried, errors: [] };
}
