import type pg from 'pg';

/**
 * Moves the horizon. Locks the cluster's row for the moment of the update: every commit after it keeps a preimage of what
 * it replaces, when that is before the horizon. Does nothing when the horizon is there already.
 */
const RAISE_COMPACTED_VERSION = {
  name: 'raise-compacted-version',
  text: `
    update clusters
    set compacted_version = $2::bigint,
      compacted_ms = (
        select r.committed_ms
        from revisions r
        where r.cluster_id = $1::integer
          and r.resource_version = $2::bigint
      )
    where id = $1::integer
      and compacted_version < $2::bigint`,
};

export async function raiseCompactedVersion(
  client: pg.ClientBase,
  clusterId: number,
  version: number,
): Promise<void> {
  await client.query({ ...RAISE_COMPACTED_VERSION, values: [clusterId, version] });
}
