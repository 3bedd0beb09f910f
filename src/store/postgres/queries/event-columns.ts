import type { ApiObject } from '../../../scheme/object.ts';
import type { GroupResource } from '../../../scheme/resource.ts';
import type { RevisionType } from '../../log/log-entry.ts';
import type { StoreEvent } from '../../store.ts';
import { withVersion } from './decode-object.ts';

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
  object: ApiObject,
  previousVersion: string,
  previous: ApiObject | null,
];

export function toStoreEvent({ group, resource }: GroupResource, row: EventRow): StoreEvent {
  const [type, namespace, name, version, object, previousVersion, previous] = row;
  return {
    type,
    key: { group, resource, namespace, name },
    object: withVersion(object, version),
    ...(previous ? { previous: withVersion(previous, previousVersion) } : {}),
    resourceVersion: version,
  };
}
