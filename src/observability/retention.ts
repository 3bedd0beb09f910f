import type { Clock, Timer } from '../lib/clock.ts';
import { toError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';

export interface RetentionOptions {
  /** For messages: `audit events`. */
  readonly what: string;
  /** Drops what is past retention at `nowMs`, in milliseconds since the epoch; returns how many that were. */
  readonly expire: (nowMs: number) => Promise<number>;
  /** Stamps what is kept, and measures its age. */
  readonly clock: Clock;
  readonly logger: Logger;
}

const INTERVAL_MS = 10 * 60_000;

/** Drops what is past retention, now and then. Any number of processes may. */
export class Retention {
  readonly #options: RetentionOptions;
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = this.#options.clock.setTimer(INTERVAL_MS, () => {
      this.#running = this.#expire().finally(() => this.start());
    });
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    await this.#running;
    this.#timer?.cancel();
  }

  async #expire(): Promise<void> {
    const { what, clock, expire, logger } = this.#options;
    try {
      const count = await expire(clock.now());
      logger.debug(`${what} past retention were dropped`, { count });
    } catch (thrown) {
      // Absorbed: the next time drops these too.
      logger.warn(`${what} past retention could not be dropped`, { error: toError(thrown) });
    }
  }
}
