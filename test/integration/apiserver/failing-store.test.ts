/** What the API server makes of a store that loses, refuses or delays. */
import { expect, test } from '@jest/globals';
import {
  conflict,
  OPTIMISTIC_LOCK_MESSAGE,
  serviceUnavailable,
} from '../../../src/scheme/errors.ts';
import { coreConfigMaps } from '../../../src/scheme/generated/resources.ts';
import type { ObjectStore, StoreWrite } from '../../../src/store/store.ts';
import { configMap } from '../../support/api-objects.ts';
import { interceptStore } from '../../support/intercept-store.ts';
import { testApi } from '../../support/plane.ts';

const target = { namespace: 'default', name: 'a' };
const isConfigMap = ([write]: readonly StoreWrite[]): boolean =>
  write?.key.resource === 'configmaps';

/** A store whose commits of config maps first do something else. */
const beforeCommit =
  (hook: (writes: readonly StoreWrite[], store: ObjectStore) => Promise<void>) =>
  (store: ObjectStore): ObjectStore =>
    interceptStore(store, {
      commit: async (writes, options) => {
        if (isConfigMap(writes)) await hook(writes, store);
        return store.commit(writes, options);
      },
    });

test('a patch that loses its race is computed anew from what won', async () => {
  let races = 0;
  await using api = await testApi({
    interceptStore: beforeCommit(async ([write], store) => {
      if (write?.type !== 'update' || races++ >= 3) return;
      const current = (await store.cache(write.key)).get('default', 'a');
      if (!current) throw new Error('the object is gone');
      const object = { ...current, data: { [`winner-${races}`]: 'yes' } };
      const expectedResourceVersion = current.metadata.resourceVersion as string;
      await store.commit([{ ...write, object, expectedResourceVersion }]);
    }),
  });
  await api.client.create(coreConfigMaps, configMap('a'));
  const patch = { data: { loser: 'yes' } };
  const patched = await api.client.patch(coreConfigMaps, target, { type: 'merge', patch });
  expect(patched.data).toEqual({ 'winner-3': 'yes', loser: 'yes' });
});

test('a write that loses every race ends with a Timeout that says so', async () => {
  await using api = await testApi({
    requestTimeoutMs: 200,
    interceptStore: beforeCommit(async ([write]) => {
      if (write?.type === 'update') throw conflict(write.key, OPTIMISTIC_LOCK_MESSAGE);
    }),
  });
  await api.client.create(coreConfigMaps, configMap('a'));
  await expect(
    api.client.patch(coreConfigMaps, target, { type: 'merge', patch: { data: { a: '1' } } }),
  ).rejects.toMatchObject({ reason: 'Timeout', message: /changed faster than this write/ });
});

test('a write whose caller has gone stops trying', async () => {
  const controller = new AbortController();
  let attempts = 0;
  await using api = await testApi({
    interceptStore: beforeCommit(async ([write]) => {
      if (write?.type !== 'update') return;
      if (++attempts === 3) controller.abort(new Error('gone'));
      throw conflict(write.key, OPTIMISTIC_LOCK_MESSAGE);
    }),
  });
  await api.client.create(coreConfigMaps, configMap('a'));
  const patch = { type: 'merge' as const, patch: { data: { a: '1' } } };
  await expect(
    api.client.patch(coreConfigMaps, target, patch, { signal: controller.signal }),
  ).rejects.toThrow('gone');
  expect(attempts).toBe(3);
});

test('a store that cannot be reached is said to be, and the write is not tried again', async () => {
  let attempts = 0;
  await using api = await testApi({
    interceptStore: beforeCommit(async () => {
      attempts++;
      throw serviceUnavailable('PostgreSQL cannot be reached');
    }),
  });
  await expect(api.client.create(coreConfigMaps, configMap('a'))).rejects.toMatchObject({
    reason: 'ServiceUnavailable',
  });
  expect(attempts).toBe(1);
});

test('a cache that could not be loaded is loaded by the next request', async () => {
  let failures = 0;
  await using api = await testApi({
    interceptStore: (store) =>
      interceptStore(store, {
        cache: async (resource) => {
          if (resource.resource === 'configmaps' && failures++ === 0) {
            throw serviceUnavailable('PostgreSQL cannot be reached');
          }
          return store.cache(resource);
        },
      }),
  });
  await expect(api.client.list(coreConfigMaps)).rejects.toMatchObject({
    reason: 'ServiceUnavailable',
  });
  expect((await api.client.list(coreConfigMaps)).items).toEqual([]);
});
