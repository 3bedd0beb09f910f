import { CelCostError } from './errors.ts';
import { COST_PER_CHARACTER } from './prices.ts';

/** What one expression may cost, as in Kubernetes: about a tenth of a second of evaluation there. */
export const EXPRESSION_COST_LIMIT = 1_000_000;
/** What all expressions of one policy, or all rules of one custom resource, may cost for one request. */
export const REQUEST_COST_LIMIT = 10_000_000;
/** What the match conditions of one webhook may cost for one request. */
export const MATCH_CONDITIONS_COST_LIMIT = REQUEST_COST_LIMIT / 4;

/**
 * Counts what an evaluation has cost, and stops it past its limit. Costs are counted and not timed, so that the same
 * expression on the same object always stops, or never does.
 */
export class Spend {
  #left: number;
  readonly #limit: number;

  constructor(limit: number) {
    this.#left = limit;
    this.#limit = limit;
  }

  /** What has been spent so far. */
  get spent(): number {
    return this.#limit - this.#left;
  }

  /** @throws {CelCostError} when the budget is spent. */
  charge(units: number): void {
    this.#left -= units;
    if (this.#left < 0) throw new CelCostError();
  }

  /** Charges for reading `length` characters or bytes. */
  chargeText(length: number): void {
    this.charge(Math.ceil(length * COST_PER_CHARACTER));
  }
}

/** What all the expressions of one request may still cost together. */
export class CostBudget {
  readonly #limit: number;
  #left: number;

  constructor(limit: number = REQUEST_COST_LIMIT) {
    this.#limit = limit;
    this.#left = limit;
  }

  /** The least of what one expression may cost and what is left for all. */
  get next(): number {
    return Math.max(0, Math.min(this.#left, EXPRESSION_COST_LIMIT));
  }

  /** What all expressions have cost so far. */
  get spent(): number {
    return this.#limit - this.#left;
  }

  take(units: number): void {
    this.#left -= units;
  }
}
