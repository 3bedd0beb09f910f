import type pg from 'pg';
import type { ApiObject } from '../../../scheme/object.ts';
import type { GroupResource } from '../../../scheme/resource.ts';
import type { ObjectCodec } from '../../encryption/object-codec.ts';
import { decodeObject } from './decode-object.ts';

/**
 * One resource as it was at a version, in key order: the present objects that have not changed since, and for those that
 * have, what their first change replaced. Costs a walk of the log since that version. One statement, one snapshot.
 *
 * $4 is a namespace, or null for all; ($6, $7) the key after which the page begins.
 */
const LIST_OBJECTS_AT = {
  name: 'list-objects-at',
  text: `
    with first_changes as (
      select distinct on (namespace, name) namespace, name, resource_version, previous_version
      from revisions
      where cluster_id = $1::integer
        and resource_version > $5::bigint
        and api_group = $2::text
        and resource = $3::text
        and ($4::text is null or namespace = $4::text)
        and (namespace, name) > ($6::text, $7::text)
      order by namespace, name, resource_version
    ),
    found as (
      select namespace, name, resource_version as version, object
      from objects
      where cluster_id = $1::integer
        and api_group = $2::text
        and resource = $3::text
        and ($4::text is null or namespace = $4::text)
        and (namespace, name) > ($6::text, $7::text)
        and resource_version <= $5::bigint
      union all
      select c.namespace, c.name, c.previous_version, coalesce(p.object, i.object)
      from first_changes c
      left join revisions p
        on p.cluster_id = $1::integer
        and p.resource_version = c.previous_version
      left join preimages i
        on i.cluster_id = $1::integer
        and i.resource_version = c.resource_version
      where c.previous_version > 0
    )
    select namespace, name, version, object
    from found
    order by namespace, name
    limit $8::integer`,
};

export interface ListObjectsAtParameters {
  readonly clusterId: number;
  readonly resource: GroupResource;
  readonly namespace: string | undefined;
  readonly version: number;
  readonly after: { readonly namespace: string; readonly name: string };
  readonly limit: number | undefined;
  readonly codec: ObjectCodec;
}

type Row = [namespace: string, name: string, version: string, stored: object | null];

/** Right only for a version within retention, which the caller checks afterwards. */
export async function listObjectsAt(
  db: pg.Pool,
  parameters: ListObjectsAtParameters,
): Promise<ApiObject[]> {
  const { clusterId, resource, namespace, version, after, limit, codec } = parameters;
  const { rows } = await db.query<Row>({
    ...LIST_OBJECTS_AT,
    rowMode: 'array',
    values: [
      clusterId,
      resource.group,
      resource.resource,
      namespace ?? null,
      version,
      after.namespace,
      after.name,
      limit ?? null,
    ],
  });
  return rows.flatMap(([place, name, objectVersion, stored]) => {
    const key = { ...resource, namespace: place, name };
    return stored ? [decodeObject(codec, key, stored, objectVersion)] : [];
  });
}
