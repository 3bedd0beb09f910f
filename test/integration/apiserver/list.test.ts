import { expect, test } from '@jest/globals';
import type { ApiClient, ListOptions } from '../../../src/apiserver/client.ts';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import type { ApiError } from '../../../src/scheme/errors.ts';
import { coreConfigMaps, corePods } from '../../../src/scheme/generated/resources.ts';
import type { ConfigMap } from '../../../src/scheme/generated/types/core-v1.ts';
import { configMap, podManifest } from '../../support/api-objects.ts';
import { testApi } from '../../support/plane.ts';

const OBJECTS = 50;

const nameOf = ({ metadata }: ConfigMap): string => metadata.name ?? '';

async function createMany(client: ApiClient, count = OBJECTS): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, (_, i) => {
      const object = configMap(`c-${String(i).padStart(3, '0')}`, { i: String(i) });
      const labels = { parity: i % 2 === 0 ? 'even' : 'odd' };
      return client.create(coreConfigMaps, { ...object, metadata: { ...object.metadata, labels } });
    }),
  );
}

/** Reads a list page by page, calling `between` before each next page. */
async function readPages(
  client: ApiClient,
  options: ListOptions,
  between: () => Promise<void> = async () => undefined,
): Promise<{ items: ConfigMap[]; versions: Set<string>; pages: number }> {
  const items: ConfigMap[] = [];
  const versions = new Set<string>();
  let pages = 0;
  let token: string | undefined;
  do {
    const list = await client.list(coreConfigMaps, {
      ...options,
      ...(token ? { continue: token } : {}),
    });
    items.push(...list.items);
    versions.add(list.metadata.resourceVersion);
    token = list.metadata.continue;
    pages++;
    if (token) await between();
  } while (token);
  return { items, versions, pages };
}

test('pages read while others write are one snapshot', async () => {
  await using api = await testApi();
  const { client } = api;
  await createMany(client);
  const whole = await client.list(coreConfigMaps, { namespace: 'default' });
  let round = 0;
  const { items, versions, pages } = await readPages(
    client,
    { namespace: 'default', limit: 7 },
    async () => {
      round++;
      await client.delete(coreConfigMaps, {
        namespace: 'default',
        name: nameOf(whole.items[OBJECTS - round] as ConfigMap),
      });
      await client.create(coreConfigMaps, configMap(`c-${round}-new`));
      const patch = { data: { changed: 'yes' } };
      const target = { namespace: 'default', name: nameOf(whole.items[20 + round] as ConfigMap) };
      await client.patch(coreConfigMaps, target, { type: 'merge', patch });
    },
  );
  expect(items).toEqual(whole.items);
  expect(versions).toEqual(new Set([whole.metadata.resourceVersion]));
  expect(pages).toBe(8);
});

test('a list that one API server began is continued from the same snapshot by another', async () => {
  await using api = await testApi();
  await createMany(api.client);
  const whole = await api.client.list(coreConfigMaps, { namespace: 'default' });
  const first = await api.client.list(coreConfigMaps, { namespace: 'default', limit: 30 });
  await api.client.deleteCollection(coreConfigMaps, { namespace: 'default' });
  await using other = await testApi({ databaseUrl: api.databaseUrl });
  const rest = await other.client.list(coreConfigMaps, {
    namespace: 'default',
    continue: first.metadata.continue as string,
  });
  expect([...first.items, ...rest.items]).toEqual(whole.items);
});

test('the first page says how many remain, unless a selector makes that a guess', async () => {
  await using api = await testApi();
  await createMany(api.client);
  const page = await api.client.list(coreConfigMaps, { namespace: 'default', limit: 20 });
  expect(page.metadata.remainingItemCount).toBe(OBJECTS - 20);
  const selected = await api.client.list(coreConfigMaps, {
    labelSelector: 'parity=even',
    limit: 20,
  });
  expect(selected.items).toHaveLength(20);
  expect(selected.metadata.continue).toBeDefined();
  expect(selected.metadata.remainingItemCount).toBeUndefined();
});

test('pages of a selection are full, and the last one has no token', async () => {
  await using api = await testApi();
  await createMany(api.client);
  const { items, pages } = await readPages(api.client, { labelSelector: 'parity=even', limit: 5 });
  expect(items.map(({ data }) => Number(data?.i))).toEqual(
    Array.from({ length: OBJECTS / 2 }, (_, i) => 2 * i),
  );
  expect(pages).toBe(5);
});

