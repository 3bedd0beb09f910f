import type { Node } from '../../scheme/generated/types/core-v1.ts';
import type { CSIStorageCapacity } from '../../scheme/generated/types/storage-v1.ts';
import { selectorMatcher } from '../../scheme/label-selector.ts';
import { quantityValue } from '../../scheme/quantity.ts';

export interface Capacity {
  /** The largest volume that can be made. */
  readonly bytes: number;
  /** All the space that there is; 0 where that is not said. */
  readonly totalBytes: number;
  readonly matches: (labels: Readonly<Record<string, string>> | undefined) => boolean;
}

/** How much drivers can still provide of each storage class, and for which nodes: what CSIStorageCapacities say. */
export class StorageCapacities {
  readonly #list: () => Iterable<CSIStorageCapacity>;
  #byClass: Map<string, Capacity[]> | undefined;

  constructor(list: () => Iterable<CSIStorageCapacity>) {
    this.#list = list;
  }

  /** Reads anew: something has changed. */
  forget(): void {
    this.#byClass = undefined;
  }

  /** Where a volume of so many bytes can be made so that the node can use it; undefined when it cannot. */
  find(className: string, bytes: number, { metadata }: Node): Capacity | undefined {
    this.#byClass ??= this.#read();
    const capacities = this.#byClass.get(className) ?? [];
    return capacities.find((one) => one.bytes >= bytes && one.matches(metadata.labels));
  }

  #read(): Map<string, Capacity[]> {
    const byClass = new Map<string, Capacity[]>();
    for (const { storageClassName, capacity, maximumVolumeSize, nodeTopology } of this.#list()) {
      const limit = maximumVolumeSize ?? capacity;
      // Without a topology it is for no node.
      if (limit === undefined || !nodeTopology) continue;
      const known = byClass.get(storageClassName) ?? [];
      const one = {
        bytes: quantityValue(limit),
        totalBytes: quantityValue(capacity ?? '0'),
        matches: selectorMatcher(nodeTopology),
      };
      byClass.set(storageClassName, [...known, one]);
    }
    return byClass;
  }
}
