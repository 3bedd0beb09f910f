import type { Random } from '../lib/random.ts';
import type { ClusterCache } from './cluster-cache.ts';
import type { Profile } from './framework.ts';
import { PlacementTable } from './placement-table.ts';
import type { PodInfo } from './pod-info.ts';

/** Tables cost memory by the node: together they have at most this many entries, but for the few used last. */
const MAX_ENTRIES = 400_000;
const MIN_TABLES = 8;

export interface PlacementTablesOptions {
  readonly profile: Profile;
  readonly cache: ClusterCache;
  readonly random: Random;
}

/** The placement tables of the pod signatures that were scheduled last. */
export class PlacementTables {
  readonly #options: PlacementTablesOptions;
  /** In order of use, oldest first. */
  readonly #tables = new Map<string, PlacementTable>();
  #generation = 0;

  constructor(options: PlacementTablesOptions) {
    this.#options = options;
  }

  tableFor(pod: PodInfo): PlacementTable {
    this.#dropOutdated();
    const signature = this.#sign(pod);
    const table = this.#tables.get(signature) ?? new PlacementTable({ pod, ...this.#options });
    // It costs little to make, and such pods (of DaemonSets, say) each have their own.
    if (table.plan.scope) return table;
    this.#tables.delete(signature);
    this.#tables.set(signature, table);
    const { nodeCount } = this.#options.cache;
    const most = Math.max(MIN_TABLES, Math.floor(MAX_ENTRIES / (nodeCount + 1)));
    if (this.#tables.size > most) this.#dropOldest();
    return table;
  }

  #sign(pod: PodInfo): string {
    const parts = this.#options.profile.plugins.map((plugin) => plugin.sign?.(pod) ?? null);
    // Whose room is left alone depends on how important the pod is.
    return JSON.stringify([pod.priority, ...parts]);
  }

  #dropOutdated(): void {
    const { generation } = this.#options.cache;
    if (generation === this.#generation) return;
    this.#generation = generation;
    for (const table of this.#tables.values()) table.close();
    this.#tables.clear();
  }

  #dropOldest(): void {
    for (const [signature, table] of this.#tables) {
      table.close();
      this.#tables.delete(signature);
      return;
    }
  }
}
