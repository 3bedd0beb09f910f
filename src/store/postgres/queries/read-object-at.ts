import type pg from 'pg';
import type { ApiObject } from '../../../scheme/object.ts';
import type { ObjectCodec } from '../../encryption/object-codec.ts';
import type { ObjectKey } from '../../store.ts';
import { decodeObject } from './decode-object.ts';

/**
 * One object as it was at a version: what its first change after that replaced, or, where none came after, its present.
 * Index on names, then primary keys. One statement, one snapshot.
 */
const READ_OBJECT_AT = {
  name: 'read-object-at',
  text: `
    with next_change as (
      select resource_version, previous_version
      from revisions
      where cluster_id = $1::integer
        and name = $2::text
        and namespace = $3::text
        and resource = $4::text
        and api_group = $5::text
        and resource_version > $6::bigint
      order by resource_version
      limit 1
    )
    select n.previous_version, coalesce(p.object, i.object)
    from next_change n
    left join revisions p
      on p.cluster_id = $1::integer
      and p.resource_version = n.previous_version
    left join preimages i
      on i.cluster_id = $1::integer
      and i.resource_version = n.resource_version
    union all
    select o.resource_version, o.object
    from objects o
    where o.cluster_id = $1::integer
      and o.name = $2::text
      and o.namespace = $3::text
      and o.resource = $4::text
      and o.api_group = $5::text
      and o.resource_version <= $6::bigint`,
};

export interface ReadObjectAtParameters {
  readonly clusterId: number;
  readonly key: ObjectKey;
  readonly version: number;
  readonly codec: ObjectCodec;
}

/** Right only for a version within retention, which the caller checks afterwards. */
export async function readObjectAt(
  db: pg.Pool,
  { clusterId, key, version, codec }: ReadObjectAtParameters,
): Promise<ApiObject | undefined> {
  const { rows } = await db.query<[version: string, stored: object | null]>({
    ...READ_OBJECT_AT,
    rowMode: 'array',
    values: [clusterId, key.name, key.namespace, key.resource, key.group, version],
  });
  const [objectVersion, stored] = rows[0] ?? [];
  return objectVersion && stored ? decodeObject(codec, key, stored, objectVersion) : undefined;
}
