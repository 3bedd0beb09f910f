import { type Deferred, deferred } from '../lib/deferred.ts';
import type { PauseWatch } from './pause-watch.ts';
import { FencedError } from './write-fence.ts';

interface Run {
  /** How many pauses there had been when it began. */
  readonly pauses: number;
}

/**
 * Keeps runs that a pause of the process may have cost their keys from writing: the queue's server gives the keys of a process
 * that is silent to another. A write does not say which run it belongs to, so none is let through, and no run begins, until
 * those that stood still have ended.
 */
export class RunFence {
  readonly #watch: PauseWatch;
  readonly #runs = new Set<Run>();
  #nextEnd: Deferred<void> | undefined;

  constructor(watch: PauseWatch) {
    this.#watch = watch;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    while (this.#hasStoodStill()) {
      this.#nextEnd ??= deferred();
      await this.#nextEnd.promise;
    }
    const run: Run = { pauses: this.#watch.pauses };
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
    if (!this.#hasStoodStill()) return;
    throw new FencedError('this process stood still: another may have taken the key over');
  }

  #hasStoodStill(): boolean {
    const { pauses } = this.#watch;
    for (const run of this.#runs) if (run.pauses < pauses) return true;
    return false;
  }
}
