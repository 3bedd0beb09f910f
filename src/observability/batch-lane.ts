import type { Clock, Timer } from '../lib/clock.ts';
import { toError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';

/** Where batches end up. */
export interface Backend<T> {
  /** For messages: `the database`. */
  readonly name: string;
  append(items: readonly T[]): Promise<void>;
}

export interface BatchLaneOptions<T> {
  readonly backend: Backend<T>;
  /** For messages: `audit events`. */
  readonly what: string;
  readonly logger: Logger;
  /** Real time. */
  readonly ioClock: Clock;
  /** How long items are gathered before they are written, in milliseconds. @default 200 */
  readonly flushIntervalMs?: number;
  /** Items that may wait; the ones past it are dropped, and counted. @default 20_000 */
  readonly maxWaiting?: number;
}

/** So few that writing them down does not hold up the requests that they are about. */
const MAX_BATCH = 128;

/**
 * The way of telemetry to one backend: takes items at the speed at which they come, and writes them in batches. Nobody waits
 * for it: when the backend cannot keep up, or is away, items are dropped, and the log says how many.
 */
export class BatchLane<T> {
  readonly #options: Required<BatchLaneOptions<T>>;
  #waiting: T[] = [];
  #dropped = 0;
  #droppedBefore = 0;
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;

  constructor({ flushIntervalMs = 200, maxWaiting = 20_000, ...rest }: BatchLaneOptions<T>) {
    this.#options = { ...rest, flushIntervalMs, maxWaiting };
  }

  /** How many items were dropped, ever. */
  get droppedTotal(): number {
    return this.#droppedBefore + this.#dropped;
  }

  add(item: T): void {
    if (this.#waiting.length >= this.#options.maxWaiting) {
      this.#dropped++;
      return;
    }
    this.#waiting.push(item);
    if (this.#waiting.length === MAX_BATCH) void this.#start();
    else this.#gather();
  }

  /** Resolves when all that was added before is with the backend, or has failed. */
  async flush(): Promise<void> {
    while (this.#waiting.length > 0) await this.#start();
    await this.#running;
  }

  /** Waits for more to write along: a batch costs its backend much the same, however small it is. */
  #gather(): void {
    if (this.#running !== undefined) return;
    this.#timer ??= this.#options.ioClock.setTimer(this.#options.flushIntervalMs, () => {
      void this.#start();
    });
  }

  #start(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (this.#waiting.length > 0) this.#gather();
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    const { backend, logger, what } = this.#options;
    do {
      const batch = this.#waiting.slice(0, MAX_BATCH);
      try {
        await backend.append(batch);
      } catch (thrown) {
        // Absorbed: what they tell of goes on without them, and whoever runs the server hears of it.
        this.#dropped += batch.length;
        logger.error(`${what} could not be written`, {
          backend: backend.name,
          error: toError(thrown),
        });
      }
      // Only now: what waits counts against the bound until it is written.
      this.#waiting.splice(0, batch.length);
    } while (this.#waiting.length >= MAX_BATCH);
    this.#reportDropped();
  }

  #reportDropped(): void {
    if (this.#dropped === 0) return;
    const { backend, logger, what } = this.#options;
    logger.warn(`${what} were dropped`, { backend: backend.name, count: this.#dropped });
    this.#droppedBefore += this.#dropped;
    this.#dropped = 0;
  }
}
