import type { DeviceRequestAllocationResult } from '../../scheme/generated/types/resource-v1.ts';
import { quantityOf } from '../../scheme/quantity.ts';
import { addTo } from '../topology/pod-counts.ts';
import { deviceId } from './device-pools.ts';

type Results = readonly DeviceRequestAllocationResult[];

/** A device that several claims have at once. */
interface SharedDevice {
  shares: number;
  readonly consumed: Map<string, bigint>;
}

/** Which devices claims have, and how much of those that they share. Whoever only watches a device has nothing of it. */
export class DeviceUsage {
  readonly #results = new Map<string, Results>();
  /** How many claims have each device to themselves: one, unless drivers change what a device is. */
  readonly #holders = new Map<string, number>();
  readonly #shared = new Map<string, SharedDevice>();

  /** The claim of a uid has these from now on, and nothing else. */
  set(uid: string, results: Results): void {
    for (const result of this.#results.get(uid) ?? []) this.#count(result, -1);
    const own = results.filter(({ adminAccess }) => !adminAccess);
    for (const result of own) this.#count(result, 1);
    if (own.length > 0) this.#results.set(uid, own);
    else this.#results.delete(uid);
  }

  /** Whether a claim has the device to itself. */
  isTaken(id: string): boolean {
    return this.#holders.has(id);
  }

  /** Whether a claim has anything of the device. */
  isInUse(id: string): boolean {
    return this.#holders.has(id) || this.#shared.has(id);
  }

  /** How much claims have of one of its capacities, in units of 10^-9. */
  consumed(id: string, capacity: string): bigint {
    return this.#shared.get(id)?.consumed.get(capacity) ?? 0n;
  }

  #count(result: DeviceRequestAllocationResult, by: 1 | -1): void {
    const { driver, pool, device, shareID, consumedCapacity = {} } = result;
    const id = deviceId(driver, pool, device);
    if (shareID === undefined) {
      addTo(this.#holders, id, by);
      return;
    }
    const shared = this.#shared.get(id) ?? { shares: 0, consumed: new Map<string, bigint>() };
    shared.shares += by;
    for (const [name, amount] of Object.entries(consumedCapacity)) {
      const { nano } = quantityOf(amount);
      shared.consumed.set(name, (shared.consumed.get(name) ?? 0n) + nano * BigInt(by));
    }
    if (shared.shares > 0) this.#shared.set(id, shared);
    else this.#shared.delete(id);
  }
}
