import type { MaybePromise } from '../../../lib/maybe-promise.ts';
import type { ResourceQuota } from '../../../scheme/generated/types/core-v1.ts';
import type { QuotaEvaluator } from '../../../scheme/quota/evaluators.ts';
import { scopesOf } from '../../../scheme/quota/scopes.ts';
import { UsageTracker } from '../../../scheme/quota/tracker.ts';
import type { ResourceCache, StoreEventBatch, Subscription } from '../../../store/store.ts';

/**
 * What quotas are used by the objects of one resource, as the cache of that resource shows them: at every moment the two agree,
 * because the cache hands over each change in the same turn in which it shows it. A tracker is built when a quota is first
 * asked for, from all objects of its namespace; from then on it costs something only when one of them changes.
 */
export class UsageIndex {
  readonly #evaluator: QuotaEvaluator;
  readonly #cache: ResourceCache;
  readonly #quotas: ResourceCache;
  readonly #namespaces = new Map<string, Map<string, UsageTracker>>();
  #subscription: Promise<Subscription> | undefined;
  #isLive = false;

  constructor(evaluator: QuotaEvaluator, cache: ResourceCache, quotas: ResourceCache) {
    this.#evaluator = evaluator;
    this.#cache = cache;
    this.#quotas = quotas;
  }

  /** Resolves once trackers follow the cache; nothing to wait for when they do already. */
  ready(): MaybePromise<void> {
    if (this.#isLive) return;
    this.#subscription ??= this.#subscribe();
    return this.#subscription.then(() => undefined);
  }

  /** The tracker of `quota`, {@link ready} first. */
  trackerOf(quota: ResourceQuota): UsageTracker {
    const { namespace = '', uid = '' } = quota.metadata;
    const trackers = this.#namespaces.get(namespace) ?? new Map<string, UsageTracker>();
    this.#namespaces.set(namespace, trackers);
    const known = trackers.get(uid);
    if (known) return known;
    const { items } = this.#cache.list(namespace);
    const tracker = new UsageTracker(this.#evaluator, scopesOf(quota), items);
    trackers.set(uid, tracker);
    return tracker;
  }

  async #subscribe(): Promise<Subscription> {
    const afterResourceVersion = this.#cache.resourceVersion;
    try {
      const subscription = await this.#cache.subscribe({
        afterResourceVersion,
        subscriber: { onBatch: (batch) => this.#apply(batch), onClose: () => this.#reset() },
      });
      this.#isLive = true;
      return subscription;
    } catch (error) {
      this.#reset();
      throw error;
    }
  }

  #apply({ events }: StoreEventBatch): void {
    if (this.#namespaces.size === 0) return;
    for (const { type, key, object } of events) {
      const trackers = this.#namespaces.get(key.namespace);
      if (!trackers) continue;
      for (const tracker of trackers.values()) {
        if (type === 'DELETED') tracker.delete(key.name);
        else tracker.set(key.name, object);
      }
    }
    for (const { key } of events) this.#forgetGone(key.namespace);
  }

  /** Quotas that are no more need no tracker. */
  #forgetGone(namespace: string): void {
    const trackers = this.#namespaces.get(namespace);
    if (!trackers) return;
    const present = new Set(this.#quotas.list(namespace).items.map(({ metadata }) => metadata.uid));
    for (const uid of trackers.keys()) if (!present.has(uid)) trackers.delete(uid);
    if (trackers.size === 0) this.#namespaces.delete(namespace);
  }

  /** The stream has ended: what was tracked is old. The next request begins anew. */
  #reset(): void {
    this.#namespaces.clear();
    this.#subscription = undefined;
    this.#isLive = false;
  }
}
