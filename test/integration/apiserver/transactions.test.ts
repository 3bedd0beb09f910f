import { expect, test } from '@jest/globals';
import {
  coreConfigMaps,
  coreNamespaces,
  coreServices,
} from '../../../src/scheme/generated/resources.ts';
import type { ConfigMap, Service } from '../../../src/scheme/generated/types/core-v1.ts';
import { configMap, serviceManifest } from '../../support/api-objects.ts';
import { type TestApi, testApi } from '../../support/plane.ts';

const target = (name: string) => ({ namespace: 'default', name });

async function versionOf({ store }: TestApi): Promise<string> {
  return store.currentResourceVersion();
}

test('a transaction commits all of its writes at consecutive versions', async () => {
  await using api = await testApi();
  const { client } = api;
  await client.create(coreConfigMaps, configMap('old'));
  const objects = await client.transaction([
    { type: 'create', ref: coreNamespaces, object: { metadata: { name: 'shop' } } },
    {
      type: 'create',
      ref: coreConfigMaps,
      object: { metadata: { name: 'in-shop', namespace: 'shop' } },
    },
    {
      type: 'patch',
      ref: coreConfigMaps,
      target: target('old'),
      patch: { type: 'merge', patch: { data: { a: '1' } } },
    },
  ]);
  const [first = 0, ...rest] = objects.map(({ metadata }) => Number(metadata.resourceVersion));
  expect(rest).toEqual([first + 1, first + 2]);
  expect((objects[2] as ConfigMap).data).toEqual({ a: '1' });
});

test('a transaction of which one write is refused leaves nothing behind', async () => {
  await using api = await testApi();
  const { client } = api;
  await client.create(coreConfigMaps, configMap('taken'));
  const before = await versionOf(api);
  await expect(
    client.transaction([
      { type: 'create', ref: coreConfigMaps, object: configMap('fresh') },
      { type: 'create', ref: coreConfigMaps, object: configMap('taken') },
    ]),
  ).rejects.toMatchObject({ reason: 'AlreadyExists' });
  await expect(
    client.transaction([
      { type: 'create', ref: coreConfigMaps, object: configMap('fresh') },
      { type: 'delete', ref: coreConfigMaps, target: target('missing') },
    ]),
  ).rejects.toMatchObject({ message: 'configmaps "missing" not found' });
  expect(await versionOf(api)).toBe(before);
});

test('transfers between two objects by concurrent transactions neither make nor lose anything', async () => {
  await using api = await testApi();
  const { client } = api;
  await client.create(coreConfigMaps, configMap('left', { coins: '100' }));
  await client.create(coreConfigMaps, configMap('right', { coins: '100' }));
  const move = async () => {
    for (;;) {
      const [left, right] = await Promise.all(
        ['left', 'right'].map((name) => client.get(coreConfigMaps, target(name))),
      );
      if (!left || !right) throw new Error('the purses are gone');
      const moved = (object: ConfigMap, by: number) => ({
        type: 'update' as const,
        ref: coreConfigMaps,
        object: { ...object, data: { coins: String(Number(object.data?.coins) + by) } },
      });
      try {
        return await client.transaction([moved(left, -1), moved(right, 1)]);
      } catch {
        // Ignored: another transfer came first: look again.
      }
    }
  };
  await Promise.all(Array.from({ length: 20 }, move));
  const [left, right] = await Promise.all(
    ['left', 'right'].map((name) => client.get(coreConfigMaps, target(name))),
  );
  expect([left?.data?.coins, right?.data?.coins]).toEqual(['80', '120']);
});

test('a Service in a namespace that the same transaction makes gets its address with it', async () => {
  await using api = await testApi();
  const manifest = serviceManifest('web');
  const [, service] = await api.client.transaction([
    { type: 'create', ref: coreNamespaces, object: { metadata: { name: 'shop' } } },
    {
      type: 'create',
      ref: coreServices,
      object: { ...manifest, metadata: { name: 'web', namespace: 'shop' } },
    },
  ]);
  expect((service as Service).spec?.clusterIP).toMatch(/^10\./);
});
