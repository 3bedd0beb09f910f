import { expect, test } from '@jest/globals';
import { ADMIN_USER } from '../../../src/apiserver/authentication/identities.ts';
import type { ApiClient } from '../../../src/apiserver/client.ts';
import { createClient } from '../../../src/apiserver/in-process-client.ts';
import { isApiError } from '../../../src/scheme/errors.ts';
import { coreConfigMaps } from '../../../src/scheme/generated/resources.ts';
import type { ConfigMap } from '../../../src/scheme/generated/types/core-v1.ts';
import { configMap } from '../../support/api-objects.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { testApi } from '../../support/plane.ts';

const WRITERS = 20;
const ROUNDS = 10;
const COUNTER = { namespace: 'default', name: 'counter' };

const each = <T>(count: number, work: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => work(i)));

/** Two API servers on one database, as the writers of a real cluster would use them. */
async function twoServers(database: TestDatabase) {
  const one = await testApi({ databaseUrl: database.url });
  const other = await testApi({ databaseUrl: database.url });
  const clients = [one, other].map(({ apiServer }) =>
    createClient(apiServer, { user: ADMIN_USER }),
  );
  return {
    client: (i: number) => clients[i % 2] as ApiClient,
    async [Symbol.asyncDispose]() {
      await one[Symbol.asyncDispose]();
      await other[Symbol.asyncDispose]();
    },
  };
}

async function incrementOnce(client: ApiClient): Promise<boolean> {
  const current = await client.get(coreConfigMaps, { ...COUNTER, resourceVersion: '0' });
  const count = Number(current.data?.count) + 1;
  try {
    await client.update(coreConfigMaps, { ...current, data: { count: String(count) } });
    return true;
  } catch (thrown) {
    if (isApiError(thrown, 'Conflict')) return false;
    throw thrown;
  }
}

test('twenty compare-and-swap writers on one object lose no increment', async () => {
  await using database = await createTestDatabase();
  await using servers = await twoServers(database);
  await servers.client(0).create(coreConfigMaps, configMap('counter', { count: '0' }));
  await servers.client(1).get(coreConfigMaps, COUNTER);
  await each(WRITERS, async (i) => {
    for (let done = 0; done < ROUNDS; ) if (await incrementOnce(servers.client(i))) done++;
  });
  const { data } = await servers.client(0).get(coreConfigMaps, COUNTER);
  expect(data?.count).toBe(String(WRITERS * ROUNDS));
});

test('patches without a resourceVersion never conflict and never undo each other', async () => {
  await using database = await createTestDatabase();
  await using servers = await twoServers(database);
  await servers.client(0).create(coreConfigMaps, configMap('counter'));
  await each(WRITERS, async (i) => {
    for (let round = 0; round < ROUNDS; round++) {
      const patch = { data: { [`writer-${i}`]: String(round) } };
      await servers.client(i).patch(coreConfigMaps, COUNTER, { type: 'merge', patch });
    }
  });
  const { data } = await servers.client(1).get(coreConfigMaps, COUNTER);
  const expected = Array.from({ length: WRITERS }, (_, i) => [`writer-${i}`, String(ROUNDS - 1)]);
  expect(data).toEqual(Object.fromEntries(expected));
});

test('an update without a resourceVersion replaces whatever is there, however often others do', async () => {
  await using api = await testApi();
  await api.client.create(coreConfigMaps, configMap('counter'));
  const written = await each(WRITERS, (i) =>
    api.client.update(coreConfigMaps, configMap('counter', { by: String(i) }) as ConfigMap),
  );
  const versions = written.map(({ metadata }) => Number(metadata.resourceVersion));
  expect(new Set(versions).size).toBe(WRITERS);
  const last = written[versions.indexOf(Math.max(...versions))];
  expect(await api.client.get(coreConfigMaps, COUNTER)).toEqual(last);
});

