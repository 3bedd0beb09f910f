import type pg from 'pg';
import type { GroupResource } from '../../../scheme/resource.ts';

/** Counts the present objects of each resource: a scan of the primary key. */
const COUNT_RESOURCES = {
  name: 'count-resources',
  text: `
    select api_group, resource, count(*)::integer
    from objects
    where cluster_id = $1::integer
    group by api_group, resource
    order by api_group, resource`,
};

export type ResourceCount = GroupResource & { readonly count: number };

export async function countResources(db: pg.Pool, clusterId: number): Promise<ResourceCount[]> {
  const { rows } = await db.query<[group: string, resource: string, count: number]>({
    ...COUNT_RESOURCES,
    rowMode: 'array',
    values: [clusterId],
  });
  return rows.map(([group, resource, count]) => ({ group, resource, count }));
}
