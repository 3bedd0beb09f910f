import { inspect } from 'node:util';
import { toError } from '../../src/lib/errors.ts';

export interface EventuallyOptions {
  /** Gives up after this long, in milliseconds. @default 10_000 */
  readonly withinMs?: number;
}

const INTERVAL_MS = 20;

/**
 * Reads until `check` accepts the value (neither of them throws), and returns it. Gives up with the last value seen and
 * with what was wrong with it.
 */
export async function eventually<T>(
  read: () => T | Promise<T>,
  check: (value: T) => unknown = () => undefined,
  { withinMs = 10_000 }: EventuallyOptions = {},
): Promise<T> {
  const deadline = Date.now() + withinMs;
  let last: { readonly value: T } | undefined;
  for (;;) {
    try {
      const value = await read();
      last = { value };
      await check(value);
      return value;
    } catch (thrown) {
      if (Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
        continue;
      }
      const reason = toError(thrown);
      throw new Error(`not within ${withinMs} ms: ${reason.message}\nlast value: ${shown(last)}`, {
        cause: reason,
      });
    }
  }
}

/** Told only at the end: to write down each value that was seen would cost more than to read it. */
function shown(last: { readonly value: unknown } | undefined): string {
  return last ? inspect(last.value, { depth: 6, breakLength: 100 }) : 'none: the read failed';
}
