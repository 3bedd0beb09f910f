import { invariant } from '../../lib/errors.ts';
import type { Block } from '../../scheme/cluster-range.ts';

/**
 * Hands out blocks of a number of units that do not overlap with each other or with those that are taken. It goes round: what
 * came free is the last to be handed out again, because Pods of the node that had it may still be known by its addresses.
 */
export class BlockAllocator {
  readonly #total: number;
  /** How often each unit is taken: nodes that somebody gave the same range have it until the last of them goes. */
  readonly #taken = new Map<number, number>();
  #cursor = 0;

  /** @param total How many units there are. */
  constructor(total: number) {
    this.#total = total;
  }

  take({ first, count }: Block): void {
    for (let unit = first; unit < first + count; unit++) {
      this.#taken.set(unit, (this.#taken.get(unit) ?? 0) + 1);
    }
  }

  /** Undoes one {@link take} or {@link allocate} of the same block. */
  release({ first, count }: Block): void {
    for (let unit = first; unit < first + count; unit++) {
      const times = this.#taken.get(unit) ?? 0;
      if (times > 1) this.#taken.set(unit, times - 1);
      else this.#taken.delete(unit);
    }
  }

  /** The next free block of `count` units, aligned to its size; undefined when there is none. Now taken. */
  allocate(count: number): Block | undefined {
    invariant(Number.isInteger(Math.log2(count)), `a block of ${count} units has no mask`);
    if (this.#total - this.#taken.size < count) return undefined;
    const places = Math.floor(this.#total / count);
    const start = Math.ceil(this.#cursor / count);
    for (let step = 0; step < places; step++) {
      const first = ((start + step) % places) * count;
      if (!this.#isFree(first, count)) continue;
      this.#cursor = first + count;
      const block = { first, count };
      this.take(block);
      return block;
    }
    return undefined;
  }

  #isFree(first: number, count: number): boolean {
    for (let unit = first; unit < first + count; unit++) if (this.#taken.has(unit)) return false;
    return true;
  }
}
