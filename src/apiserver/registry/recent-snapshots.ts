import { LRUCache } from 'lru-cache';
import type { Snapshot } from '../../store/store.ts';

/** How many paged lists of one resource may be under way before the oldest is rebuilt by the store instead. */
const MAX_SNAPSHOTS = 4;

/** A snapshot keeps objects alive that have changed since: nobody's next page should take longer than this. */
const KEEP_MS = 15_000;

/** The snapshots that limited lists were cut from, so that their next parts need not be rebuilt from history. */
export class RecentSnapshots {
  readonly #snapshots = new LRUCache<string, Snapshot>({
    max: MAX_SNAPSHOTS,
    ttl: KEEP_MS,
    ttlAutopurge: true,
    updateAgeOnGet: true,
  });

  remember(namespace: string | undefined, snapshot: Snapshot): void {
    this.#snapshots.set(keyOf(namespace, snapshot.resourceVersion), snapshot);
  }

  recall(namespace: string | undefined, resourceVersion: string): Snapshot | undefined {
    return this.#snapshots.get(keyOf(namespace, resourceVersion));
  }
}

function keyOf(namespace: string | undefined, resourceVersion: string): string {
  return `${namespace ?? '*'}/${resourceVersion}`;
}
