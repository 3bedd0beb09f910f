import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import type { ObjectCodec } from '../../../src/store/encryption/object-codec.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { codecOf, IDENTITY, provider } from '../../support/encryption.ts';
import {
  CONFIG_MAPS,
  commitOne,
  createWrite,
  deleteWrite,
  freshCache,
  keyOfConfigMap,
  readEvents,
  startTestStore,
  updateWrite,
  versionOf,
} from '../../support/test-store.ts';

const SECRET = 'correct horse battery staple';

let database: TestDatabase;
let admin: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
});

afterAll(async () => {
  await admin.end();
  await database[Symbol.asyncDispose]();
});

const start = (cluster: string, codec?: ObjectCodec) =>
  startTestStore({ url: database.url, cluster, ...(codec ? { codec } : {}) });

/** How many rows of each table hold the secret in the clear. */
async function plaintextRows(cluster: string): Promise<number[]> {
  const counts = ['objects', 'revisions', 'preimages'].map(
    (table) => `(select count(*)::integer from ${table}
      where cluster_id = clusters.id and object::text like '%battery%')`,
  );
  const { rows } = await admin.query({
    text: `select ${counts.join(', ')} from clusters where name = $1`,
    values: [cluster],
    rowMode: 'array',
  });
  return rows[0] as number[];
}

async function recordedKeys(cluster: string): Promise<readonly string[]> {
  const { rows } = await admin.query('select encryption_keys from clusters where name = $1', [
    cluster,
  ]);
  return rows[0].encryption_keys;
}

test('no table holds an encrypted object in the clear, and every way of reading gives it', async () => {
  const codec = codecOf(provider('aesgcm', 'one'));
  await using writer = await start('all-ways', codec);
  const created = await commitOne(writer.store, createWrite('web', { password: SECRET }));
  // A change of what is compacted keeps a preimage.
  await admin.query(
    `update clusters set compacted_version = resource_version where name = 'all-ways'`,
  );
  const updated = await commitOne(writer.store, updateWrite(created, { password: `${SECRET}!` }));
  await commitOne(writer.store, createWrite('gone', { password: SECRET }));
  await commitOne(writer.store, deleteWrite(await commitOne(writer.store, createWrite('late'))));
  expect(await plaintextRows('all-ways')).toEqual([0, 0, 0]);

  await using reader = await start('all-ways', codec);
  expect((await freshCache(reader.store)).get('default', 'web')).toEqual(updated);
  const at = { resourceVersion: created.metadata.resourceVersion as string };
  expect(await reader.store.getAt(keyOfConfigMap('web'), at)).toEqual(created);
  expect((await reader.store.listAt(CONFIG_MAPS, at)).items).toEqual([created]);
  const [newest] = await reader.store.history(keyOfConfigMap('web'));
  expect(newest).toMatchObject({ object: updated, previous: created });
  const events = await readEvents(reader.store, at.resourceVersion);
  expect(events.map(({ type }) => type)).toEqual(['MODIFIED', 'ADDED', 'ADDED', 'DELETED']);
  expect(events[0]).toMatchObject({ object: updated, previous: created });
});

test('a change by one process reaches the cache of another through the log', async () => {
  const codec = codecOf(provider('aescbc', 'one'));
  await using writer = await start('two-processes', codec);
  await using reader = await start('two-processes', codec);
  const cache = await freshCache(reader.store);
  const stored = await commitOne(writer.store, createWrite('web', { password: SECRET }));
  await cache.waitFor(stored.metadata.resourceVersion as string);
  expect(cache.get('default', 'web')).toEqual(stored);
});

test('what was stored in the clear is read, is stale, and is encrypted by its next write', async () => {
  {
    await using plain = await start('adopted');
    await commitOne(plain.store, createWrite('web', { password: SECRET }));
  }
  expect((await plaintextRows('adopted'))[0]).toBe(1);
  await using running = await start('adopted', codecOf(provider('aesgcm', 'one'), IDENTITY));
  const found = (await freshCache(running.store)).get('default', 'web');
  expect(found && running.store.isStale(found)).toBe(true);
  const rewritten = await commitOne(
    running.store,
    updateWrite(found as never, { password: SECRET }),
  );
  expect((await plaintextRows('adopted'))[0]).toBe(0);
  expect(running.store.isStale(rewritten)).toBe(false);
});

test('a process that lacks a key that others write with does not start, and changes nothing', async () => {
  await using running = await start('mismatch', codecOf(provider('aesgcm', 'one')));
  await commitOne(running.store, createWrite('web'));
  const keys = await recordedKeys('mismatch');
  const refusal =
    /encrypted with the aesgcm key "one" \(fingerprint [0-9a-f]{8}\), which this server does not have/;
  await expect(start('mismatch')).rejects.toThrow(refusal);
  await expect(start('mismatch', codecOf(provider('aesgcm', 'other')))).rejects.toThrow(refusal);
  expect(await recordedKeys('mismatch')).toEqual(keys);
});

test('a key is forgotten once nothing, present or past, is encrypted with it', async () => {
  const both = codecOf(provider('aesgcm', 'two', 'one'));
  const onlyNew = codecOf(provider('aesgcm', 'two'));
  {
    await using running = await start('rotated', codecOf(provider('aesgcm', 'one')));
    await commitOne(running.store, createWrite('web', { password: SECRET }));
  }
  {
    await using running = await start('rotated', both);
    const found = (await freshCache(running.store)).get('default', 'web');
    await commitOne(running.store, updateWrite(found as never, { password: SECRET }));
  }
  // The first revision still needs it.
  await expect(start('rotated', onlyNew)).rejects.toThrow('the aesgcm key "one"');
  await admin.query(
    `delete from revisions using clusters
     where cluster_id = id and clusters.name = 'rotated' and revisions.resource_version = 1`,
  );
  await using running = await start('rotated', onlyNew);
  expect(await recordedKeys('rotated')).toEqual([...onlyNew.keyIds]);
  expect(versionOf((await freshCache(running.store)).get('default', 'web') as never)).toBe(2);
});

test('a key whose process never wrote with it does not stand in the way of others', async () => {
  {
    await using first = await start('unused', codecOf(provider('aesgcm', 'one')));
    expect(await first.store.currentResourceVersion()).toBe('0');
  }
  await using second = await start('unused', codecOf(provider('aesgcm', 'two')));
  expect(await second.store.currentResourceVersion()).toBe('0');
  expect(await recordedKeys('unused')).toEqual([...codecOf(provider('aesgcm', 'two')).keyIds]);
});

test('of processes that start at once, each with a key of its own, one starts', async () => {
  const starts = await Promise.allSettled(
    Array.from({ length: 10 }, (_, i) => start('at-once', codecOf(provider('aesgcm', `key${i}`)))),
  );
  const running = starts.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  try {
    expect(running).toHaveLength(1);
    expect(await recordedKeys('at-once')).toHaveLength(1);
  } finally {
    await Promise.all(running.map((one) => one[Symbol.asyncDispose]()));
  }
});
