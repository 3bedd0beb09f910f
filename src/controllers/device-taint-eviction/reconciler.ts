/**
 * Device taint eviction: Pods leave devices with NoExecute taints that their claim does not tolerate, or no longer. A job is a
 * claim with the Pods that it is reserved for.
 */
import { deepEqual } from '../../lib/deep-equal.ts';
import {
  type Controller,
  type ControllerContext,
  done,
  type ReconcileResult,
  requeueAfter,
} from '../../machinery/controller.ts';
import type { Informer } from '../../machinery/informer.ts';
import {
  corePods,
  resourceResourceClaims,
  resourceResourceSlices,
} from '../../scheme/generated/resources.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import type {
  DeviceRequestAllocationResult,
  ResourceClaim,
  ResourceSlice,
} from '../../scheme/generated/types/resource-v1.ts';
import { keyOf, namespacedKey } from '../../scheme/object.ts';
import { concurrently, throwFirst } from '../shared/concurrently.ts';
import { evictPod } from '../shared/evict-pod.ts';
import { isPodTerminal } from '../shared/pods.ts';
import { devicesOf, dueTimeMs, poolKey, taintedDevices } from './plan.ts';
import { TaintRules } from './taint-rules.ts';

export const REASON_DEVICE_TAINT_MANAGER_EVICTION = 'DeviceTaintManagerEviction';

const DISRUPTION = {
  reason: 'DeletionByDeviceTaintManager',
  message: 'Device Taint manager: deleting due to NoExecute taint',
};
const EVICTION_CONCURRENCY = 50;
const INDEX_POOL = 'devicePool';

export interface DeviceTaintEvictionOptions {
  /** Whether DeviceTaintRules are served: what is not served cannot be watched. @default true */
  readonly hasDeviceTaintRules?: boolean;
}

/** Its keys are those of claims, and names of rules. */
export function createDeviceTaintEvictionController({
  hasDeviceTaintRules = true,
}: DeviceTaintEvictionOptions = {}): Controller {
  return {
    name: 'device-taint-eviction',
    // It remembers whom it has told that they are to go later.
    singleton: true,
    setUp(context) {
      const eviction = new DeviceTaintEviction(context, hasDeviceTaintRules);
      return (key) => eviction.reconcile(key);
    },
  };
}

class DeviceTaintEviction {
  readonly #context: ControllerContext;
  readonly #claims: Informer<ResourceClaim>;
  readonly #slices: Informer<ResourceSlice>;
  readonly #pods: Informer<Pod>;
  /** By claim: its taints that do not say when they were added, and when they were first seen. */
  readonly #seenMs = new Map<string, Map<string, number>>();
  /** Claims whose Pods are due later. */
  readonly #scheduled = new Set<string>();
  readonly #rules: TaintRules | undefined;

