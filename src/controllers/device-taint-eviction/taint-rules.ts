/** DeviceTaintRules: which claims they concern, and what their status tells. */
import { deepEqual } from '../../lib/deep-equal.ts';
import {
  type ControllerContext,
  done,
  type ReconcileResult,
  requeueAfter,
} from '../../machinery/controller.ts';
import type { Informer } from '../../machinery/informer.ts';
import { resourceDeviceTaintRules } from '../../scheme/generated/resources.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import type { ResourceClaim, ResourceSlice } from '../../scheme/generated/types/resource-v1.ts';
import type { DeviceTaintRule } from '../../scheme/generated/types/resource-v1beta2.ts';
import { keyOf } from '../../scheme/object.ts';
import { TAINT_NO_EXECUTE } from '../../scheme/taints.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import { concerns, countAllocated, countPublished, isEvictedBy } from './plan.ts';
import {
  type RuleCounts,
  STATUS_PERIOD_MS,
  statusDueInMs,
  withEvictionCondition,
} from './status.ts';

export interface TaintRulesOptions {
  readonly context: ControllerContext;
  readonly claims: Informer<ResourceClaim>;
  readonly slices: Informer<ResourceSlice>;
  /** Those that use the claim, have not ended and are not going yet. */
  readonly podsOf: (claim: ResourceClaim) => readonly Pod[];
}

export class TaintRules {
  readonly #options: TaintRulesOptions;
  readonly #rules: Informer<DeviceTaintRule>;
  /** By rule: the uids of the Pods that have gone by it since this process began. */
  readonly #evicted = new Map<string, Set<string>>();

  constructor(options: TaintRulesOptions) {
    this.#options = options;
    this.#rules = options.context.informers.informer(resourceDeviceTaintRules);
    this.#rules.addHandler({
      onAdd: (rule) => this.#onChange(rule),
      onUpdate: (previous, rule) => {
        if (!deepEqual(previous.spec, rule.spec)) this.#onChange(rule, previous);
      },
      onDelete: (rule) => {
        this.#evicted.delete(rule.metadata.uid ?? '');
        this.#addClaims(rule);
      },
    });
  }

  /** Keys of claims have a namespace. */
  owns(key: string): boolean {
    return !key.includes('/');
  }

  all(): readonly DeviceTaintRule[] {
    return [...this.#rules.list()];
  }

  /** Brings the status of the rule up to date, now and then. */
  async reconcile(name: string): Promise<ReconcileResult> {
    const rule = this.#rules.get(name);
    if (!rule) return done;
    const { client, clock } = this.#options.context;
    const waitMs = statusDueInMs(rule, clock.now());
    if (waitMs > 0) return requeueAfter(waitMs);
    const next = withEvictionCondition(rule, this.#count(rule), clock.now());
    if (next !== rule) {
      const update = client.update(resourceDeviceTaintRules, next, { subresource: 'status' });
      await ignoreNotFound(update);
    }
    return done;
  }

  /** Hears of each Pod that has been sent away from the devices of the claim. */
  onEvicted(pod: Pod, claim: ResourceClaim): void {
    for (const rule of this.#rules.list()) {
      const { name = '', uid = '' } = rule.metadata;
      if (rule.spec.taint.effect !== TAINT_NO_EXECUTE || !isEvictedBy(rule, claim)) continue;
      const gone = this.#evicted.get(uid) ?? new Set();
      this.#evicted.set(uid, gone.add(pod.metadata.uid ?? ''));
      this.#options.context.queue.addAfter(name, STATUS_PERIOD_MS);
    }
  }

  #onChange(rule: DeviceTaintRule, previous?: DeviceTaintRule): void {
    this.#options.context.queue.add(rule.metadata.name ?? '');
    this.#addClaims(rule);
    if (previous) this.#addClaims(previous);
  }

  /** Rules come and go seldom: each looks at all claims. */
  #addClaims(rule: DeviceTaintRule): void {
    const { claims, context } = this.#options;
    for (const claim of claims.list()) if (concerns(rule, claim)) context.queue.add(keyOf(claim));
  }

  #count(rule: DeviceTaintRule): RuleCounts {
    const { claims, podsOf, slices } = this.#options;
    const own = [...claims.list()].filter((claim) => isEvictedBy(rule, claim));
    const pending = new Map(own.flatMap(podsOf).map(({ metadata }) => [metadata.uid, metadata]));
    return {
      pendingPods: pending.size,
      pendingNamespaces: new Set([...pending.values()].map(({ namespace }) => namespace)).size,
      publishedDevices: countPublished(rule, [...slices.list()]),
      allocatedDevices: countAllocated(rule, claims.list()),
      evictedPods: this.#evicted.get(rule.metadata.uid ?? '')?.size ?? 0,
    };
  }
}
