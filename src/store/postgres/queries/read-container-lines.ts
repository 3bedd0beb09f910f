import type pg from 'pg';
import type { ContainerLine, ContainerRun } from '../../../lib/container-log.ts';

/**
 * A walk back through the primary key from the newest line of one run: at most $6 lines (null is no limit) since $5, and of
 * those no more than $7 bytes.
 */
const READ_CONTAINER_LINES = {
  name: 'read-container-lines',
  text: `
    select time_ms, number, text
    from (
      select
        time_ms,
        number,
        text,
        sum(octet_length(text) + 1) over (order by time_ms desc, number desc) as bytes
      from container_logs
      where cluster_id = $1::integer
        and pod_uid = $2::text
        and container = $3::text
        and restart_count = $4::integer
        and time_ms >= $5::bigint
      order by time_ms desc, number desc
      limit $6::bigint
    ) as newest
    where bytes <= $7::bigint
    order by time_ms, number`,
};

export interface ContainerLogQuery extends ContainerRun {
  /** From this time on, in milliseconds since the epoch. @default from the beginning */
  readonly sinceMs?: number | undefined;
  /** At most so many lines: the newest. @default all */
  readonly tailLines?: number | undefined;
  /** At most so many bytes, line ends included: the newest whole lines. */
  readonly maxBytes: number;
}

/** A line of a run that the reader named. */
export type PrintedLine = Pick<ContainerLine, 'timeMs' | 'number' | 'text'>;

export async function readContainerLines(
  db: pg.Pool,
  clusterId: number,
  { podUid, container, restartCount, sinceMs, tailLines, maxBytes }: ContainerLogQuery,
): Promise<PrintedLine[]> {
  const run = [clusterId, podUid, container, restartCount];
  const { rows } = await db.query<[timeMs: string, number: number, text: string]>({
    ...READ_CONTAINER_LINES,
    rowMode: 'array',
    values: [...run, sinceMs ?? 0, tailLines ?? null, maxBytes],
  });
  return rows.map(([timeMs, number, text]) => ({ timeMs: Number(timeMs), number, text }));
}
