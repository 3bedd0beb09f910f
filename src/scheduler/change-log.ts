/** Past this many times the distinct names, what is remembered of changes is dropped. */
const MAX_LENGTH_FACTOR = 4;
const MIN_LENGTH = 1024;

/**
 * The names that changed, in order, for readers that each remember how far they have read: one change costs the same with
 * one reader as with a hundred, and a reader that is not used costs nothing.
 */
export class ChangeLog {
  #names: string[] = [];
  #start = 0;

  /** Where a reader that knows the present begins. */
  get end(): number {
    return this.#start + this.#names.length;
  }

  /** @param distinct How many names there are, which bounds what is kept. */
  add(name: string, distinct: number): void {
    if (this.#names.length > MIN_LENGTH + MAX_LENGTH_FACTOR * distinct) {
      this.#start = this.end;
      this.#names = [];
    }
    this.#names.push(name);
  }

  /** The names that changed since `position`, each once; undefined when that is not remembered any more. */
  since(position: number): ReadonlySet<string> | undefined {
    if (position < this.#start) return undefined;
    return new Set(this.#names.slice(position - this.#start));
  }
}
