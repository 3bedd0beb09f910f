import type pg from 'pg';

/**
 * Copies what revisions after the horizon ($2) replaced, where that is in a partition about to be dropped (versions below
 * $3). Commits after the horizon was raised do so themselves, so none is missed between this and the drop.
 */
const KEEP_PREIMAGES = {
  name: 'keep-preimages',
  text: `
    insert into preimages (cluster_id, resource_version, object)
    select r.cluster_id, r.resource_version, p.object
    from revisions r
    join revisions p
      on p.cluster_id = r.cluster_id
      and p.resource_version = r.previous_version
    where r.cluster_id = $1::integer
      and r.resource_version > $2::bigint
      and r.previous_version > 0
      and r.previous_version < $3::bigint
      and p.cluster_id = $1::integer
      and p.resource_version < $3::bigint
    on conflict (cluster_id, resource_version) do nothing`,
};

export async function keepPreimages(
  client: pg.ClientBase,
  clusterId: number,
  horizon: number,
  droppedBelow: number,
): Promise<void> {
  await client.query({ ...KEEP_PREIMAGES, values: [clusterId, horizon, droppedBelow] });
}

/** Those of revisions up to the horizon, which no read can ask for any more. A range of the primary key. */
const DROP_PREIMAGES = {
  name: 'drop-preimages',
  text: `
    delete from preimages
    where cluster_id = $1::integer
      and resource_version <= $2::bigint`,
};

export async function dropPreimages(
  client: pg.ClientBase,
  clusterId: number,
  horizon: number,
): Promise<void> {
  await client.query({ ...DROP_PREIMAGES, values: [clusterId, horizon] });
}
