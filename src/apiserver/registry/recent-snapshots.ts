import { LRUCache } from 'lru-cache';
import type { Snapshot } from '../../store/store.ts';

/** How many paged lists of one resource may be under way before the oldest is read from PostgreSQL instead. */
const MAX_SNAPSHOTS = 16;

/** How long a snapshot that nobody asks for is kept from the garbage collector, in milliseconds. */
const KEEP_MS = 60_000;

/** The snapshots that limited lists were cut from, so that their next parts need not be rebuilt from history. */
export class RecentSnapshots {
  readonly #snapshots = new LRUCache<string, Snapshot>({
    max: MAX_SNAPSHOTS,
    ttl: KEEP_MS,
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
