/** The value below which the share `p` (0 to 1) of the values lies; NaN of none. */
export function percentile(values: readonly number[], p: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const index = Math.min(sorted.length - 1, Math.max(0, Math.ceil(p * sorted.length) - 1));
  return sorted[index] as number;
}

export function median(values: readonly number[]): number {
  const low = percentile(values, 0.5);
  if (values.length % 2 === 1) return low;
  const sorted = [...values].sort((a, b) => a - b);
  return (low + (sorted[sorted.length / 2] ?? Number.NaN)) / 2;
}

const BUCKETS_PER_MS = 20;
const MAX_MS = 30_000;

/** Counts latencies in buckets of 0.05 ms: millions of them without keeping each. */
export class LatencyHistogram {
  readonly #buckets = new Uint32Array(MAX_MS * BUCKETS_PER_MS + 1);
  #count = 0;
  #maxMs = 0;

  get count(): number {
    return this.#count;
  }

  get maxMs(): number {
    return this.#maxMs;
  }

  add(latencyMs: number): void {
    const bucket = Math.round(Math.min(MAX_MS, Math.max(0, latencyMs)) * BUCKETS_PER_MS);
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    this.#count++;
    if (latencyMs > this.#maxMs) this.#maxMs = latencyMs;
  }

  /** In milliseconds; NaN when nothing was counted. */
  percentile(p: number): number {
    const wanted = Math.max(1, Math.ceil(p * this.#count));
    let seen = 0;
    for (let i = 0; i < this.#buckets.length; i++) {
      seen += this.#buckets[i] as number;
      if (seen >= wanted) return i / BUCKETS_PER_MS;
    }
    return Number.NaN;
  }
}
