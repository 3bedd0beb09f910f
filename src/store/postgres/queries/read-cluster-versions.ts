import type pg from 'pg';

/** One row by primary key. Takes no lock: it sees the last commit that was acknowledged, and maybe a later one. */
const READ_CLUSTER_VERSIONS = {
  name: 'read-cluster-versions',
  text: `
    select resource_version, compacted_version
    from clusters
    where id = $1::integer`,
};

export interface ClusterVersions {
  /** The last committed version. */
  readonly current: number;
  /** The oldest version from which a watch may start. */
  readonly compacted: number;
}

export async function readClusterVersions(
  db: pg.Pool | pg.ClientBase,
  clusterId: number,
): Promise<ClusterVersions> {
  const { rows } = await db.query<[string, string]>({
    ...READ_CLUSTER_VERSIONS,
    rowMode: 'array',
    values: [clusterId],
  });
  const [current, compacted] = rows[0] as [string, string];
  return { current: Number(current), compacted: Number(compacted) };
}
