import type pg from 'pg';
import type { ObjectCodec } from '../../encryption/object-codec.ts';
import type { ObjectKey, StoreEvent } from '../../store.ts';
import { EVENT_COLUMNS, EVENT_PREVIOUS, type EventRow, toStoreEvent } from './event-columns.ts';

/** The revisions of one object within retention, newest first: a walk of the index on names. */
const READ_HISTORY = {
  name: 'read-history',
  text: `
    select ${EVENT_COLUMNS}
    from revisions r
    ${EVENT_PREVIOUS}
    where r.cluster_id = $1::integer
      and r.name = $2::text
      and r.namespace = $3::text
      and r.resource = $4::text
      and r.api_group = $5::text
      and r.resource_version > (select compacted_version from clusters where id = $1::integer)
    order by r.resource_version desc
    limit $6::integer`,
};

export interface ReadHistoryParameters {
  readonly clusterId: number;
  readonly key: ObjectKey;
  readonly limit: number;
  readonly codec: ObjectCodec;
}

export async function readHistory(
  db: pg.Pool,
  { clusterId, key, limit, codec }: ReadHistoryParameters,
): Promise<StoreEvent[]> {
  const { rows } = await db.query<EventRow>({
    ...READ_HISTORY,
    rowMode: 'array',
    values: [clusterId, key.name, key.namespace, key.resource, key.group, limit],
  });
  return rows.map((row) => toStoreEvent(codec, key, row));
}
