import type { ScopedResourceSelectorRequirement } from '../../../scheme/generated/types/core-v1.ts';
import type { ApiObject } from '../../../scheme/object.ts';
import {
  addAmounts,
  type ResourceAmounts,
  subtractAmounts,
} from '../../../scheme/resources-of-pod.ts';
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

  set(name: string, object: ApiObject): void {
    this.delete(name);
    if (!this.#scopes.every((scope) => this.#evaluator.matchesScope(object, scope))) return;
    const endsAtMs = this.#evaluator.endsAtMs?.(object);
    this.#add(name, { usage: this.#evaluator.usage(object), endsAtMs });
  }

  delete(name: string): void {
    const contribution = this.#contributions.get(name);
    if (!contribution) return;
    subtractAmounts(this.#sum, contribution.usage);
    this.#contributions.delete(name);
    this.#ending.delete(name);
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
