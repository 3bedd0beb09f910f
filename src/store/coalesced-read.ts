/**
 * Lets concurrent callers share one read without ever giving one an answer from before it asked: callers that come while a
 * read is under way share the next.
 */
export class CoalescedRead<T> {
  readonly #work: () => Promise<T>;
  #running: Promise<T> | undefined;
  #next: Promise<T> | undefined;

  constructor(work: () => Promise<T>) {
    this.#work = work;
  }

  read(): Promise<T> {
    this.#next ??= this.#readAfter(this.#running);
    return this.#next;
  }

  async #readAfter(previous: Promise<T> | undefined): Promise<T> {
    // Ignored: the failure of the read before belongs to its own callers.
    await previous?.catch(() => undefined);
    this.#next = undefined;
    const read = this.#work();
    this.#running = read;
    try {
      return await read;
    } finally {
      if (this.#running === read) this.#running = undefined;
    }
  }
}
