import { quantityOf } from '../../scheme/quantity.ts';
import { addTo } from '../topology/pod-counts.ts';
import type { RequestOption } from './claim-requests.ts';
import { type Amounts, consumptionOf } from './device-capacity.ts';
import type { PublishedDevice } from './device-pools.ts';
import type { DeviceUsage } from './device-usage.ts';

/** What a search takes of a device. */
export interface Taking {
  readonly device: PublishedDevice;
  /** Of a device that is shared: how much of each capacity. */
  readonly consumed?: Amounts;
  /** It only watches the device. */
  readonly isAdmin: boolean;
}

/** What a search for devices has taken so far, on top of what claims have. */
export class DeviceLedger {
  readonly #usage: DeviceUsage;
  /** How often each device is taken. */
  readonly #taken = new Map<string, number>();
  /** By device and capacity. */
  readonly #consumed = new Map<string, bigint>();
  /** What is left of the counters of each pool that was asked about. */
  readonly #counters = new Map<string, Map<string, bigint>>();

  constructor(usage: DeviceUsage) {
    this.#usage = usage;
  }

  /** Takes what the request wants of the device; undefined when that is not left. */
  take(device: PublishedDevice, { capacity, isAdmin }: RequestOption): Taking | undefined {
    if (isAdmin) return { device, isAdmin };
    const isShared = device.device.allowMultipleAllocations === true;
    if (isShared ? this.#usage.isTaken(device.id) : this.#isInUse(device.id)) return undefined;
    const consumed = isShared ? consumptionOf(device.driver, device.device, capacity) : undefined;
    if (isShared && !(consumed && this.#fits(device, consumed))) return undefined;
    if (!this.#isInUse(device.id) && !this.#drawCounters(device)) return undefined;
    addTo(this.#taken, device.id, 1);
    this.#consume(device, consumed ?? {}, 1n);
    return { device, isAdmin, ...(consumed ? { consumed } : {}) };
  }

  putBack({ device, consumed = {}, isAdmin }: Taking): void {
    if (isAdmin) return;
    addTo(this.#taken, device.id, -1);
    this.#consume(device, consumed, -1n);
    if (!this.#isInUse(device.id)) this.#addCounters(device, 1n);
  }

  #isInUse(id: string): boolean {
    return this.#taken.has(id) || this.#usage.isInUse(id);
  }

  #fits({ id, device }: PublishedDevice, amounts: Amounts): boolean {
    return Object.entries(amounts).every(([name, amount]) => {
      const own = this.#consumed.get(`${id} ${name}`) ?? 0n;
      const limit = quantityOf(device.capacity?.[name]?.value ?? '0').nano;
      return this.#usage.consumed(id, name) + own + amount <= limit;
    });
  }

  #consume({ id }: PublishedDevice, amounts: Amounts, sign: 1n | -1n): void {
    for (const [name, amount] of Object.entries(amounts)) {
      const key = `${id} ${name}`;
      this.#consumed.set(key, (this.#consumed.get(key) ?? 0n) + sign * amount);
    }
  }

  /** Draws from the counters of its pool what a part of a divided device needs; false when one has not enough. */
  #drawCounters(device: PublishedDevice): boolean {
    if (!device.device.consumesCounters?.length) return true;
    const left = this.#countersOf(device);
    const isEnough = device.device.consumesCounters.every(({ counterSet, counters }) =>
      Object.entries(counters).every(
        ([name, { value }]) => (left.get(`${counterSet}/${name}`) ?? -1n) >= quantityOf(value).nano,
      ),
    );
    if (isEnough) this.#addCounters(device, -1n);
    return isEnough;
  }

  #addCounters(device: PublishedDevice, sign: 1n | -1n): void {
    if (device.device.consumesCounters?.length) drawn(this.#countersOf(device), device, sign);
  }

  #countersOf({ divided }: PublishedDevice): Map<string, bigint> {
    const known = this.#counters.get(divided.pool);
    if (known) return known;
    const left = new Map(divided.counters);
    for (const part of divided.parts) if (this.#usage.isInUse(part.id)) drawn(left, part, -1n);
    this.#counters.set(divided.pool, left);
    return left;
  }
}

function drawn(left: Map<string, bigint>, { device }: PublishedDevice, sign: 1n | -1n): void {
  for (const { counterSet, counters } of device.consumesCounters ?? []) {
    for (const [name, { value }] of Object.entries(counters)) {
      const key = `${counterSet}/${name}`;
      left.set(key, (left.get(key) ?? 0n) + sign * quantityOf(value).nano);
    }
  }
}
