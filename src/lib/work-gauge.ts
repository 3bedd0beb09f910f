/** Tells since when the oldest of its work waits or is being done, on the cluster's clock; undefined when it has none. */
export type WorkSource = () => number | undefined;

/** What a process has to do at the moment, by those who do it: how far its deeds are behind its clock. */
export class WorkGauge {
  readonly #sources = new Set<WorkSource>();

  /** @returns what removes it again */
  add(source: WorkSource): () => void {
    this.#sources.add(source);
    return () => this.#sources.delete(source);
  }

  /** Since when the oldest work waits; undefined when all is done. */
  oldestMs(): number | undefined {
    let oldest: number | undefined;
    for (const source of this.#sources) {
      const sinceMs = source();
      if (sinceMs !== undefined) oldest = Math.min(oldest ?? sinceMs, sinceMs);
    }
    return oldest;
  }
}
