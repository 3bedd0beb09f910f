import type pg from 'pg';
import type { DecisionDetail, SchedulingDecision } from '../../../scheme/scheduling/decision.ts';

/** For each Pod of $2 its newest $3 decisions, newest first: a walk back through the primary key a Pod. */
const READ_DECISIONS = {
  name: 'read-decisions',
  text: `
    select d.decision, case when $4::boolean then d.detail end
    from unnest($2::text[]) with ordinality as p (pod_uid, number)
    cross join lateral (
      select s.time_ms, s.attempt, s.decision, s.detail
      from scheduling_decisions as s
      where s.cluster_id = $1::integer
        and s.pod_uid = p.pod_uid
      order by s.time_ms desc, s.attempt desc
      limit $3::integer
    ) as d
    order by p.number, d.time_ms desc, d.attempt desc`,
};

export interface DecisionQuery {
  readonly podUids: readonly string[];
  /** At most so many of each Pod: the newest. */
  readonly limit: number;
  /** Whether what was said about nodes is read, too. */
  readonly withDetail: boolean;
}

export async function readDecisions(
  db: pg.Pool,
  clusterId: number,
  { podUids, limit, withDetail }: DecisionQuery,
): Promise<SchedulingDecision[]> {
  const { rows } = await db.query<[decision: SchedulingDecision, detail: DecisionDetail | null]>({
    ...READ_DECISIONS,
    rowMode: 'array',
    values: [clusterId, podUids, limit, withDetail],
  });
  return rows.map(([decision, detail]) => (detail ? { ...decision, detail } : decision));
}
