import type { GroupResource } from '../../scheme/resource.ts';
import type { ObjectCodec } from '../encryption/object-codec.ts';
import { readClusterVersions } from '../postgres/queries/read-cluster-versions.ts';
import { readObjects, type StoredObject } from '../postgres/queries/read-objects.ts';
import type { ReadPool } from '../postgres/read-pool.ts';

/** A few megabytes a page: other work gets its turn in between. */
const PAGE_OBJECTS = 2_000;

export interface ResourceSnapshot {
  readonly version: number;
  readonly objects: readonly StoredObject[];
}

export interface ReadSnapshotOptions {
  readonly reads: ReadPool;
  readonly clusterId: number;
  readonly resource: GroupResource;
  readonly codec: ObjectCodec;
}

/** The present of one resource, and the version that it is the present of: one snapshot, however large. */
export function readSnapshot({
  reads,
  clusterId,
  resource,
  codec,
}: ReadSnapshotOptions): Promise<ResourceSnapshot> {
  return reads.snapshot(async (client) => {
    // Must come first: the transaction's snapshot is taken by its first statement.
    const { current: version } = await readClusterVersions(client, clusterId);
    const objects: StoredObject[] = [];
    let after = { namespace: '', name: '' };
    for (;;) {
      const range = { clusterId, resource, after, limit: PAGE_OBJECTS };
      const page = await readObjects(client, { ...range, codec });
      for (const stored of page) objects.push(stored);
      const last = page[page.length - 1];
      if (!last || page.length < PAGE_OBJECTS) return { version, objects };
      after = last;
    }
  });
}
