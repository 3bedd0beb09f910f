import type pg from 'pg';
import type { AuditConditions } from '../../telemetry/audit-conditions.ts';
import type { AuditEvent } from '../../telemetry/audit-event.ts';

/** Newest first: a walk of the primary key from its end, or from $2 on. Null parameters leave a condition out. */
const READ_AUDIT_EVENTS = {
  name: 'read-audit-events',
  text: `
    select id, event
    from audit_events
    where cluster_id = $1::integer
      and id < $2::bigint
      and ($3::text is null or username = $3::text)
      and ($4::text is null or verb = $4::text)
      and ($5::text is null or api_group = $5::text)
      and ($6::text is null or resource = $6::text)
      and ($7::text is null or namespace = $7::text)
      and ($8::text is null or name = $8::text)
      and ($9::integer is null or code = $9::integer)
      and ($10::bigint is null or received_ms >= $10::bigint)
      and ($11::bigint is null or received_ms < $11::bigint)
    order by id desc
    limit $12::integer`,
};

export interface AuditQuery extends AuditConditions {
  readonly limit: number;
  /** Older than the event of this id. */
  readonly before?: string | undefined;
}

export interface AuditRow {
  readonly id: string;
  readonly event: AuditEvent;
}

const MAX_ID = '9223372036854775807';

export async function readAuditEvents(
  db: pg.Pool,
  clusterId: number,
  query: AuditQuery,
): Promise<AuditRow[]> {
  const { username, verb, group, resource, namespace, name, code, sinceMs, untilMs } = query;
  const conditions = [username, verb, group, resource, namespace, name, code, sinceMs, untilMs];
  const { rows } = await db.query<[id: string, event: AuditEvent]>({
    ...READ_AUDIT_EVENTS,
    rowMode: 'array',
    values: [clusterId, query.before ?? MAX_ID, ...conditions.map(orNull), query.limit],
  });
  return rows.map(([id, event]) => ({ id, event }));
}

function orNull<T>(value: T | undefined): T | null {
  return value ?? null;
}
