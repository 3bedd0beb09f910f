import type pg from 'pg';
import type { AuditEvent } from '../../telemetry/audit-event.ts';
import { RECORD_SEPARATOR } from './commit-writes.ts';

/** Adds a batch in its order. A batch that is sent again because its answer was lost may be there twice. */
const APPEND_AUDIT_EVENTS = {
  name: 'append-audit-events',
  text: `
    insert into audit_events
      (cluster_id, received_ms, username, verb, api_group, resource, namespace, name, code, event)
    select $1::integer, e.received_ms, e.username, e.verb, e.api_group, e.resource, e.namespace, e.name, e.code, e.event::json
    from unnest(
      $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::integer[],
      string_to_array($10::text, e'\\x1e')
    ) with ordinality
      as e (received_ms, username, verb, api_group, resource, namespace, name, code, event, number)
    order by e.number`,
};

export async function appendAuditEvents(
  db: pg.Pool,
  clusterId: number,
  events: readonly AuditEvent[],
): Promise<void> {
  await db.query({
    ...APPEND_AUDIT_EVENTS,
    values: [
      clusterId,
      events.map((event) => Date.parse(event.requestReceivedTimestamp)),
      events.map(({ impersonatedUser, user }) => (impersonatedUser ?? user).username),
      events.map(({ verb }) => verb),
      events.map(({ objectRef }) => objectRef.apiGroup ?? ''),
      events.map(({ objectRef }) => objectRef.resource),
      events.map(({ objectRef }) => objectRef.namespace ?? ''),
      events.map(({ objectRef }) => objectRef.name ?? ''),
      events.map(({ responseStatus }) => responseStatus?.code ?? 0),
      // PostgreSQL has no place for NUL in a text, not even escaped in JSON.
      events
        .map((event) => JSON.stringify(event).replaceAll('\\u0000', '\\ufffd'))
        .join(RECORD_SEPARATOR),
    ],
  });
}
