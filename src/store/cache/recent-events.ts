import type { Clock } from '../../lib/clock.ts';
import type { StoreEvent } from '../store.ts';

/** Always kept, however old: a quiet resource's watchers come back to these. */
const MIN_EVENTS = 128;
/** Between these bounds, what is younger is kept: time enough for a client to list and begin its watch, or to come back. */
const MAX_AGE_MS = 75_000;

/**
 * The latest events of one resource, for watches that start a little in the past. It grows with the rate of change and
 * shrinks when that falls.
 */
export class RecentEvents {
  readonly #clock: Clock;
  /** Parallel arrays; what lies before `#start` has been dropped. */
  #events: StoreEvent[] = [];
  #versions: number[] = [];
  #times: number[] = [];
  #start = 0;
  readonly #maxEvents: number;
  #floor: number;

  constructor(options: {
    clock: Clock;
    /** Never more: each holds an object alive. What is older is read from the log. */
    maxEvents: number;
    /** The version up to which nothing is known. */
    floor: number;
  }) {
    this.#clock = options.clock;
    this.#maxEvents = options.maxEvents;
    this.#floor = options.floor;
  }

  /** Every event after this version is here. */
  get floor(): number {
    return this.#floor;
  }

  get size(): number {
    return this.#events.length - this.#start;
  }

  push(events: readonly StoreEvent[], versions: readonly number[]): void {
    const now = this.#clock.now();
    for (const [i, event] of events.entries()) {
      this.#events.push(event);
      this.#versions.push(versions[i] as number);
      this.#times.push(now);
    }
    this.#trim(now);
  }

  /** Those after `version`, in order. `version` must not be below {@link floor}. */
  after(version: number): StoreEvent[] {
    let low = this.#start;
    let high = this.#versions.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#versions[middle] as number) <= version) low = middle + 1;
      else high = middle;
    }
    return this.#events.slice(low);
  }

  #trim(now: number): void {
    while (this.size > this.#maxEvents || (this.size > MIN_EVENTS && this.#isOld(now))) {
      this.#floor = this.#versions[this.#start] as number;
      this.#start++;
    }
    // The dropped half goes at once, so that an event costs amortised constant time.
    if (this.#start > MIN_EVENTS && this.#start > this.#events.length / 2) this.#cut();
  }

  #isOld(now: number): boolean {
    return (this.#times[this.#start] as number) < now - MAX_AGE_MS;
  }

  #cut(): void {
    this.#events = this.#events.slice(this.#start);
    this.#versions = this.#versions.slice(this.#start);
    this.#times = this.#times.slice(this.#start);
    this.#start = 0;
  }
}
