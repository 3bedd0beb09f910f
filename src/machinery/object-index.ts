interface Bucket<T> {
  readonly members: Map<string, T>;
  /** What {@link ObjectIndex.get} hands out: made when asked for, dropped at the next change. */
  snapshot: readonly T[] | undefined;
}

const NOTHING: readonly never[] = [];

/**
 * Objects by a value computed from each. A change costs as much as the values that it touches, whatever the number of
 * objects; reading a value twice without a change between copies nothing.
 */
export class ObjectIndex<T> {
  readonly #values: (object: T) => readonly string[];
  readonly #buckets = new Map<string, Bucket<T>>();

  /** @param values Must give the same for the same object each time. */
  constructor(values: (object: T) => readonly string[]) {
    this.#values = values;
  }

  get(value: string): readonly T[] {
    const bucket = this.#buckets.get(value);
    if (!bucket) return NOTHING;
    bucket.snapshot ??= [...bucket.members.values()];
    return bucket.snapshot;
  }

  /** Follows one change of the object at `key`: undefined before a creation and after a deletion. */
  replace(key: string, previous: T | undefined, object: T | undefined): void {
    const before = previous === undefined ? NOTHING : this.#values(previous);
    const after = object === undefined ? NOTHING : this.#values(object);
    for (const value of before) if (!after.includes(value)) this.#remove(value, key);
    if (object !== undefined) for (const value of after) this.#put(value, key, object);
  }

  #put(value: string, key: string, object: T): void {
    const bucket = this.#buckets.get(value);
    if (!bucket) {
      this.#buckets.set(value, { members: new Map([[key, object]]), snapshot: undefined });
      return;
    }
    bucket.members.set(key, object);
    bucket.snapshot = undefined;
  }

  #remove(value: string, key: string): void {
    const bucket = this.#buckets.get(value);
    if (!bucket) return;
    bucket.members.delete(key);
    bucket.snapshot = undefined;
    if (bucket.members.size === 0) this.#buckets.delete(value);
  }
}
