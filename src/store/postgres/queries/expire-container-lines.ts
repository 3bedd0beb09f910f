import type pg from 'pg';

/** Drops what was printed before $2, and what was printed before $3 by Pods other than those of the uids $4. */
const EXPIRE_CONTAINER_LINES = {
  name: 'expire-container-lines',
  text: `
    delete from container_logs
    where cluster_id = $1::integer
      and (time_ms < $2::bigint or (time_ms < $3::bigint and pod_uid <> all ($4::text[])))`,
};

export interface ContainerLogRetention {
  /** Milliseconds since the epoch: what is older goes. */
  readonly beforeMs: number;
  /** What is older than this goes if its Pod is gone. */
  readonly goneBeforeMs: number;
  /** The uids of the Pods that there are. */
  readonly podUids: readonly string[];
}

/** Returns how many lines were dropped. */
export async function expireContainerLines(
  db: pg.Pool,
  clusterId: number,
  { beforeMs, goneBeforeMs, podUids }: ContainerLogRetention,
): Promise<number> {
  const values = [clusterId, beforeMs, goneBeforeMs, podUids];
  const { rowCount } = await db.query({ ...EXPIRE_CONTAINER_LINES, values });
  return rowCount ?? 0;
}
