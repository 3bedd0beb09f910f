import type { Clock, Timer } from '../lib/clock.ts';
import type { NamespacedKey } from '../scheme/object.ts';

type ClaimListener = () => void;

/** Who wants to hear of each claim. */
export class ClaimListeners {
  readonly #listeners = new Map<NamespacedKey, Set<ClaimListener>>();

  /** Calls `listener` whenever the claim changes or goes; returns the function that ends it. */
  add(key: NamespacedKey, listener: ClaimListener): () => void {
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(key);
    };
  }

  tell(key: NamespacedKey): void {
    for (const listener of [...(this.#listeners.get(key) ?? [])]) listener();
  }
}

export interface ClaimWaitOptions {
  /** Whether the wait is over; called at once and at each change. An error that it throws ends the wait as well. */
  readonly isOver: () => boolean;
  readonly listen: (listener: ClaimListener) => () => void;
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** What is said when time is up. */
  readonly timeoutMessage: string;
  /** How often to look for what the claim does not tell of. @default never */
  readonly pollMs?: number;
}

export interface ClaimWait {
  /** Rejects with what `isOver` throws, or when time is up. */
  readonly done: Promise<void>;
  /** Lets go of the claim; to be called in any case. */
  readonly stop: () => void;
}

/** Waits until others have done their part on a claim. */
export function waitForClaim(options: ClaimWaitOptions): ClaimWait {
  const { isOver, listen, clock, pollMs, timeoutMs, timeoutMessage } = options;
  let stop: () => void = () => {};
  const done = new Promise<void>((resolve, reject) => {
    const look = () => {
      try {
        if (isOver()) resolve();
      } catch (error) {
        reject(error);
      }
    };
    const timer = clock.setTimer(timeoutMs, () => reject(new Error(timeoutMessage)));
    const stopListening = listen(look);
    let poll: Timer | undefined;
    const pollLater = (everyMs: number): void => {
      poll = clock.setTimer(everyMs, () => {
        look();
        pollLater(everyMs);
      });
    };
    if (pollMs !== undefined) pollLater(pollMs);
    stop = () => {
      timer.cancel();
      poll?.cancel();
      stopListening();
    };
    look();
  });
  return { done, stop };
}