test('of twenty updates from one version exactly one goes through and the others conflict', async () => {
  await using api = await testApi();
  const created = await api.client.create(coreConfigMaps, configMap('counter'));
  const outcomes = await Promise.allSettled(
    Array.from({ length: WRITERS }, (_, i) =>
      api.client.update(coreConfigMaps, { ...created, data: { by: String(i) } }),
    ),
  );
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(refused).toHaveLength(WRITERS - 1);
  for (const { reason } of refused) {
    expect(reason).toMatchObject({
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on configmaps "counter": the object has been modified; please apply your changes to the latest version and try again',
    });
  }
});

test('of twenty creates of one name exactly one goes through', async () => {
  await using database = await createTestDatabase();
  await using servers = await twoServers(database);
  const outcomes = await Promise.allSettled(
    Array.from({ length: WRITERS }, (_, i) =>
      servers.client(i).create(coreConfigMaps, configMap('counter', { by: String(i) })),
    ),
  );
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(refused).toHaveLength(WRITERS - 1);
  for (const { reason } of refused) {
    expect(reason).toMatchObject({ message: 'configmaps "counter" already exists' });
  }
});

test('when a delete and updates race, no update is acknowledged after the object is gone', async () => {
  await using api = await testApi();
  const { client } = api;
  for (let round = 0; round < ROUNDS; round++) {
    await client.create(coreConfigMaps, configMap('counter', { count: '0' }));
    const updates = Promise.allSettled(
      Array.from({ length: WRITERS }, (_, i) =>
        client.patch(coreConfigMaps, COUNTER, { type: 'merge', patch: { data: { i: String(i) } } }),
      ),
    );
    const { object, deleted } = await client.delete(coreConfigMaps, COUNTER);
    expect(deleted).toBe(true);
    const deletedAt = Number(object.metadata.resourceVersion);
    for (const outcome of await updates) {
      if (outcome.status === 'rejected') {
        expect(outcome.reason).toMatchObject({ reason: 'NotFound' });
      } else {
        expect(Number(outcome.value.metadata.resourceVersion)).toBeLessThan(deletedAt);
      }
    }
  }
});

test('a delete with a uid leaves alone the object that took the name meanwhile', async () => {
  await using api = await testApi();
  const { client } = api;
  const first = await client.create(coreConfigMaps, configMap('counter'));
  await client.delete(coreConfigMaps, COUNTER);
  const second = await client.create(coreConfigMaps, configMap('counter'));
  const preconditions = { uid: first.metadata.uid as string };
  await expect(client.delete(coreConfigMaps, COUNTER, { preconditions })).rejects.toMatchObject({
    reason: 'Conflict',
    message: `Operation cannot be fulfilled on configmaps "counter": Precondition failed: UID in precondition: ${first.metadata.uid}, UID in object meta: ${second.metadata.uid}`,
  });
  expect(await client.get(coreConfigMaps, COUNTER)).toEqual(second);
});

test('two hundred objects that ask for generated names get names of their own', async () => {
  await using database = await createTestDatabase();
  await using servers = await twoServers(database);
  const created = await each(200, (i) =>
    servers.client(i).create(coreConfigMaps, {
      metadata: { generateName: 'settings-', namespace: 'default' },
    }),
  );
  const names = created.map(({ metadata }) => metadata.name ?? '');
  expect(new Set(names).size).toBe(200);
  for (const name of names) expect(name).toMatch(/^settings-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
});

test('a generated name that is taken is drawn again, eight times at most', async () => {
  let draws = 0;
  await using api = await testApi({
    // The suffix of each name is five equal letters: one letter for five names, then the next.
    random: () => Math.floor(draws++ / 25) / 27,
  });
  const { client } = api;
  draws = 0;
  const create = () =>
    client.create(coreConfigMaps, { metadata: { generateName: 'x-', namespace: 'default' } });
  const names: (string | undefined)[] = [];
  for (let i = 0; i < 3; i++) names.push((await create()).metadata.name);
  expect(new Set(names).size).toBe(3);
});
