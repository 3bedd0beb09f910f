import type pg from 'pg';
import type { ApiObject } from '../../../scheme/object.ts';
import type { GroupResource } from '../../../scheme/resource.ts';
import type { ObjectCodec } from '../../encryption/object-codec.ts';
import { decodeObject } from './decode-object.ts';

/** One page of the present of a resource, in key order: a range of the primary key of `objects`. */
const READ_OBJECTS = {
  name: 'read-objects',
  text: `
    select namespace, name, resource_version, object
    from objects
    where cluster_id = $1::integer
      and api_group = $2::text
      and resource = $3::text
      and (namespace, name) > ($4::text, $5::text)
    order by namespace, name
    limit $6::integer`,
};

export interface StoredObject {
  readonly namespace: string;
  readonly name: string;
  readonly object: ApiObject;
}

export interface ReadObjectsParameters {
  readonly clusterId: number;
  readonly resource: GroupResource;
  /** The last object of the page before. */
  readonly after: { readonly namespace: string; readonly name: string };
  readonly limit: number;
  readonly codec: ObjectCodec;
}

type Row = [namespace: string, name: string, version: string, stored: object];

/** A consistent walk over several pages needs a repeatable-read transaction around it. */
export async function readObjects(
  client: pg.ClientBase,
  { clusterId, resource, after, limit, codec }: ReadObjectsParameters,
): Promise<StoredObject[]> {
  const { rows } = await client.query<Row>({
    ...READ_OBJECTS,
    rowMode: 'array',
    values: [clusterId, resource.group, resource.resource, after.namespace, after.name, limit],
  });
  return rows.map(([namespace, name, version, stored]) => ({
    namespace,
    name,
    object: decodeObject(codec, { ...resource, namespace, name }, stored, version),
  }));
}
