import { tooManyRequests } from '../scheme/errors.ts';

/** After how long a refused client should come back. */
const RETRY_AFTER_SECONDS = 1;

/** Bounds how many requests are under way at once; the ones past the bound are refused at once, not queued. */
export class InFlightLimiter {
  readonly #max: number;
  #underWay = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get underWay(): number {
    return this.#underWay;
  }

  /** Takes a place: pair it with {@link leave}. @throws {ApiError} TooManyRequests when every place is taken */
  enter(): void {
    if (this.#underWay >= this.#max) {
      throw tooManyRequests(
        `too many requests: ${this.#underWay} are under way; try again in ${RETRY_AFTER_SECONDS} s`,
        RETRY_AFTER_SECONDS,
      );
    }
    this.#underWay++;
  }

  leave(): void {
    this.#underWay--;
  }
}
