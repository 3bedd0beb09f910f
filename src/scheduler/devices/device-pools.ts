import type { Node } from '../../scheme/generated/types/core-v1.ts';
import type { Device, ResourceSlice } from '../../scheme/generated/types/resource-v1.ts';
import { compileNodeSelector, type NodeMatcher } from '../../scheme/node-selector.ts';

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

  constructor(slices: Iterable<ResourceSlice>) {
    for (const pool of newestOf(slices)) {
      const wanted = pool[0]?.spec.pool.resourceSliceCount ?? 0;
      for (const slice of pool) this.#addSlice(slice, pool.length < wanted);
    }
  }

  /** Those that the node may use. */
  on(node: Node): readonly PublishedDevice[] {
    const own = this.#ofNode.get(node.metadata.name ?? '') ?? [];
    const others = this.#selected.filter(({ matches }) => matches(node));
    return others.length > 0 ? [...own, ...others.map(({ published }) => published)] : own;
  }

  #addSlice({ spec }: ResourceSlice, isPoolIncomplete: boolean): void {
    const { driver } = spec;
    const pool = spec.pool.name;
    for (const device of spec.devices ?? []) {
      const { nodeName, nodeSelector } = spec.perDeviceNodeSelection ? device : spec;
      const place = {
        ...(nodeName ? { nodeName } : {}),
        ...(nodeSelector ? { nodeSelector } : {}),
      };
      const id = deviceId(driver, pool, device.name);
      this.#add({ id, driver, pool, device, isPoolIncomplete, place });
    }
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

/** The slices of each pool's newest generation: a driver that replaces them leaves old ones behind for a while. */
function newestOf(slices: Iterable<ResourceSlice>): Iterable<readonly ResourceSlice[]> {
  const pools = new Map<string, ResourceSlice[]>();
  for (const slice of slices) {
    const { driver, pool } = slice.spec;
    const key = `${driver}/${pool.name}`;
    const known = pools.get(key);
    const newest = known?.[0]?.spec.pool.generation ?? -1;
    if (pool.generation > newest) pools.set(key, [slice]);
    else if (pool.generation === newest) known?.push(slice);
  }
  return pools.values();
}