test('a continue token past retention is Expired, with a token that goes on with the present', async () => {
  const clock = new VirtualClock();
  await using api = await testApi({ clock, store: { retentionMs: 60_000 } });
  const { client, store } = api;
  await createMany(client);
  const { metadata } = await client.list(coreConfigMaps, { namespace: 'default', limit: 10 });
  clock.advance(60_000);
  await client.create(coreConfigMaps, configMap('zzz'));
  clock.advance(120_000);
  await store.compact();
  // An API server that has just started has nothing of it in memory.
  await using other = await testApi({ clock, databaseUrl: api.databaseUrl });
  const refused = await other.client
    .list(coreConfigMaps, { continue: metadata.continue as string })
    .catch((thrown: unknown) => thrown);
  expect(refused).toMatchObject({ reason: 'Expired', code: 410 });
  const fresh = (refused as ApiError).toStatus().metadata.continue as string;
  const rest = await other.client.list(coreConfigMaps, { continue: fresh, namespace: 'default' });
  expect(rest.items.map(nameOf)).toContain('zzz');
  expect(rest.items).toHaveLength(OBJECTS - 10 + 1);
});

test('a list without a version shows every acknowledged write of any process', async () => {
  await using api = await testApi();
  await using other = await testApi({ databaseUrl: api.databaseUrl });
  for (let i = 0; i < 20; i++) {
    const created = await api.client.create(coreConfigMaps, configMap(`c-${i}`));
    const { items } = await other.client.list(coreConfigMaps, { namespace: 'default' });
    expect(items).toContainEqual(created);
  }
});

test('a version is the least that a list shows, or exactly what it shows, as the match rule says', async () => {
  await using api = await testApi();
  const { client } = api;
  const first = await client.create(coreConfigMaps, configMap('a'));
  const resourceVersion = first.metadata.resourceVersion as string;
  await client.create(coreConfigMaps, configMap('b'));
  const names = async (options: ListOptions) =>
    (await client.list(coreConfigMaps, { namespace: 'default', ...options })).items.map(nameOf);
  expect(await names({ resourceVersion })).toEqual(['a', 'b']);
  expect(await names({ resourceVersion, resourceVersionMatch: 'NotOlderThan' })).toEqual([
    'a',
    'b',
  ]);
  expect(await names({ resourceVersion, resourceVersionMatch: 'Exact' })).toEqual(['a']);
  expect(await names({ resourceVersion, limit: 10 })).toEqual(['a']);
  expect(await names({ resourceVersion: '0' })).toEqual(['a', 'b']);
  expect(await names({ at: { resourceVersion } })).toEqual(['a']);
});

test('a version that no server has given out yet is a Timeout that says so', async () => {
  await using api = await testApi({ minimumVersionTimeoutMs: 50 });
  await expect(
    api.client.list(coreConfigMaps, { resourceVersion: '1000000' }),
  ).rejects.toMatchObject({ reason: 'Timeout' });
});

test('field selectors choose by name, namespace and what the kind allows', async () => {
  await using api = await testApi();
  const { client } = api;
  await client.create(corePods, podManifest('a'));
  await client.create(corePods, podManifest('b'));
  await client.createSubresource(corePods, { namespace: 'default', name: 'b' }, 'binding', {
    target: { name: 'node-1' },
  });
  const names = async (fieldSelector: string) =>
    (await client.list(corePods, { fieldSelector })).items.map(({ metadata }) => metadata.name);
  expect(await names('metadata.name=a')).toEqual(['a']);
  expect(await names('spec.nodeName=node-1')).toEqual(['b']);
  expect(await names('spec.nodeName!=node-1,metadata.namespace=default')).toEqual(['a']);
  await expect(names('spec.nodename=x')).rejects.toMatchObject({
    reason: 'BadRequest',
    message: expect.stringMatching(/field label not supported: spec.nodename.*"spec.nodeName"/),
  });
});

test('the past of an object can be read within retention, with all its changes', async () => {
  await using api = await testApi();
  const { client } = api;
  const target = { namespace: 'default', name: 'a' };
  const first = await client.create(coreConfigMaps, configMap('a', { v: '1' }));
  const second = await client.patch(coreConfigMaps, target, {
    type: 'merge',
    patch: { data: { v: '2' } },
  });
  await client.delete(coreConfigMaps, target);
  const at = { resourceVersion: first.metadata.resourceVersion as string };
  expect(await client.get(coreConfigMaps, { ...target, at })).toEqual(first);
  const history = await client.history(coreConfigMaps, target);
  expect(history.map(({ type }) => type)).toEqual(['DELETED', 'MODIFIED', 'ADDED']);
  expect(history.slice(1).map(({ object }) => object)).toEqual([second, first]);
});

test('a time that has not come is refused, not answered with the present', async () => {
  const clock = new VirtualClock();
  await using api = await testApi({ clock });
  const at = { timeMs: clock.now() + 60_000 };
  const refusal = { reason: 'BadRequest', message: expect.stringMatching(/has not come yet/) };
  await expect(api.client.list(coreConfigMaps, { at })).rejects.toMatchObject(refusal);
  const target = { namespace: 'default', name: 'a' };
  await expect(api.client.get(coreConfigMaps, { ...target, at })).rejects.toMatchObject(refusal);
});
