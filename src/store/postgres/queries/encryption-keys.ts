import type pg from 'pg';
import { ENCRYPTED_MEMBER } from '../../encryption/encrypting-codec.ts';

/** Locks the cluster's row until the transaction ends: of two processes that start at once, the second sees the first's keys. */
const LOCK_ENCRYPTION_KEYS = {
  name: 'lock-encryption-keys',
  text: `
    select encryption_keys
    from clusters
    where id = $1::integer
    for update`,
};

export async function lockEncryptionKeys(
  client: pg.ClientBase,
  clusterId: number,
): Promise<readonly string[]> {
  const { rows } = await client.query<[string[]]>({
    ...LOCK_ENCRYPTION_KEYS,
    rowMode: 'array',
    values: [clusterId],
  });
  return (rows[0] as [string[]])[0];
}

const RECORD_ENCRYPTION_KEYS = {
  name: 'record-encryption-keys',
  text: `
    update clusters
    set encryption_keys = $2::text[]
    where id = $1::integer`,
};

export async function recordEncryptionKeys(
  client: pg.ClientBase,
  clusterId: number,
  ids: readonly string[],
): Promise<void> {
  await client.query({ ...RECORD_ENCRYPTION_KEYS, values: [clusterId, ids] });
}

/** Whether another process's store is connected to this database, or is about to be: it may write with a key at any moment. */
const ARE_OTHERS_CONNECTED = {
  name: 'are-others-connected',
  text: `
    select exists (
      select
      from pg_stat_activity
      where datname = current_database()
        and application_name in ('orrery-read', 'orrery-write', 'orrery-listen')
        and pid <> pg_backend_pid()
    )`,
};

export async function areOthersConnected(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<[boolean]>({ ...ARE_OTHERS_CONNECTED, rowMode: 'array' });
  return (rows[0] as [boolean])[0];
}

/**
 * Whether anything, past or present, is still encrypted with a key: $2 is what its texts begin with. Looks at every row, so
 * this is for the moment when a key has been taken out of the configuration.
 */
const IS_KEY_IN_USE = {
  name: 'is-key-in-use',
  text: `
    select
      exists (select from objects where cluster_id = $1::integer and starts_with(object::text, $2::text))
      or exists (select from revisions where cluster_id = $1::integer and starts_with(object::text, $2::text))
      or exists (select from preimages where cluster_id = $1::integer and starts_with(object::text, $2::text))`,
};

export async function isKeyInUse(
  client: pg.ClientBase,
  clusterId: number,
  id: string,
): Promise<boolean> {
  const { rows } = await client.query<[boolean]>({
    ...IS_KEY_IN_USE,
    rowMode: 'array',
    values: [clusterId, `{"${ENCRYPTED_MEMBER}":"${id}:`],
  });
  return (rows[0] as [boolean])[0];
}
