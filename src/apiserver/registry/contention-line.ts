import { deferred } from '../../lib/deferred.ts';

/**
 * Who has lost a race for an object waits in line with this process's other losers, instead of losing again with them: of
 * many writers of one object each then writes once, not once for each of the others. The line is a courtesy alone; what holds
 * when other processes, or those who have not lost yet, write meanwhile is the compare-and-swap.
 */
export class ContentionLine {
  readonly #lines = new Map<string, Promise<void>>();

  /** Resolves when it is the caller's turn at `key`, with what ends it; rejects when the signal fires. */
  async take(key: string, signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    const before = this.#lines.get(key);
    const turn = deferred<void>();
    const line = Promise.resolve(before).then(() => turn.promise);
    this.#lines.set(key, line);
    const end = (): void => {
      turn.resolve();
      if (this.#lines.get(key) === line) this.#lines.delete(key);
    };
    if (before !== undefined) await this.#wait(before, end, signal);
    return end;
  }

  async #wait(
    before: Promise<void>,
    end: () => void,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (!signal) return before;
    const aborted = deferred<void>();
    const onAbort = (): void => {
      // The next in line still waits for those before.
      void before.then(end);
      aborted.reject(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await Promise.race([before, aborted.promise]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}
