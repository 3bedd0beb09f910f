import { systemClock } from '../../src/lib/clock.ts';
import type { BackendQueue, QueueBackend, QueueOptions } from '../../src/machinery/work-queue.ts';

/** The work-queue law in memory, for tests of what stands on it; the law itself is tested on the real backends. */
export class InProcessQueueBackend implements QueueBackend {
  async open(options: QueueOptions): Promise<BackendQueue> {
    return new InProcessQueue(options);
  }

  async close(): Promise<void> {}
}

class InProcessQueue implements BackendQueue {
  readonly #options: QueueOptions;
  readonly #waiting = new Set<string>();
  readonly #active = new Map<string, Promise<void>>();
  readonly #abort = new AbortController();
  #running = false;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  async enqueue(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#waiting.add(key);
    this.#dispatch();
  }

  async enqueueLater(key: string, delayMs: number): Promise<void> {
    systemClock.setTimer(delayMs, () => void this.enqueue([key]));
  }

  async depth(): Promise<number> {
    return this.#waiting.size;
  }

  async run(): Promise<void> {
    this.#running = true;
    this.#dispatch();
  }

  async close(): Promise<void> {
    this.#running = false;
    this.#abort.abort();
    await Promise.all(this.#active.values());
  }

  #dispatch(): void {
    if (!this.#running) return;
    for (const key of this.#waiting) {
      if (this.#active.size >= this.#options.concurrency) return;
      if (this.#active.has(key)) continue;
      this.#waiting.delete(key);
      const run = this.#options.process(key, this.#abort.signal, 0).then(() => {
        this.#active.delete(key);
        this.#dispatch();
      });
      this.#active.set(key, run);
    }
  }
}
