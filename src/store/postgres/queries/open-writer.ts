import type pg from 'pg';
import { type BatchOutcome, toBatchOutcome } from './commit-writes.ts';

/**
 * Takes over a writer for a new connection. Locks the cluster's row, and so waits for a commit that the old connection
 * left under way; whatever that one sends afterwards is refused by its session number. PostgreSQL ends the connection when
 * nothing comes over it for `idleTimeoutMs`.
 */
const OPEN_WRITER = {
  name: 'open-writer',
  text: `
    select session, batch, first_version, rejected, rejected_versions
    from open_writer($1::integer, $2::uuid, $3::bigint),
      set_config('idle_session_timeout', $4::text, false)`,
};

export interface OpenedWriter {
  readonly session: number;
  /** The writer's last batch that was committed (0: none yet), and what became of it. */
  readonly lastBatch: number;
  readonly lastOutcome: BatchOutcome;
}

type Row = [session: number, batch: string, first: string, rejected: number[], versions: string[]];

export interface OpenWriterParameters {
  readonly clusterId: number;
  readonly writerId: string;
  readonly nowMs: number;
  readonly idleTimeoutMs: number;
}

export async function openWriter(
  client: pg.Client,
  { clusterId, writerId, nowMs, idleTimeoutMs }: OpenWriterParameters,
): Promise<OpenedWriter> {
  const { rows } = await client.query<Row>({
    ...OPEN_WRITER,
    rowMode: 'array',
    values: [clusterId, writerId, nowMs, idleTimeoutMs],
  });
  const [session, batch, ...outcome] = rows[0] as Row;
  return { session, lastBatch: Number(batch), lastOutcome: toBatchOutcome(outcome) };
}
