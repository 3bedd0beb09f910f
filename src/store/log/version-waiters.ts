import type { Clock } from '../../lib/clock.ts';
import { Heap } from '../../lib/heap.ts';
import { resourceVersionTooLarge } from '../resource-version.ts';

interface Waiter {
  readonly version: number;
  resolve: (() => void) | undefined;
}

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Whoever waits for the log to reach a version. The cost of a step is that of those who have waited for it. */
export class VersionWaiters {
  readonly #waiters = new Heap<Waiter>((a, b) => a.version - b.version);
  readonly #clock: Clock;
  #reached = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws Timeout when `version` is not reached in time, as Kubernetes says it of a version from the future */
  wait(version: number, { timeoutMs, signal }: WaitOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const waiter: Waiter = { version, resolve: undefined };
      const finish = (end: () => void): void => {
        waiter.resolve = undefined;
        timer.cancel();
        signal?.removeEventListener('abort', onAbort);
        end();
      };
      const timer = this.#clock.setTimer(timeoutMs, () =>
        finish(() => reject(resourceVersionTooLarge(version, this.#reached))),
      );
      const onAbort = (): void => finish(() => reject(signal?.reason));
      signal?.addEventListener('abort', onAbort, { once: true });
      waiter.resolve = () => finish(resolve);
      this.#waiters.push(waiter);
    });
  }

  reached(version: number): void {
    this.#reached = version;
    for (let first = this.#waiters.peek(); first && first.version <= version; ) {
      this.#waiters.pop();
      first.resolve?.();
      first = this.#waiters.peek();
    }
  }
}
