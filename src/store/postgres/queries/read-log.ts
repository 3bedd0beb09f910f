import type pg from 'pg';
import type { GroupResource } from '../../../scheme/resource.ts';
import type { ObjectCodec } from '../../encryption/object-codec.ts';
import { resourceId } from '../../keys.ts';
import type { LogEntry, RevisionType } from '../../log/log-entry.ts';
import { decodeObject } from './decode-object.ts';

/**
 * The log of some resources after a version, up to another, in order. The range bounds the work, since versions have no gaps
 * (a limit would not: the planner may sort everything before it). Walks the primary key of `revisions`; the objects of
 * other resources are neither sent nor decoded. Takes no lock: versions up to an acknowledged one are all visible.
 */
const READ_LOG = {
  name: 'read-log',
  text: `
    select type, api_group, resource, namespace, name, resource_version, object
    from revisions
    where cluster_id = $1::integer
      and resource_version > $2::bigint
      and resource_version <= $3::bigint
      and api_group || '/' || resource = any ($4::text[])
    order by resource_version`,
};

export interface ReadLogParameters {
  readonly clusterId: number;
  readonly after: number;
  readonly upTo: number;
  readonly resources: readonly GroupResource[];
  readonly codec: ObjectCodec;
}

type Row = [
  type: RevisionType,
  group: string,
  resource: string,
  namespace: string,
  name: string,
  version: string,
  stored: object,
];

export async function readLog(db: pg.Pool, parameters: ReadLogParameters): Promise<LogEntry[]> {
  const { clusterId, after, upTo, resources, codec } = parameters;
  const { rows } = await db.query<Row>({
    ...READ_LOG,
    rowMode: 'array',
    values: [clusterId, after, upTo, resources.map(resourceId)],
  });
  return rows.map((row) => toLogEntry(codec, row));
}

function toLogEntry(codec: ObjectCodec, row: Row): LogEntry {
  const [type, group, resource, namespace, name, version, stored] = row;
  const key = { group, resource, namespace, name };
  return {
    type,
    key,
    object: decodeObject(codec, key, stored, version),
    version: Number(version),
  };
}
