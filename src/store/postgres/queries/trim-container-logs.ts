import type pg from 'pg';

/** Drops of each run what is further back than its newest $2 bytes. Reads the cluster's lines once, by the primary key. */
const TRIM_CONTAINER_LOGS = {
  name: 'trim-container-logs',
  text: `
    with sized as (
      select
        pod_uid,
        container,
        restart_count,
        time_ms,
        number,
        sum(octet_length(text) + 1) over (
          partition by pod_uid, container, restart_count
          order by time_ms desc, number desc
        ) as bytes
      from container_logs
      where cluster_id = $1::integer
    )
    delete from container_logs as l
    using sized as s
    where s.bytes > $2::bigint
      and l.cluster_id = $1::integer
      and l.pod_uid = s.pod_uid
      and l.container = s.container
      and l.restart_count = s.restart_count
      and l.time_ms = s.time_ms
      and l.number = s.number`,
};

/** Returns how many lines were dropped. */
export async function trimContainerLogs(
  db: pg.Pool,
  clusterId: number,
  maxBytes: number,
): Promise<number> {
  const { rowCount } = await db.query({ ...TRIM_CONTAINER_LOGS, values: [clusterId, maxBytes] });
  return rowCount ?? 0;
}
