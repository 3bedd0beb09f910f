import type { Informer, InformerFactory } from '../../machinery/informer.ts';
import {
  resourceDeviceClasses,
  resourceDeviceTaintRules,
  resourceResourceClaims,
  resourceResourceSlices,
} from '../../scheme/generated/resources.ts';
import type {
  AllocationResult,
  DeviceClass,
  ResourceClaim,
  ResourceSlice,
} from '../../scheme/generated/types/resource-v1.ts';
import type { DeviceTaintRule } from '../../scheme/generated/types/resource-v1beta2.ts';
import { keyOf, type NamespacedKey, namespacedKey } from '../../scheme/object.ts';
import { ClaimListeners } from '../claim-waits.ts';
import type { ClusterEvent } from '../framework.ts';
import { DevicePools } from './device-pools.ts';
import { DeviceUsage } from './device-usage.ts';
import { classesByResource } from './extended-resources.ts';

/** Devices and claims for them as the informers say, and the allocations that are being stored meanwhile. */
export class DeviceState {
  readonly #claims: Informer<ResourceClaim>;
  readonly #slices: Informer<ResourceSlice>;
  readonly #classes: Informer<DeviceClass>;
  /** Undefined where they are not served. */
  readonly #rules: Informer<DeviceTaintRule> | undefined;
  readonly #onChange: (event: ClusterEvent) => void;
  /** Allocations that the informer does not know yet, by the claim's uid. */
  readonly #pending = new Map<string, AllocationResult>();
  /** What claims have of devices, those that are being stored as well. */
  readonly usage = new DeviceUsage();
  readonly #listeners = new ClaimListeners();
  #pools: DevicePools | undefined;
  #classesByResource: ReadonlyMap<string, string> | undefined;
  #version = 0;

  /**
   * @param onChange Called after each change that may let a pod in.
   * @param hasTaintRules Whether DeviceTaintRules are served: what is not served cannot be watched.
   */
  constructor(
    informers: InformerFactory,
    onChange: (event: ClusterEvent) => void,
    hasTaintRules = true,
  ) {
    this.#claims = informers.informer(resourceResourceClaims);
    this.#slices = informers.informer(resourceResourceSlices);
    this.#classes = informers.informer(resourceDeviceClasses);
    this.#rules = hasTaintRules ? informers.informer(resourceDeviceTaintRules) : undefined;
    this.#onChange = onChange;
    this.#claims.addHandler({
      onAdd: (claim) => this.#onClaim(claim),
      onUpdate: (before, claim) => this.#onClaim(claim, before),
      onDelete: (claim) => this.#onClaimGone(claim),
    });
    const onDevices = () => this.#onDevices();
    const handler = { onAdd: onDevices, onUpdate: onDevices, onDelete: onDevices };
    this.#slices.addHandler(handler);
    this.#classes.addHandler(handler);
    this.#rules?.addHandler({
      ...handler,
      // Its status is no news.
      onUpdate: (before, rule) => {
        if (before.metadata.generation !== rule.metadata.generation) onDevices();
      },
    });
    for (const claim of this.#claims.list()) this.#hold(claim);
  }

  /** Another number after each change: what was said of nodes for pods with claims is out of date. */
  get version(): number {
    return this.#version;
  }

  claim(namespace: string | undefined, name: string): ResourceClaim | undefined {
    return this.#claims.get(namespacedKey(namespace, name));
  }

  /** What is allocated for the claim, or is about to be. */
  allocationOf({ metadata, status }: ResourceClaim): AllocationResult | undefined {
    return status?.allocation ?? this.#pending.get(metadata.uid ?? '');
  }

  /** Whether devices were chosen for the claim and the store does not say so yet. */
  isPending({ metadata }: ResourceClaim): boolean {
    return this.#pending.has(metadata.uid ?? '');
  }

  deviceClass(name: string): DeviceClass | undefined {
    return this.#classes.get(name);
  }

  /** The classes whose devices stand for an extended resource, by its name. */
  get classesByResource(): ReadonlyMap<string, string> {
    this.#classesByResource ??= classesByResource(this.#classes.list());
    return this.#classesByResource;
  }

  get pools(): DevicePools {
    this.#pools ??= new DevicePools(this.#slices.list(), [...(this.#rules?.list() ?? [])]);
    return this.#pools;
  }

  /** Calls `listener` whenever the claim changes or goes; returns the function that ends it. */
  onClaim(key: NamespacedKey, listener: () => void): () => void {
    return this.#listeners.add(key, listener);
  }

  /** The devices are the claim's from now on, though the store does not say so yet. */
  promise(claim: ResourceClaim, allocation: AllocationResult): void {
    this.#pending.set(claim.metadata.uid ?? '', allocation);
    this.#hold(claim);
    this.#version++;
  }

  /** Takes back a promise that was not stored. */
  release(claim: ResourceClaim): void {
    if (!this.#pending.delete(claim.metadata.uid ?? '')) return;
    this.#hold(this.claim(claim.metadata.namespace, claim.metadata.name ?? '') ?? claim);
    this.#version++;
  }

  #onClaim(claim: ResourceClaim, before?: ResourceClaim): void {
    if (claim.status?.allocation) this.#pending.delete(claim.metadata.uid ?? '');
    const frees = before?.status?.allocation !== undefined && !claim.status?.allocation;
    this.#hold(claim);
    this.#version++;
    this.#onChange({ type: 'device-claim-changed', claim, frees });
    this.#listeners.tell(keyOf(claim));
  }

  #onClaimGone(claim: ResourceClaim): void {
    const { uid = '' } = claim.metadata;
    this.#pending.delete(uid);
    this.usage.set(uid, []);
    this.#version++;
    this.#onChange({ type: 'device-claim-changed', claim, frees: true });
    this.#listeners.tell(keyOf(claim));
  }

  #onDevices(): void {
    this.#pools = undefined;
    this.#classesByResource = undefined;
    this.#version++;
    this.#onChange({ type: 'devices-changed' });
  }

  #hold(claim: ResourceClaim): void {
    const results = this.allocationOf(claim)?.devices?.results ?? [];
    this.usage.set(claim.metadata.uid ?? '', results);
  }
}
