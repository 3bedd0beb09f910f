import type { Clock, Timer } from '../../lib/clock.ts';
import { toError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { AuditEvent } from '../../store/telemetry/audit-event.ts';

/** Where audit events end up. */
export interface AuditBackend {
  /** For messages: `the audit log file`. */
  readonly name: string;
  append(events: readonly AuditEvent[]): Promise<void>;
}

export interface AuditWriterOptions {
  readonly backends: readonly AuditBackend[];
  readonly logger: Logger;
  /** Real time. */
  readonly ioClock: Clock;
  /** How long events are gathered before they are written, in milliseconds. @default 200 */
  readonly flushIntervalMs?: number;
  /** Events that may wait for each backend; the ones past it are dropped, and counted. @default 20_000 */
  readonly maxWaiting?: number;
}

const MAX_BATCH = 1_000;

/**
 * Takes audit events at the speed of the requests that they are about, and writes them in batches. Requests never wait for
 * it: when a backend cannot keep up, or is away, events are dropped, and the log says how many.
 */
export class AuditWriter {
  readonly #lanes: readonly Lane[];

  constructor({
    backends,
    flushIntervalMs = 200,
    maxWaiting = 20_000,
    ...rest
  }: AuditWriterOptions) {
    this.#lanes = backends.map(
      (backend) => new Lane({ backend, flushIntervalMs, maxWaiting, ...rest }),
    );
  }

  readonly write = (event: AuditEvent): void => {
    for (const lane of this.#lanes) lane.add(event);
  };

  /** Resolves when all that was written before is with the backends, or has failed. */
  async flush(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.flush()));
  }
}

type LaneOptions = Required<Omit<AuditWriterOptions, 'backends'>> & {
  readonly backend: AuditBackend;
};

/** The events on their way to one backend: a slow one holds up no other. */
class Lane {
  readonly #options: LaneOptions;
  #waiting: AuditEvent[] = [];
  #dropped = 0;
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  add(event: AuditEvent): void {
    if (this.#waiting.length >= this.#options.maxWaiting) {
      this.#dropped++;
      return;
    }
    this.#waiting.push(event);
    if (this.#running !== undefined) return;
    this.#timer ??= this.#options.ioClock.setTimer(this.#options.flushIntervalMs, () => {
      void this.#start();
    });
  }

  async flush(): Promise<void> {
    await this.#running;
    await this.#start();
  }

  #start(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    const { backend, logger } = this.#options;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, MAX_BATCH);
      try {
        await backend.append(batch);
      } catch (thrown) {
        // Absorbed: requests go on without their trail, and whoever runs the server hears of it.
        this.#dropped += batch.length;
        logger.error('audit events could not be written', {
          backend: backend.name,
          error: toError(thrown),
        });
      }
      // Only now: what waits counts against the bound until it is written.
      this.#waiting.splice(0, batch.length);
    }
    this.#reportDropped();
  }

  #reportDropped(): void {
    if (this.#dropped === 0) return;
    const { backend, logger } = this.#options;
    logger.warn('audit events were dropped', { backend: backend.name, events: this.#dropped });
    this.#dropped = 0;
  }
}
