import type pg from 'pg';
import type { ContainerLine } from '../../../lib/container-log.ts';

/** Adds a batch. A line that is there already, from an earlier try or another kubelet, stays as it is. */
const APPEND_CONTAINER_LINES = {
  name: 'append-container-lines',
  text: `
    insert into container_logs
      (cluster_id, pod_uid, container, restart_count, time_ms, number, stream, text)
    select $1::integer, l.pod_uid, l.container, l.restart_count, l.time_ms, l.number, l.stream, l.text
    from unnest(
      $2::text[], $3::text[], $4::integer[], $5::bigint[], $6::integer[], $7::text[], $8::text[]
    ) as l (pod_uid, container, restart_count, time_ms, number, stream, text)
    on conflict do nothing`,
};

export async function appendContainerLines(
  db: pg.Pool,
  clusterId: number,
  lines: readonly ContainerLine[],
): Promise<void> {
  await db.query({
    ...APPEND_CONTAINER_LINES,
    values: [
      clusterId,
      lines.map(({ podUid }) => podUid),
      lines.map(({ container }) => container),
      lines.map(({ restartCount }) => restartCount),
      lines.map(({ timeMs }) => timeMs),
      lines.map(({ number }) => number),
      lines.map(({ stream }) => stream),
      // PostgreSQL has no place for NUL in a text.
      lines.map(({ text }) => text.replaceAll('\u0000', '\ufffd')),
    ],
  });
}
