/**
 * What the objects of quotas use, kept as they change. Only resources that a quota names are watched, and a quota's objects are
 * added up once, when it is first asked for; from then on only changes cost something.
 */
import { deepEqual } from '../../lib/deep-equal.ts';
import { addNamespaceIndex } from '../../machinery/indexes.ts';
import { INDEX_NAMESPACE, type Informer, type InformerFactory } from '../../machinery/informer.ts';
import type { ResourceQuota } from '../../scheme/generated/types/core-v1.ts';
import { type ApiObject, keyOf, type NamespacedKey } from '../../scheme/object.ts';
import { scopesOf } from '../../scheme/quota/scopes.ts';
import { UsageTracker } from '../../scheme/quota/tracker.ts';
import { qualifiedName } from '../../scheme/resource.ts';
import type { ResourceAmounts } from '../../scheme/resources-of-pod.ts';
import { type CountedResource, limitedNames } from './plan.ts';

interface TrackedQuota {
  readonly scopes: ReturnType<typeof scopesOf>;
  readonly tracker: UsageTracker;
}

/** The objects of one resource, and what each quota has of them: by namespace and the quota's key. */
interface Monitor {
  readonly informer: Informer;
  readonly quotas: Map<string, Map<NamespacedKey, TrackedQuota>>;
}

export interface QuotaUsage {
  /** By the quota's names that something is counted by. */
  readonly amounts: Readonly<ResourceAmounts>;
  /** When it is less without any change, in milliseconds since the epoch; undefined when never. */
  readonly nextEndMs: number | undefined;
}

export class UsageMonitor {
  readonly #informers: InformerFactory;
  readonly #onChange: (quota: NamespacedKey) => void;
  readonly #monitors = new Map<string, Monitor>();

  /** @param onChange hears of each quota of which another amount is used than before */
  constructor(informers: InformerFactory, onChange: (quota: NamespacedKey) => void) {
    this.#informers = informers;
    this.#onChange = onChange;
  }

  /** Resolves when the objects of these resources are known. */
  async ready(counted: readonly CountedResource[]): Promise<void> {
    await Promise.all(counted.map((one) => this.#monitorOf(one).informer.synced));
  }

  /** Resolves when every change of these resources is known that was acknowledged before the call. */
  async catchUp(counted: readonly CountedResource[]): Promise<void> {
    await Promise.all(counted.map((one) => this.#monitorOf(one).informer.catchUp()));
  }

  /** What the quota's objects use at `nowMs`; {@link ready} first. */
  usageOf(quota: ResourceQuota, counted: readonly CountedResource[], nowMs: number): QuotaUsage {
    const amounts: ResourceAmounts = {};
    let nextEndMs: number | undefined;
    for (const one of counted) {
      const tracker = this.#trackerOf(one, quota);
      const usage = tracker.usageAt(nowMs);
      for (const name of limitedNames(quota)) {
        if (one.evaluator.uses(name)) amounts[name] = usage[name] ?? 0;
      }
      const endMs = tracker.nextEndMs();
      if (endMs !== undefined) nextEndMs = Math.min(nextEndMs ?? endMs, endMs);
    }
    return { amounts, nextEndMs };
  }

  /** The quota is no more. */
  forget(quota: ResourceQuota): void {
    const { namespace = '' } = quota.metadata;
    for (const { quotas } of this.#monitors.values()) {
      const tracked = quotas.get(namespace);
      tracked?.delete(keyOf(quota));
      if (tracked?.size === 0) quotas.delete(namespace);
    }
  }

  #monitorOf({ definition }: CountedResource): Monitor {
    const name = qualifiedName(definition);
    const known = this.#monitors.get(name);
    if (known) return known;
    const informer: Informer = this.#informers.informer(definition);
    const monitor: Monitor = { informer, quotas: new Map() };
    this.#monitors.set(name, monitor);
    addNamespaceIndex(informer);
    const set = (object: ApiObject): void =>
      this.#note(monitor, object, (tracker, objectName) => tracker.set(objectName, object));
    informer.addHandler({
      onAdd: set,
      onUpdate: (_, object) => set(object),
      onDelete: (object) =>
        this.#note(monitor, object, (tracker, objectName) => tracker.delete(objectName)),
    });
    return monitor;
  }

  #note(
    { quotas }: Monitor,
    { metadata: { name = '', namespace = '' } }: ApiObject,
    change: (tracker: UsageTracker, name: string) => boolean,
  ): void {
    for (const [key, { tracker }] of quotas.get(namespace) ?? []) {
      if (change(tracker, name)) this.#onChange(key);
    }
  }

  #trackerOf(one: CountedResource, quota: ResourceQuota): UsageTracker {
    const { informer, quotas } = this.#monitorOf(one);
    const { namespace = '' } = quota.metadata;
    const tracked = quotas.get(namespace) ?? new Map<NamespacedKey, TrackedQuota>();
    quotas.set(namespace, tracked);
    const scopes = scopesOf(quota);
    const known = tracked.get(keyOf(quota));
    if (known && deepEqual(known.scopes, scopes)) return known.tracker;
    const objects = informer.byIndex(INDEX_NAMESPACE, namespace);
    const tracker = new UsageTracker(one.evaluator, scopes, objects);
    tracked.set(keyOf(quota), { scopes, tracker });
    return tracker;
  }
}
