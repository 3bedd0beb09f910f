/**
 * Lets something happen so many times a second on average, and a burst of it at once. The caller brings the time, in
 * milliseconds on any clock that never goes back.
 */
export class TokenBucket {
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #filledAtMs: number | undefined;

  /** @param burst How many may happen at once after a quiet time; none ever happens when the rate is 0. */
  constructor({ perSecond, burst }: { readonly perSecond: number; readonly burst: number }) {
    this.#perMs = perSecond / 1_000;
    this.#burst = perSecond === 0 ? 0 : burst;
    this.#tokens = this.#burst;
  }

  /** Whether it may happen now; if so, it counts as happened. */
  take(nowMs: number): boolean {
    if (!this.allows(nowMs)) return false;
    this.charge(1);
    return true;
  }

  /** Whether it may happen now. */
  allows(nowMs: number): boolean {
    const elapsedMs = nowMs - (this.#filledAtMs ?? nowMs);
    this.#filledAtMs = nowMs;
    this.#tokens = Math.min(this.#burst, this.#tokens + elapsedMs * this.#perMs);
    return this.#tokens >= 1;
  }

  /** Counts so much as happened, where that is known afterwards only. What is too much is made up for by waiting. */
  charge(amount: number): void {
    this.#tokens -= amount;
  }
}
