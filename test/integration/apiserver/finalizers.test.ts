import { expect, test } from '@jest/globals';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import { coreConfigMaps, corePods } from '../../../src/scheme/generated/resources.ts';
import { configMap, podManifest } from '../../support/api-objects.ts';
import { testApi } from '../../support/plane.ts';

const TARGET = { namespace: 'default', name: 'held' };

const held = (finalizers: string[]) => {
  const object = configMap('held');
  return { ...object, metadata: { ...object.metadata, finalizers } };
};

test('an object with finalizers is marked by a delete, and goes with the update that removes the last', async () => {
  const clock = new VirtualClock();
  await using api = await testApi({ clock });
  const { client } = api;
  await client.create(coreConfigMaps, held(['example.com/a', 'example.com/b']));
  const { object, deleted } = await client.delete(coreConfigMaps, TARGET);
  expect(deleted).toBe(false);
  expect(object.metadata).toMatchObject({
    deletionTimestamp: '2026-01-01T00:00:00Z',
    deletionGracePeriodSeconds: 0,
    finalizers: ['example.com/a', 'example.com/b'],
  });

  const fewer = await client.update(coreConfigMaps, {
    ...object,
    metadata: { ...object.metadata, finalizers: ['example.com/b'] },
  });
  expect(fewer.metadata.finalizers).toEqual(['example.com/b']);

  await client.patch(coreConfigMaps, TARGET, {
    type: 'merge',
    patch: { metadata: { finalizers: null } },
  });
  await expect(client.get(coreConfigMaps, TARGET)).rejects.toMatchObject({ reason: 'NotFound' });
});

test('a second delete of a held object changes nothing', async () => {
  await using api = await testApi();
  await api.client.create(coreConfigMaps, held(['example.com/a']));
  const first = await api.client.delete(coreConfigMaps, TARGET);
  expect(await api.client.delete(coreConfigMaps, TARGET)).toEqual(first);
});

test('no finalizer can be added to an object that is being deleted', async () => {
  await using api = await testApi();
  const { client } = api;
  await client.create(coreConfigMaps, held(['example.com/a']));
  await client.delete(coreConfigMaps, TARGET);
  const patch = { metadata: { finalizers: ['example.com/a', 'example.com/late'] } };
  await expect(
    client.patch(coreConfigMaps, TARGET, { type: 'merge', patch }),
  ).rejects.toMatchObject({
    reason: 'Invalid',
    message:
      'ConfigMap "held" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/late"}',
  });
});

test('an update cannot take back a deletion', async () => {
  await using api = await testApi();
  const { client } = api;
  const created = await client.create(coreConfigMaps, held(['example.com/a']));
  const { object } = await client.delete(coreConfigMaps, TARGET);
  const { resourceVersion: _, ...metadata } = created.metadata;
  const updated = await client.update(coreConfigMaps, { ...created, metadata, data: { a: '1' } });
  expect(updated.metadata.deletionTimestamp).toBe(object.metadata.deletionTimestamp);
});

test.each([
  ['Foreground', ['foregroundDeletion']],
  ['Orphan', ['orphan']],
] as const)(
  'a delete with propagation policy %s leaves the object to the garbage collector',
  async (propagationPolicy, finalizers) => {
    await using api = await testApi();
    await api.client.create(coreConfigMaps, configMap('held'));
    const { object, deleted } = await api.client.delete(coreConfigMaps, TARGET, {
      propagationPolicy,
    });
    expect(deleted).toBe(false);
    expect(object.metadata.finalizers).toEqual(finalizers);
  },
);

test('concurrent removals of different finalizers delete the object exactly once', async () => {
  await using api = await testApi();
  const { client } = api;
  const names = Array.from({ length: 10 }, (_, i) => `example.com/f${i}`);
  await client.create(coreConfigMaps, held(names));
  await client.delete(coreConfigMaps, TARGET);
  const seen: string[] = [];
  const { metadata } = await client.list(coreConfigMaps, { namespace: 'default' });
  await client.watch(
    coreConfigMaps,
    { resourceVersion: metadata.resourceVersion },
    {
      onEvents: (events) => void seen.push(...events.map(({ type }) => type)),
      onClose: () => undefined,
    },
  );
  await Promise.all(
    names.map(async (name) => {
      for (;;) {
        const { items } = await client.list(coreConfigMaps, { namespace: 'default' });
        const current = items.find((item) => item.metadata.name === 'held');
        if (!current) return;
        const finalizers = current.metadata.finalizers?.filter((one) => one !== name);
        try {
          await client.update(coreConfigMaps, {
            ...current,
            metadata: { ...current.metadata, finalizers },
          });
          return;
        } catch {
          // Ignored: lost the race (Conflict), or the object has gone (NotFound): look again.
        }
      }
    }),
  );
  await client.get(coreConfigMaps, { namespace: 'default', name: 'held' }).catch(() => undefined);
  expect(seen.filter((type) => type === 'DELETED')).toHaveLength(1);
  expect(seen.filter((type) => type === 'MODIFIED')).toHaveLength(names.length - 1);
});

test('a Pod on a node is given its grace period, which a later delete can only shorten', async () => {
  const clock = new VirtualClock();
  await using api = await testApi({ clock });
  const { client } = api;
  const target = { namespace: 'default', name: 'web' };
  const manifest = podManifest('web');
  const spec = {
    ...manifest.spec,
    containers: manifest.spec?.containers ?? [],
    nodeName: 'node-1',
  };
  await client.create(corePods, { ...manifest, spec });

  const first = await client.delete(corePods, target, { gracePeriodSeconds: 60 });
  expect(first.object.metadata).toMatchObject({
    deletionTimestamp: '2026-01-01T00:01:00Z',
    deletionGracePeriodSeconds: 60,
    generation: 2,
  });

  clock.advance(10_000);
  const longer = await client.delete(corePods, target, { gracePeriodSeconds: 90 });
  expect(longer.object).toEqual(first.object);

  const shorter = await client.delete(corePods, target, { gracePeriodSeconds: 5 });
  expect(shorter.object.metadata).toMatchObject({
    deletionTimestamp: '2026-01-01T00:00:05Z',
    deletionGracePeriodSeconds: 5,
  });

  const now = await client.delete(corePods, target, { gracePeriodSeconds: 0 });
  expect(now.deleted).toBe(true);
});

test('a Pod that is on no node goes at once, whatever grace period is asked for', async () => {
  await using api = await testApi();
  await api.client.create(corePods, podManifest('web'));
  const target = { namespace: 'default', name: 'web' };
  const { deleted } = await api.client.delete(corePods, target, { gracePeriodSeconds: 30 });
  expect(deleted).toBe(true);
});
