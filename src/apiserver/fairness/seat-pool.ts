/** How the seats of a server are shared among its priority levels, and lent by one to another. Pure bookkeeping. */

/** What one priority level may have at once. */
export interface SeatShare {
  /** Its own seats. */
  readonly nominal: number;
  /** Of these, how many others may use while it does not. */
  readonly lendable: number;
  /** How many of others' seats it may use. */
  readonly borrowable: number;
}

/** The seats of one level, taken and free. */
export class LevelSeats {
  readonly #pool: SeatPool;
  share: SeatShare = { nominal: 0, lendable: 0, borrowable: 0 };
  inUse = 0;

  constructor(pool: SeatPool) {
    this.#pool = pool;
  }

  /** How many seats a request of this level can take at most: a wider one is narrowed to that, or it would wait for ever. */
  get widest(): number {
    return Math.max(1, this.share.nominal);
  }

  /** Of its own seats that it may lend, those that it uses itself. */
  get ownLendableInUse(): number {
    const { lendable, nominal } = this.share;
    return Math.max(0, Math.min(this.inUse, nominal) - (nominal - lendable));
  }

  get borrowed(): number {
    return Math.max(0, this.inUse - this.share.nominal);
  }

  /** Takes seats; false, and nothing changes, when there are not enough. */
  take(width: number): boolean {
    const { borrowable, lendable, nominal } = this.share;
    const after = this.inUse + width;
    if (after > nominal + borrowable) return false;
    const fromPool = after - Math.max(this.inUse, nominal - lendable);
    if (fromPool > 0 && fromPool > this.#pool.freeLendable) return false;
    this.inUse = after;
    return true;
  }

  give(width: number): void {
    this.inUse -= width;
  }
}

/** All levels that share the seats of one server. */
export class SeatPool {
  readonly #levels = new Set<LevelSeats>();

  /** The seats that levels lend and nobody uses. */
  get freeLendable(): number {
    let free = 0;
    for (const level of this.#levels) {
      free += level.share.lendable - level.ownLendableInUse - level.borrowed;
    }
    return free;
  }

  add(): LevelSeats {
    const level = new LevelSeats(this);
    this.#levels.add(level);
    return level;
  }

  remove(level: LevelSeats): void {
    this.#levels.delete(level);
  }
}
