import { taintsByRules } from '../../scheme/device-taint-rules.ts';
import type { Node } from '../../scheme/generated/types/core-v1.ts';
import type { Device, ResourceSlice } from '../../scheme/generated/types/resource-v1.ts';
import type { DeviceTaintRule } from '../../scheme/generated/types/resource-v1beta2.ts';
import { compileNodeSelector, type NodeMatcher } from '../../scheme/node-selector.ts';
import { quantityOf } from '../../scheme/quantity.ts';

/** What the parts of a pool's divided devices draw from together. */
export interface DividedDevices {
  /** The driver and the name of the pool. */
  readonly pool: string;
  /** The counters by set and name, in units of 10^-9. */
  readonly counters: ReadonlyMap<string, bigint>;
  readonly parts: readonly PublishedDevice[];
}

/** A device that drivers publish, and where it can be used. */
export interface PublishedDevice {
  /** Of the whole cluster: driver, pool and name. */
  readonly id: string;
  readonly driver: string;
  readonly pool: string;
  readonly device: Device;
  /** Not all slices of its pool are there. */
  readonly isPoolIncomplete: boolean;
  /** Who can use it: one node, those that a selector names, or (undefined) every one. */
  readonly place: Pick<Device, 'nodeName' | 'nodeSelector'>;
  /** What it draws from if it is a part of a divided device. */
  readonly divided: DividedDevices;
}

export function deviceId(driver: string, pool: string, device: string): string {
  return `${driver}/${pool}/${device}`;
}

interface Selected {
  readonly published: PublishedDevice;
  readonly matches: NodeMatcher;
}

/** The devices of the newest generation of each pool, found by the node that may use them. */
export class DevicePools {
  readonly #ofNode = new Map<string, PublishedDevice[]>();
  readonly #selected: Selected[] = [];

  /** @param rules What taints devices beside their drivers. */
  constructor(slices: Iterable<ResourceSlice>, rules: readonly DeviceTaintRule[] = []) {
    for (const pool of newestOf(slices)) {
      const wanted = pool[0]?.spec.pool.resourceSliceCount ?? 0;
      const parts: PublishedDevice[] = [];
      const divided = { pool: poolKey(pool[0]), counters: countersOf(pool), parts };
      const shared = { isPoolIncomplete: pool.length < wanted, divided };
      for (const published of pool.flatMap((slice) => devicesOf(slice, shared))) {
        const device = withTaints(published, rules);
        if (device.device.consumesCounters?.length) parts.push(device);
        this.#add(device);
      }
    }
  }

  /** Those that the node may use. */
  on(node: Node): readonly PublishedDevice[] {
    const own = this.#ofNode.get(node.metadata.name ?? '') ?? [];
    const others = this.#selected.filter(({ matches }) => matches(node));
    return others.length > 0 ? [...own, ...others.map(({ published }) => published)] : own;
  }

  #add(published: PublishedDevice): void {
    const { nodeName, nodeSelector } = published.place;
    if (nodeName) {
      const own = this.#ofNode.get(nodeName);
      if (own) own.push(published);
      else this.#ofNode.set(nodeName, [published]);
      return;
    }
    const matches = nodeSelector ? compileNodeSelector(nodeSelector) : () => true;
    this.#selected.push({ published, matches });
  }
}

function devicesOf(
  { spec }: ResourceSlice,
  shared: Pick<PublishedDevice, 'isPoolIncomplete' | 'divided'>,
): PublishedDevice[] {
  const { driver } = spec;
  const pool = spec.pool.name;
  return (spec.devices ?? []).map((device) => {
    const { nodeName, nodeSelector } = spec.perDeviceNodeSelection ? device : spec;
    const place = { ...(nodeName ? { nodeName } : {}), ...(nodeSelector ? { nodeSelector } : {}) };
    return { id: deviceId(driver, pool, device.name), driver, pool, device, place, ...shared };
  });
}

function withTaints(
  published: PublishedDevice,
  rules: readonly DeviceTaintRule[],
): PublishedDevice {
  const { device, driver, pool } = published;
  const added = taintsByRules(rules, { driver, pool, device: device.name });
  if (added.length === 0) return published;
  return { ...published, device: { ...device, taints: [...(device.taints ?? []), ...added] } };
}

function poolKey(slice: ResourceSlice | undefined): string {
  return slice ? `${slice.spec.driver}/${slice.spec.pool.name}` : '';
}

function countersOf(slices: readonly ResourceSlice[]): ReadonlyMap<string, bigint> {
  const sets = slices.flatMap(({ spec }) => spec.sharedCounters ?? []);
  return new Map(
    sets.flatMap(({ name, counters }) =>
      Object.entries(counters).map(([counter, { value }]): [string, bigint] => [
        `${name}/${counter}`,
        quantityOf(value).nano,
      ]),
    ),
  );
}

/** The slices of each pool's newest generation: a driver that replaces them leaves old ones behind for a while. */
function newestOf(slices: Iterable<ResourceSlice>): Iterable<readonly ResourceSlice[]> {
  const pools = new Map<string, ResourceSlice[]>();
  for (const slice of slices) {
    const { pool } = slice.spec;
    const key = poolKey(slice);
    const known = pools.get(key);
    const newest = known?.[0]?.spec.pool.generation ?? -1;
    if (pool.generation > newest) pools.set(key, [slice]);
    else if (pool.generation === newest) known?.push(slice);
  }
  return pools.values();
}
