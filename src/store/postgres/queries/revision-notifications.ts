import type pg from 'pg';

/** Where `commit_writes` notifies, with payloads as {@link RevisionNotification} has them. */
const CHANNEL = 'orrery_revisions';

/** "<cluster id> <last version> <writer id>" */
export interface RevisionNotification {
  readonly clusterId: number;
  /** The log of the cluster is at least here; 0 says only that someone has begun to listen. */
  readonly version: number;
  readonly writerId: string;
}

export function parseNotification(payload: string): RevisionNotification {
  const [clusterId, version, writerId = ''] = payload.split(' ');
  return { clusterId: Number(clusterId), version: Number(version), writerId };
}

/** From its answer on, the session's `notification` events tell of commits. */
export async function listenForRevisions(client: pg.ClientBase): Promise<void> {
  await client.query(`listen ${CHANNEL}`);
}

const GREET_LISTENERS = {
  name: 'greet-listeners',
  text: `select pg_notify('${CHANNEL}', format('%s 0 %s', $1::integer, $2::uuid))`,
};

/** Tells every other process that from now on there is someone to notify. */
export async function greetListeners(
  client: pg.ClientBase,
  clusterId: number,
  writerId: string,
): Promise<void> {
  await client.query({ ...GREET_LISTENERS, values: [clusterId, writerId] });
}
