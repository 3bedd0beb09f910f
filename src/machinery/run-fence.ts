import { type Deferred, deferred } from '../lib/deferred.ts';
import type { PauseWatch } from './pause-watch.ts';
import { FencedError } from './write-fence.ts';

interface Run {
  /** How many pauses there had been when it began. */
  readonly pauses: number;
  readonly losses: number;
}

/**
 * Keeps runs from writing that may have lost their keys to another process: the queue's server gives away the keys of a process
 * that is silent for long, and when it crashes it may have forgotten who has which. A write does not say which run it belongs
 * to, so none is let through, and no run begins, until those have ended.
 */
export class RunFence {
  readonly #watch: PauseWatch;
  readonly #runs = new Set<Run>();
  #nextEnd: Deferred<void> | undefined;
  #losses = 0;

  constructor(watch: PauseWatch) {
    this.#watch = watch;
  }

  /** The queue's server was lost: see QueueOptions.onLoss. */
  noteLoss(): void {
    this.#losses++;
  }

  /** @throws {FencedError} when the key may have been lost before its run began */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const run: Run = { pauses: this.#watch.pauses, losses: this.#losses };
    while (this.#hasLostKeys()) {
      this.#nextEnd ??= deferred();
      await this.#nextEnd.promise;
    }
    if (this.#isLost(run, this.#watch.pauses)) throw newFencedError();
    this.#runs.add(run);
    try {
      return await work();
    } finally {
      this.#runs.delete(run);
      this.#nextEnd?.resolve();
      this.#nextEnd = undefined;
    }
  }

  /** @throws {FencedError} */
  assertMayWrite(): void {
    if (this.#hasLostKeys()) throw newFencedError();
  }

  #hasLostKeys(): boolean {
    const { pauses } = this.#watch;
    for (const run of this.#runs) if (this.#isLost(run, pauses)) return true;
    return false;
  }

  #isLost(run: Run, pauses: number): boolean {
    return run.pauses < pauses || run.losses < this.#losses;
  }
}

function newFencedError(): FencedError {
  return new FencedError(
    'this process stood still, or lost the queue: another may have taken the key over',
  );
}
