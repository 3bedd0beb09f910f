import type pg from 'pg';
import type { SchedulingDecision } from '../../../scheme/scheduling/decision.ts';
import { RECORD_SEPARATOR } from './commit-writes.ts';

/** Adds a batch. A decision that is there already was repeated: it is brought up to date, and keeps a detail that it had. */
const APPEND_DECISIONS = {
  name: 'append-decisions',
  text: `
    insert into scheduling_decisions as s
      (cluster_id, pod_uid, time_ms, attempt, last_ms, decision, detail)
    select $1::integer, d.pod_uid, d.time_ms, d.attempt, d.last_ms, d.decision::json, nullif(d.detail, '')::json
    from unnest(
      $2::text[], $3::bigint[], $4::integer[], $5::bigint[],
      string_to_array($6::text, e'\\x1e'), string_to_array($7::text, e'\\x1e')
    ) as d (pod_uid, time_ms, attempt, last_ms, decision, detail)
    on conflict (cluster_id, pod_uid, time_ms, attempt) do update set
      last_ms = excluded.last_ms,
      decision = excluded.decision,
      detail = coalesce(excluded.detail, s.detail)
    where excluded.last_ms >= s.last_ms`,
};

export async function appendDecisions(
  db: pg.Pool,
  clusterId: number,
  decisions: readonly SchedulingDecision[],
): Promise<void> {
  const rows = latestOfEach(decisions);
  await db.query({
    ...APPEND_DECISIONS,
    values: [
      clusterId,
      rows.map(({ podUid }) => podUid),
      rows.map(({ timeMs }) => timeMs),
      rows.map(({ attempt }) => attempt),
      rows.map(({ lastTimeMs }) => lastTimeMs),
      rows.map(({ detail: _, ...decision }) => toText(decision)).join(RECORD_SEPARATOR),
      rows.map(({ detail }) => (detail ? toText(detail) : '')).join(RECORD_SEPARATOR),
    ],
  });
}

/** One statement may write a row once. */
function latestOfEach(decisions: readonly SchedulingDecision[]): SchedulingDecision[] {
  const latest = new Map<string, SchedulingDecision>();
  for (const decision of decisions) {
    const key = `${decision.podUid} ${decision.timeMs} ${decision.attempt}`;
    const detail = decision.detail ?? latest.get(key)?.detail;
    latest.set(key, detail ? { ...decision, detail } : decision);
  }
  return [...latest.values()];
}

/** PostgreSQL has no place for NUL in a text, not even escaped in JSON. */
function toText(value: object): string {
  return JSON.stringify(value).replaceAll('\\u0000', '\\ufffd');
}
