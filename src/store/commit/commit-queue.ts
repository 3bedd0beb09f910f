import type { Transaction } from './transaction.ts';

/**
 * Which waiting transactions share the next group commit.
 *
 * Rules: first come, first served within a lane; foreground before background, which has a share of every batch: no less, so
 * that it never starves, and no more while there is foreground work, whose processor time it would take; two transactions
 * that touch one object never share a batch (the second's precondition is about what the first leaves behind), and their
 * order is kept.
 */
export interface CommitQueueLimits {
  readonly maxBatchWrites: number;
  /** In characters of JSON. */
  readonly maxBatchSize: number;
}

/** The part of a batch that waiting background transactions may count on, and that they get beside foreground ones. */
const BACKGROUND_SHARE = 0.1;
/** A background transaction too large for that share goes first once it has watched this many batches leave. */
const MAX_BATCHES_WITHOUT_BACKGROUND = 4;
/** Bounds the search past transactions that must wait for one before them. */
const MAX_SCANNED_PER_WRITE = 4;

export class CommitQueue {
  readonly #limits: CommitQueueLimits;
  #foreground: Transaction[] = [];
  #background: Transaction[] = [];
  #writes = 0;
  #size = 0;
  #batchesWithoutBackground = 0;

  constructor(limits: CommitQueueLimits) {
    this.#limits = limits;
  }

  /** Waiting writes. */
  get writes(): number {
    return this.#writes;
  }

  /** Characters of JSON that wait. */
  get size(): number {
    return this.#size;
  }

  get isEmpty(): boolean {
    return this.#foreground.length === 0 && this.#background.length === 0;
  }

  get hasForeground(): boolean {
    return this.#foreground.length > 0;
  }

  add(transaction: Transaction): void {
    const lane = transaction.lane === 'foreground' ? this.#foreground : this.#background;
    lane.push(transaction);
    this.#writes += transaction.writes.length;
    this.#size += transaction.size;
  }

  /** Takes the next batch out, in the order in which it is to be committed; empty when nothing waits. */
  takeBatch(): Transaction[] {
    const batch = new Batch(this.#limits);
    const { maxBatchWrites } = this.#limits;
    const waiting = this.#background.length;
    if (this.#batchesWithoutBackground >= MAX_BATCHES_WITHOUT_BACKGROUND) {
      this.#background = batch.fill(this.#background, maxBatchWrites * BACKGROUND_SHARE);
    }
    const reserved = waiting > 0 ? maxBatchWrites * BACKGROUND_SHARE : 0;
    this.#foreground = batch.fill(this.#foreground, maxBatchWrites - reserved);
    this.#background = batch.fill(this.#background, this.#roomForBackground(batch.writes));
    const starved = waiting > 0 && this.#background.length === waiting;
    this.#batchesWithoutBackground = starved ? this.#batchesWithoutBackground + 1 : 0;
    this.#writes -= batch.writes;
    this.#size -= batch.size;
    return batch.transactions;
  }

  /** How many writes a batch may have in all, when so many are in it already. */
  #roomForBackground(writes: number): number {
    const { maxBatchWrites } = this.#limits;
    if (writes === 0) return maxBatchWrites;
    return Math.min(maxBatchWrites, writes + Math.ceil(writes * BACKGROUND_SHARE));
  }

  /** Takes out what `predicate` chooses. */
  remove(predicate: (transaction: Transaction) => boolean): Transaction[] {
    const removed: Transaction[] = [];
    const keep = (transaction: Transaction): boolean => {
      if (!predicate(transaction)) return true;
      removed.push(transaction);
      this.#writes -= transaction.writes.length;
      this.#size -= transaction.size;
      return false;
    };
    this.#foreground = this.#foreground.filter(keep);
    this.#background = this.#background.filter(keep);
    return removed;
  }
}

class Batch {
  readonly transactions: Transaction[] = [];
  writes = 0;
  size = 0;
  readonly #limits: CommitQueueLimits;
  /** Objects of this batch, and of those that have to wait for a later one. */
  readonly #blocked = new Set<string>();
  /** Objects that those rely on. */
  readonly #guarded = new Set<string>();

  constructor(limits: CommitQueueLimits) {
    this.#limits = limits;
  }

  /** Takes from the front of `lane` up to `maxWrites` in all; returns what stays. */
  fill(lane: Transaction[], maxWrites: number): Transaction[] {
    const waiting: Transaction[] = [];
    const lastScanned = Math.min(lane.length, Math.ceil(maxWrites * MAX_SCANNED_PER_WRITE));
    let next = 0;
    for (; next < lastScanned; next++) {
      const transaction = lane[next] as Transaction;
      if (!this.#hasRoom(transaction, maxWrites)) break;
      if (this.#block(transaction)) waiting.push(transaction);
      else this.#take(transaction);
    }
    return next === lane.length ? waiting : waiting.concat(lane.slice(next));
  }

  #hasRoom(transaction: Transaction, maxWrites: number): boolean {
    // One that is larger than a whole batch travels alone.
    if (this.transactions.length === 0) return true;
    return (
      this.writes + transaction.writes.length <= maxWrites &&
      this.size + transaction.size <= this.#limits.maxBatchSize
    );
  }

  /**
   * Claims the transaction's objects; returns whether it must wait for one that claimed them before. Any number may rely on
   * one object, but not beside one that writes it.
   */
  #block({ writes, guards }: Transaction): boolean {
    const blocked = this.#blocked;
    const before = blocked.size;
    let mustWait = guards.some(({ id }) => blocked.has(id));
    for (const { id } of writes) {
      if (this.#guarded.has(id)) mustWait = true;
      blocked.add(id);
    }
    for (const { id } of guards) this.#guarded.add(id);
    return mustWait || blocked.size - before < writes.length;
  }

  #take(transaction: Transaction): void {
    this.transactions.push(transaction);
    this.writes += transaction.writes.length;
    this.size += transaction.size;
  }
}
