/** What became of the keys of a work queue, in order, and whether that was right. */
export class QueueHistory {
  /** Two runs of a key at once, both of which could write. */
  readonly violations: string[] = [];
  readonly #touches = new Map<string, number>();
  readonly #starts = new Map<string, number>();
  readonly #mayWrite = new Map<string, () => boolean>();
  #moment = 0;

  get starts(): number {
    return this.#starts.size;
  }

  /** `key` has changed: it must start once more. */
  touch(key: string): void {
    this.#touches.set(key, ++this.#moment);
  }

  /** A run of `key` starts, which can write for as long as `mayWrite` says so. Returns what to call when it ends. */
  start(key: string, mayWrite: () => boolean): () => void {
    if (this.#mayWrite.get(key)?.()) this.violations.push(key);
    this.#starts.set(key, ++this.#moment);
    this.#mayWrite.set(key, mayWrite);
    return () => {
      if (this.#mayWrite.get(key) === mayWrite) this.#mayWrite.delete(key);
    };
  }

  /** Keys that have not started since they were touched last. */
  unseen(): string[] {
    return [...this.#touches].flatMap(([key, moment]) =>
      (this.#starts.get(key) ?? 0) < moment ? key : [],
    );
  }
}
