import type pg from 'pg';
import {
  areOthersConnected,
  isKeyInUse,
  lockEncryptionKeys,
  recordEncryptionKeys,
} from '../postgres/queries/encryption-keys.ts';
import type { ReadPool } from '../postgres/read-pool.ts';
import { describeKeyId } from './encrypting-codec.ts';
import type { ObjectCodec } from './object-codec.ts';

/** A process that could not read what others write must not start: the message is for the user, and says what to do. */
export class EncryptionKeyMissingError extends Error {
  override readonly name = 'EncryptionKeyMissingError';
}

/**
 * Records what this process writes with, for those that start later, and makes sure that it can read what earlier ones
 * wrote. A key that was taken out of the configuration is forgotten once nothing needs it: no row is encrypted with it, and
 * no other process runs, which might.
 *
 * @throws {EncryptionKeyMissingError}
 */
export async function agreeOnKeys(
  reads: ReadPool,
  clusterId: number,
  codec: ObjectCodec,
): Promise<void> {
  const missing = await reads.transaction((client) => agree(client, clusterId, codec));
  if (missing === undefined) return;
  throw new EncryptionKeyMissingError(
    `the database's objects are, or other running servers make them, encrypted with ${describeKeyId(missing)}, which this server does not have`,
  );
}

/** The id of a key that is needed and not there, if any; only without one anything is changed. */
async function agree(
  client: pg.ClientBase,
  clusterId: number,
  { keyIds, writeKeyIds }: ObjectCodec,
): Promise<string | undefined> {
  const recorded = await lockEncryptionKeys(client, clusterId);
  const forgotten = recorded.filter((id) => !keyIds.has(id));
  if (forgotten.length > 0 && (await areOthersConnected(client))) return forgotten[0];
  for (const id of forgotten) {
    if (await isKeyInUse(client, clusterId, id)) return id;
  }
  const agreed = new Set([...recorded.filter((id) => keyIds.has(id)), ...writeKeyIds]);
  const isNews = forgotten.length > 0 || agreed.size > recorded.length;
  if (isNews) await recordEncryptionKeys(client, clusterId, [...agreed].sort());
  return undefined;
}
