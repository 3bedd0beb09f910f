import { toError } from '../../lib/errors.ts';

/**
 * Calls `work` on each item, at most `limit` at a time, and on all of them even when some fail. Resolves with the errors.
 * Writes that are in flight together share the store's transactions, so a high limit is what makes bulk work fast.
 */
export async function concurrently<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<unknown>,
): Promise<readonly Error[]> {
  const errors: Error[] = [];
  const iterator = items[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    for (let next = iterator.next(); !next.done; next = iterator.next()) {
      try {
        await work(next.value);
      } catch (thrown) {
        errors.push(toError(thrown));
      }
    }
  };
  await Promise.all(Array.from({ length: limit }, lane));
  return errors;
}

/** Throws the first of `errors`, if any: the rest are likely to say the same. */
export function throwFirst(errors: readonly Error[]): void {
  if (errors[0]) throw errors[0];
}
