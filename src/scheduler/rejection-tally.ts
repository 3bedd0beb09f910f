import type { CountedRefusal } from './diagnosis.ts';
import type { Refusal } from './framework.ts';

/**
 * How many nodes say what, kept while nodes change their minds: telling a pod why it waits costs by the distinct answers and
 * not by the nodes.
 */
export class RejectionTally<R extends Refusal> {
  readonly #counts = new Map<string, { readonly rejection: R; count: number }>();

  add(rejection: R): void {
    const key = keyOf(rejection);
    const counted = this.#counts.get(key);
    if (counted) counted.count++;
    else this.#counts.set(key, { rejection, count: 1 });
  }

  /** Takes back what {@link add} counted of an equal rejection. */
  remove(rejection: R): void {
    const key = keyOf(rejection);
    const counted = this.#counts.get(key);
    if (counted && --counted.count === 0) this.#counts.delete(key);
  }

  clear(): void {
    this.#counts.clear();
  }

  *[Symbol.iterator](): Iterator<CountedRefusal<R>> {
    for (const { rejection, count } of this.#counts.values()) yield [rejection, count];
  }
}

function keyOf(rejection: Refusal & { readonly plugin?: string }): string {
  return `${rejection.plugin}\n${rejection.reasons.join('\n')}`;
}
