import type { ControllerExpectations } from '../../machinery/expectations.ts';
import type { ApiObject } from '../../scheme/object.ts';

export interface OwnerMemoryOptions {
  readonly expectations: ControllerExpectations;
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
   * @returns for how long, in milliseconds, the run is to leave the Pods alone and then to be repeated, as what the last one
   * did to them is yet to be seen; undefined when they may be counted
   */
  recall(key: string, owner: ApiObject | undefined): number | undefined {
    const { expectations, kept } = this.#options;
    const uid = owner?.metadata.uid;
    if (this.#uids.get(key) !== uid) {
      for (const each of kept) each.forget(key);
      if (uid === undefined) this.#uids.delete(key);
      else this.#uids.set(key, uid);
    }
    return expectations.unmetForMs(key);
  }
}
