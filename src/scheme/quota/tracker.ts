import { deepEqual } from '../../lib/deep-equal.ts';
import type { ScopedResourceSelectorRequirement } from '../generated/types/core-v1.ts';
import type { ApiObject } from '../object.ts';
import { addAmounts, type ResourceAmounts, subtractAmounts } from '../resources-of-pod.ts';
import type { QuotaEvaluator } from './evaluators.ts';

interface Contribution {
  readonly usage: ResourceAmounts;
  readonly endsAtMs: number | undefined;
}

/** What the objects of one resource, in one namespace, use of one quota: a sum that follows every change. */
export class UsageTracker {
  readonly #evaluator: QuotaEvaluator;
  readonly #scopes: readonly ScopedResourceSelectorRequirement[];
  readonly #sum: ResourceAmounts = {};
  readonly #contributions = new Map<string, Contribution>();
  /** Names of objects that will cease to count without a change of theirs. */
  readonly #ending = new Set<string>();

  constructor(
    evaluator: QuotaEvaluator,
    scopes: readonly ScopedResourceSelectorRequirement[],
    objects: readonly ApiObject[],
  ) {
    this.#evaluator = evaluator;
    this.#scopes = scopes;
    for (const object of objects) this.set(object.metadata.name ?? '', object);
  }

  /** Takes account of an object as it is now; whether that makes a difference. */
  set(name: string, object: ApiObject): boolean {
    const contribution = this.#contributionOf(object);
    if (deepEqual(this.#contributions.get(name), contribution)) return false;
    this.delete(name);
    if (contribution) this.#add(name, contribution);
    return true;
  }

  /** The object is no more; whether that makes a difference. */
  delete(name: string): boolean {
    const contribution = this.#contributions.get(name);
    if (!contribution) return false;
    subtractAmounts(this.#sum, contribution.usage);
    this.#contributions.delete(name);
    this.#ending.delete(name);
    return true;
  }

  /** What is used now. Not to be changed. */
  usageAt(nowMs: number): Readonly<ResourceAmounts> {
    for (const name of this.#ending) {
      const { usage, endsAtMs = nowMs } = this.#contributions.get(name) as Contribution;
      if (endsAtMs >= nowMs) continue;
      this.delete(name);
      this.#add(name, { usage: countsAlone(usage), endsAtMs: undefined });
    }
    return this.#sum;
  }

  /** When the next object ceases to count, in milliseconds since the epoch; undefined when none will. */
  nextEndMs(): number | undefined {
    let next: number | undefined;
    for (const name of this.#ending) {
      const { endsAtMs = Infinity } = this.#contributions.get(name) as Contribution;
      next = Math.min(next ?? endsAtMs, endsAtMs);
    }
    return next;
  }

  #contributionOf(object: ApiObject): Contribution | undefined {
    if (!this.#scopes.every((scope) => this.#evaluator.matchesScope(object, scope)))
      return undefined;
    const endsAtMs = this.#evaluator.endsAtMs?.(object);
    return { usage: this.#evaluator.usage(object), endsAtMs };
  }

  #add(name: string, contribution: Contribution): void {
    this.#contributions.set(name, contribution);
    addAmounts(this.#sum, contribution.usage);
    if (contribution.endsAtMs !== undefined) this.#ending.add(name);
  }
}

/** An object that has ceased to count is still there: its number counts as long as it is. */
function countsAlone(usage: ResourceAmounts): ResourceAmounts {
  const counts = Object.entries(usage).filter(([name]) => name.startsWith('count/'));
  return Object.fromEntries(counts);
}
