import type { Clock } from '../lib/clock.ts';

/** After this long unmet expectations are given up, and the controller looks at the world as it is. */
const EXPECTATIONS_TIMEOUT_MS = 5 * 60_000;

interface Expectation {
  creations: number;
  /** Uids whose deletion has not been seen yet. */
  readonly deletions: Set<string>;
  readonly sinceMs: number;
}

/**
 * What a controller has written and its informer has not shown yet. A controller that creates or deletes children from a
 * count in its informer would, in between, count the old number and write again; so it expects, writes, observes, and
 * leaves its children alone as long as {@link unmetForMs} says.
 *
 * Deletions are known by uid, because a Pod that is being deleted is seen more than once: as an update that sets the
 * deletionTimestamp, and as the deletion. Expectations live in one process; a controller whose keys are worked on in several
 * relies on the catch-up before each run (ControllerManager's `sharedQueues`).
 */
export class ControllerExpectations {
  readonly #clock: Clock;
  readonly #expectations = new Map<string, Expectation>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * To be called before the writes: the informer may be faster than the answer. Replaces what was expected of `key`.
   * @param deletions The uids of what is to be deleted.
   */
  expect(key: string, creations: number, deletions: Iterable<string>): void {
    this.#expectations.set(key, {
      creations,
      deletions: new Set(deletions),
      sinceMs: this.#clock.now(),
    });
  }

  creationObserved(key: string): void {
    this.lowerCreations(key, 1);
  }

  /** Creations that were expected and will not come: the write failed, or was not tried. */
  lowerCreations(key: string, count: number): void {
    const expectation = this.#expectations.get(key);
    if (expectation) expectation.creations -= count;
  }

  /** Also for a deletion that will not come. Seeing one twice, or one that nobody expects, changes nothing. */
  deletionObserved(key: string, uid: string): void {
    this.#expectations.get(key)?.deletions.delete(uid);
  }

  /**
   * How much longer, in milliseconds, the controller waits at most to see what it expects of `key`. No event may come to tell
   * it that the time is over: it is to look again by itself. Undefined when it may count on its informer: all seen, nothing
   * expected, or given up waiting.
   */
  unmetForMs(key: string): number | undefined {
    const expectation = this.#expectations.get(key);
    if (!expectation) return undefined;
    if (expectation.creations <= 0 && expectation.deletions.size === 0) return undefined;
    const leftMs = expectation.sinceMs + EXPECTATIONS_TIMEOUT_MS - this.#clock.now();
    return leftMs > 0 ? leftMs : undefined;
  }

  /** The owner is gone. */
  forget(key: string): void {
    this.#expectations.delete(key);
  }
}
