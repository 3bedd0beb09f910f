import type { Clock, Timer } from '../../lib/clock.ts';
import { toError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';

export interface AuditRetentionOptions {
  readonly table: { expire(beforeMs: number): Promise<number> };
  /** Stamps events, and measures their age. */
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long events are kept, in milliseconds. */
  readonly retentionMs: number;
}

const INTERVAL_MS = 10 * 60_000;

/** Drops audit events past retention, now and then. Any number of processes may. */
export class AuditRetention {
  readonly #options: AuditRetentionOptions;
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;

  constructor(options: AuditRetentionOptions) {
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
    const { table, clock, logger, retentionMs } = this.#options;
    try {
      const events = await table.expire(clock.now() - retentionMs);
      logger.debug('audit events past retention were dropped', { events });
    } catch (thrown) {
      // Absorbed: the next time drops these too.
      logger.warn('audit events past retention could not be dropped', { error: toError(thrown) });
    }
  }
}
