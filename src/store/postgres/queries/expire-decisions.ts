import type pg from 'pg';

/** Drops what was decided last before $2. */
const EXPIRE_DECISIONS = {
  name: 'expire-decisions',
  text: `
    delete from scheduling_decisions
    where cluster_id = $1::integer
      and last_ms < $2::bigint`,
};

/** Leaves the newest $2 decisions of each Pod, and of all the newest $3. */
const TRIM_DECISIONS = {
  name: 'trim-decisions',
  text: `
    with ranked as (
      select
        pod_uid,
        time_ms,
        attempt,
        row_number() over (partition by pod_uid order by time_ms desc, attempt desc) as of_pod,
        row_number() over (order by last_ms desc, pod_uid) as of_all
      from scheduling_decisions
      where cluster_id = $1::integer
    )
    delete from scheduling_decisions as s
    using ranked as r
    where (r.of_pod > $2::bigint or r.of_all > $3::bigint)
      and s.cluster_id = $1::integer
      and s.pod_uid = r.pod_uid
      and s.time_ms = r.time_ms
      and s.attempt = r.attempt`,
};

/** Returns how many were dropped. */
export async function expireDecisions(
  db: pg.Pool,
  clusterId: number,
  beforeMs: number,
): Promise<number> {
  const { rowCount } = await db.query({ ...EXPIRE_DECISIONS, values: [clusterId, beforeMs] });
  return rowCount ?? 0;
}

export interface DecisionBounds {
  readonly maxRowsPerPod: number;
  readonly maxRows: number;
}

/** Returns how many were dropped. */
export async function trimDecisions(
  db: pg.Pool,
  clusterId: number,
  { maxRowsPerPod, maxRows }: DecisionBounds,
): Promise<number> {
  const values = [clusterId, maxRowsPerPod, maxRows];
  const { rowCount } = await db.query({ ...TRIM_DECISIONS, values });
  return rowCount ?? 0;
}
