import { invariant } from '../../lib/errors.ts';

/** A run of units, counted from the start of what is divided. */
export interface Block {
  readonly first: number;
  readonly count: number;
}

/** Hands out blocks of a number of units that do not overlap with each other or with those that are taken. */
export class BlockAllocator {
  readonly #total: number;
  readonly #taken = new Set<number>();
  #cursor = 0;

  /** @param total How many units there are. */
  constructor(total: number) {
    this.#total = total;
  }

  take({ first, count }: Block): void {
    for (let unit = first; unit < first + count; unit++) this.#taken.add(unit);
  }

  /** The first free block of `count` units, aligned to its size; undefined when there is none. Now taken. */
  allocate(count: number): Block | undefined {
    invariant(Number.isInteger(Math.log2(count)), `a block of ${count} units has no mask`);
    const start = Math.ceil(this.#cursor / count) * count;
    for (let first = start; first + count <= this.#total; first += count) {
      if (!this.#isFree(first, count)) continue;
      // Only blocks of the smallest size leave nothing free behind them.
      if (count === 1) this.#cursor = first + 1;
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
