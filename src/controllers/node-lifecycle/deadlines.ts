import { Heap } from '../../lib/heap.ts';

interface Deadline {
  readonly name: string;
  dueMs: number;
  /** Its place in the heap: never after `dueMs`, and changed only while it is not in there. */
  queuedMs: number;
}

/**
 * Deadlines by name, in order of their time. They are put off far more often than they pass: putting one off is one
 * assignment, and the order learns of it when the deadline would have been next.
 */
export class Deadlines {
  readonly #byName = new Map<string, Deadline>();
  readonly #heap = new Heap<Deadline>((a, b) => a.queuedMs - b.queuedMs);

  /** Sets the deadline of `name`, or moves it. */
  set(name: string, dueMs: number): void {
    const known = this.#byName.get(name);
    if (known && known.queuedMs <= dueMs) known.dueMs = dueMs;
    else this.#enqueue({ name, dueMs, queuedMs: dueMs });
  }

  delete(name: string): void {
    this.#byName.delete(name);
  }

  /** The time of the next deadline; undefined when there is none. */
  nextMs(): number | undefined {
    return this.#next()?.dueMs;
  }

  /** Takes out those that are over at `nowMs`, the first of them first. */
  takePassed(nowMs: number): string[] {
    const passed: string[] = [];
    for (let next = this.#next(); next && next.dueMs < nowMs; next = this.#next()) {
      this.#heap.pop();
      this.#byName.delete(next.name);
      passed.push(next.name);
    }
    return passed;
  }

  #enqueue(deadline: Deadline): void {
    this.#byName.set(deadline.name, deadline);
    this.#heap.push(deadline);
  }

  /** The first of the heap, once it is one that still counts and stands where it should. */
  #next(): Deadline | undefined {
    for (let top = this.#heap.peek(); top; top = this.#heap.peek()) {
      const counts = this.#byName.get(top.name) === top;
      if (counts && top.queuedMs === top.dueMs) return top;
      this.#heap.pop();
      if (!counts) continue;
      top.queuedMs = top.dueMs;
      this.#heap.push(top);
    }
    return undefined;
  }
}
