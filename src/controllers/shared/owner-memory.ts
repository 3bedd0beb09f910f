import type { ControllerExpectations } from '../../machinery/expectations.ts';
import type { WorkQueue } from '../../machinery/work-queue.ts';
import type { ApiObject } from '../../scheme/object.ts';

export interface OwnerMemoryOptions {
  readonly expectations: ControllerExpectations;
  /** Gets the key of an owner whose wait for what it expects is over. */
  readonly queue: Pick<WorkQueue, 'addAfter'>;
  /** Whatever keeps something under owners' keys, the expectations among them. */
  readonly kept: readonly { forget(key: string): void }[];
}

/**
 * What a controller of Pods keeps of their owners from run to run, under their keys. It is about one object: an owner may be
 * deleted and made anew under its name before its key runs again, even while it runs. What was expected of the Pods of the one
 * that is gone is never seen, as they are not those of the new one, which would wait for them and make none of its own.
 */
export class OwnerMemory {
  readonly #options: OwnerMemoryOptions;
  /** Whom the rest that is kept under a key is about. */
  readonly #uids = new Map<string, string>();

  constructor(options: OwnerMemoryOptions) {
    this.#options = options;
  }

  /**
   * To be called as each run of `key` begins, with the object that has the key now; forgets what was kept of another.
   * @returns whether the run may count on the Pods that its informer shows; otherwise it leaves them alone, and is repeated when
   * the wait is over, as no event may come to tell that
   */
  recall(key: string, owner: ApiObject | undefined): boolean {
    const { expectations, kept, queue } = this.#options;
    const uid = owner?.metadata.uid;
    if (this.#uids.get(key) !== uid) {
      for (const each of kept) each.forget(key);
      if (uid === undefined) this.#uids.delete(key);
      else this.#uids.set(key, uid);
    }
    const unmetForMs = expectations.unmetForMs(key);
    // Kept here alone, and not as a run's own deadline is: whoever takes over from this process expects nothing.
    if (unmetForMs !== undefined) queue.addAfter(key, unmetForMs);
    return unmetForMs === undefined;
  }
}
