import type { GroupResource } from '../../../scheme/resource.ts';
import type { ObjectCodec } from '../../encryption/object-codec.ts';
import type { RevisionType } from '../../log/log-entry.ts';
import type { StoreEvent } from '../../store.ts';
import { decodeObject } from './decode-object.ts';

/**
 * The part that every statement about events shares: revisions `r` with what they replaced, which is in an earlier revision
 * `p`, or in a preimage `i` when that revision is gone. Both are found by primary key.
 */
export const EVENT_COLUMNS = `
      r.type, r.namespace, r.name, r.resource_version, r.object, r.previous_version,
      coalesce(p.object, i.object)`;

export const EVENT_PREVIOUS = `
    left join revisions p
      on p.cluster_id = r.cluster_id
      and p.resource_version = r.previous_version
    left join preimages i
      on i.cluster_id = r.cluster_id
      and i.resource_version = r.resource_version`;

export type EventRow = [
  type: RevisionType,
  namespace: string,
  name: string,
  version: string,
  object: object,
  previousVersion: string,
  previous: object | null,
];

export function toStoreEvent(
  codec: ObjectCodec,
  { group, resource }: GroupResource,
  row: EventRow,
): StoreEvent {
  const [type, namespace, name, version, object, previousVersion, previous] = row;
  const key = { group, resource, namespace, name };
  return {
    type,
    key,
    object: decodeObject(codec, key, object, version),
    ...(previous ? { previous: decodeObject(codec, key, previous, previousVersion) } : {}),
    resourceVersion: version,
  };
}
