import type { Random } from '../lib/random.ts';
import type { ClusterCache } from './cluster-cache.ts';
import type { Profile } from './framework.ts';
import { PlacementTable } from './placement-table.ts';
import type { PodInfo } from './pod-info.ts';

/** Each table hears every node change, so that only the templates in use lately keep one. */
const MAX_TABLES = 32;

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

  constructor(options: PlacementTablesOptions) {
    this.#options = options;
  }

  tableFor(pod: PodInfo): PlacementTable {
    const signature = this.#sign(pod);
    const table = this.#tables.get(signature) ?? new PlacementTable({ pod, ...this.#options });
    this.#tables.delete(signature);
    this.#tables.set(signature, table);
    if (this.#tables.size > MAX_TABLES) this.#dropOldest();
    return table;
  }

  #sign(pod: PodInfo): string {
    return JSON.stringify(
      this.#options.profile.plugins.map((plugin) => plugin.sign?.(pod) ?? null),
    );
  }

  #dropOldest(): void {
    for (const [signature, table] of this.#tables) {
      table.close();
      this.#tables.delete(signature);
      return;
    }
  }
}
