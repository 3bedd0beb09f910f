import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits, until `signal` aborts at the latest. Unlike the timers of servers it keeps the process alive: a command that waits
 * is not at its end.
 */
export async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(delayMs, undefined, { signal });
  } catch (thrown) {
    // Absorbed: whoever waits looks at the signal.
    if (!signal.aborted) throw thrown;
  }
}
