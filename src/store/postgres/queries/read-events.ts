import type pg from 'pg';
import type { GroupResource } from '../../../scheme/resource.ts';
import type { ObjectCodec } from '../../encryption/object-codec.ts';
import type { StoreEvent } from '../../store.ts';
import { EVENT_COLUMNS, EVENT_PREVIOUS, type EventRow, toStoreEvent } from './event-columns.ts';

/** One resource's events after a version up to another, in order, with what they replaced. The range bounds the work. */
const READ_EVENTS = {
  name: 'read-events',
  text: `
    select ${EVENT_COLUMNS}
    from revisions r
    ${EVENT_PREVIOUS}
    where r.cluster_id = $1::integer
      and r.resource_version > $2::bigint
      and r.resource_version <= $3::bigint
      and r.api_group = $4::text
      and r.resource = $5::text
    order by r.resource_version`,
};

export interface ReadEventsParameters {
  readonly clusterId: number;
  readonly resource: GroupResource;
  readonly after: number;
  readonly upTo: number;
  readonly codec: ObjectCodec;
}

export async function readEvents(
  db: pg.Pool,
  { clusterId, resource, after, upTo, codec }: ReadEventsParameters,
): Promise<StoreEvent[]> {
  const { rows } = await db.query<EventRow>({
    ...READ_EVENTS,
    rowMode: 'array',
    values: [clusterId, after, upTo, resource.group, resource.resource],
  });
  return rows.map((row) => toStoreEvent(codec, resource, row));
}