  constructor(context: ControllerContext, hasTaintRules: boolean) {
    const { informers, queue } = context;
    this.#context = context;
    this.#pods = informers.informer(corePods);
    this.#claims = informers.informer(resourceResourceClaims);
    this.#slices = informers.informer(resourceResourceSlices);
    this.#claims.addIndex(INDEX_POOL, (claim) => [
      ...new Set(devicesOf(claim).map(({ driver, pool }) => poolKey(driver, pool))),
    ]);
    this.#slices.addIndex(INDEX_POOL, (slice) => [poolOf(slice)]);
    this.#claims.addHandler({
      onAdd: (claim) => queue.add(keyOf(claim)),
      onUpdate: (previous, claim) => {
        if (!deepEqual(previous.status, claim.status)) queue.add(keyOf(claim));
      },
      onDelete: (claim) => this.#forget(keyOf(claim)),
    });
    this.#slices.addHandler({
      onAdd: (slice) => this.#addClaimsOf(slice),
      onUpdate: (previous, slice) => {
        const isSame =
          previous.spec.pool.generation === slice.spec.pool.generation &&
          deepEqual(taintedDevices(previous), taintedDevices(slice));
        if (!isSame) this.#addClaimsOf(slice);
      },
      onDelete: (slice) => this.#addClaimsOf(slice),
    });
    if (!hasTaintRules) return;
    const { claims, slices } = { claims: this.#claims, slices: this.#slices };
    this.#rules = new TaintRules({
      context,
      claims,
      slices,
      podsOf: (claim) => this.#podsOf(claim),
    });
  }

  reconcile(key: string): Promise<ReconcileResult> {
    if (this.#rules?.owns(key)) return this.#rules.reconcile(key);
    return this.#reconcileClaim(key);
  }

  async #reconcileClaim(key: string): Promise<ReconcileResult> {
    const claim = this.#claims.get(key);
    if (!claim) return done;
    const nowMs = this.#context.clock.now();
    const dueMs = this.#dueTimeMs(key, claim, nowMs);
    const pods = this.#podsOf(claim);
    if (dueMs === undefined || pods.length === 0) {
      this.#cancel(key, pods);
      return done;
    }
    if (dueMs > nowMs) {
      this.#scheduled.add(key);
      return requeueAfter(dueMs - nowMs);
    }
    throwFirst(await concurrently(pods, EVICTION_CONCURRENCY, (pod) => this.#evict(pod, claim)));
    this.#scheduled.delete(key);
    return done;
  }

  #addClaimsOf(slice: ResourceSlice): void {
    for (const claim of this.#claims.byIndex(INDEX_POOL, poolOf(slice))) {
      this.#context.queue.add(keyOf(claim));
    }
  }

  #dueTimeMs(key: string, claim: ResourceClaim, nowMs: number): number | undefined {
    const before = this.#seenMs.get(key);
    const seen = new Map<string, number>();
    const dueMs = dueTimeMs(claim, {
      slicesOf: (result) => this.#slicesOf(result),
      rules: this.#rules?.all() ?? [],
      seenMs: (id) => {
        const firstMs = before?.get(id) ?? nowMs;
        seen.set(id, firstMs);
        return firstMs;
      },
    });
    if (seen.size > 0) this.#seenMs.set(key, seen);
    else this.#seenMs.delete(key);
    return dueMs;
  }

  #slicesOf({ driver, pool }: DeviceRequestAllocationResult): readonly ResourceSlice[] {
    return this.#slices.byIndex(INDEX_POOL, poolKey(driver, pool));
  }

  /** Those that use the claim and have not ended. */
  #podsOf({ metadata, status }: ResourceClaim): readonly Pod[] {
    return (status?.reservedFor ?? []).flatMap(({ name, resource, uid }) => {
      const pod = this.#pods.get(namespacedKey(metadata.namespace, name));
      const isUser = resource === 'pods' && pod?.metadata.uid === uid;
      return isUser && !pod.metadata.deletionTimestamp && !isPodTerminal(pod) ? [pod] : [];
    });
  }

  async #evict(pod: Pod, claim: ResourceClaim): Promise<void> {
    this.#note(pod, 'Marking for deletion');
    await evictPod(this.#context, pod, DISRUPTION);
    this.#rules?.onEvicted(pod, claim);
  }

  /** Tells Pods that were to go later that they may stay. */
  #cancel(key: string, pods: readonly Pod[]): void {
    if (!this.#scheduled.delete(key)) return;
    for (const pod of pods) this.#note(pod, 'Cancelling deletion');
  }

  #forget(key: string): void {
    this.#scheduled.delete(key);
    this.#seenMs.delete(key);
  }

  #note(pod: Pod, message: string): void {
    const reason = REASON_DEVICE_TAINT_MANAGER_EVICTION;
    this.#context.events.record(pod, { type: 'Normal', reason, message });
  }
}

const poolOf = ({ spec }: ResourceSlice): string => poolKey(spec.driver, spec.pool.name);
