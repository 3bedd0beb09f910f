/**
 * Pods whose tracking finalizer this process has removed, until its informer shows it: in between, the informer's Pod still
 * looks as if it had to be counted.
 */
export class ReleasedFinalizers {
  readonly #uidsOfKey = new Map<string, Set<string>>();

  /** To be called before the writes: the informer may be faster than the answer. */
  expect(key: string, uids: Iterable<string>): void {
    const known = this.#uidsOfKey.get(key) ?? new Set();
    for (const uid of uids) known.add(uid);
    this.#uidsOfKey.set(key, known);
  }

  /** The informer shows it, or the write failed. */
  forgetPod(key: string, uid: string): void {
    const uids = this.#uidsOfKey.get(key);
    uids?.delete(uid);
    if (uids?.size === 0) this.#uidsOfKey.delete(key);
  }

  /** A copy: events come in while it is looked at. */
  of(key: string): ReadonlySet<string> {
    return new Set(this.#uidsOfKey.get(key));
  }

  forget(key: string): void {
    this.#uidsOfKey.delete(key);
  }
}
