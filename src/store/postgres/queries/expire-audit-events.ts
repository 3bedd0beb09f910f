import type pg from 'pg';

/** Drops what came in before $2. */
const EXPIRE_AUDIT_EVENTS = {
  name: 'expire-audit-events',
  text: `
    delete from audit_events
    where cluster_id = $1::integer
      and received_ms < $2::bigint`,
};

/** Returns how many were dropped. */
export async function expireAuditEvents(
  db: pg.Pool,
  clusterId: number,
  beforeMs: number,
): Promise<number> {
  const { rowCount } = await db.query({ ...EXPIRE_AUDIT_EVENTS, values: [clusterId, beforeMs] });
  return rowCount ?? 0;
}
