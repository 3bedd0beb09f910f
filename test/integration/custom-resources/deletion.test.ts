import { describe, expect, test } from '@jest/globals';
import { apiextensionsCustomResourceDefinitions as definitions } from '../../../src/scheme/generated/resources.ts';
import {
  installDefinition,
  widget,
  widgetDefinition,
  widgets,
} from '../../support/custom-resources.ts';
import { eventually } from '../../support/eventually.ts';
import { type TestApi, testApi } from '../../support/plane.ts';

const NAME = { name: 'widgets.example.com' };

async function expectGone({ client, scheme }: TestApi): Promise<void> {
  await eventually(
    () => client.list(definitions),
    ({ items }) => expect(items).toEqual([]),
  );
  await eventually(
    () => scheme.find('example.com', 'v1', 'widgets'),
    (definition) => expect(definition).toBeUndefined(),
  );
}

describe('a definition that is deleted', () => {
  test('goes with its objects', async () => {
    await using api = await testApi();
    await installDefinition(api, widgetDefinition());
    for (const name of ['a', 'b', 'c']) await api.client.create(widgets, widget(name));
    const { object, deleted } = await api.client.delete(definitions, NAME);
    expect(deleted).toBe(false);
    expect(object.metadata.finalizers).toEqual(['customresourcecleanup.apiextensions.k8s.io']);
    expect(object.status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'Terminating', status: 'True' }),
    );
    await expectGone(api);
    await expect(api.client.list(widgets)).rejects.toMatchObject({ reason: 'NotFound' });
    const { items } = (await api.store.cache(widgets)).list();
    expect(items).toEqual([]);
  });

  test('without objects goes at once', async () => {
    await using api = await testApi();
    await installDefinition(api, widgetDefinition());
    await api.client.delete(definitions, NAME);
    await expectGone(api);
  });

  test('waits for what its objects wait for, and takes no new ones', async () => {
    await using api = await testApi();
    await installDefinition(api, widgetDefinition());
    const held = widget('held');
    await api.client.create(widgets, {
      ...held,
      metadata: { ...held.metadata, finalizers: ['example.com/hold'] },
    });
    await api.client.create(widgets, widget('free'));
    await api.client.delete(definitions, NAME);
    await eventually(
      () => api.client.list(widgets),
      ({ items }) => {
        expect(items.map(({ metadata }) => metadata.name)).toEqual(['held']);
        expect(items[0]?.metadata.deletionTimestamp).toBeDefined();
      },
    );
    const waiting = await api.client.get(definitions, NAME);
    expect(waiting.status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'Terminating', reason: 'InstanceDeletionInProgress' }),
    );
    await expect(api.client.create(widgets, widget('late'))).rejects.toMatchObject({
      reason: 'MethodNotAllowed',
      message: 'create not allowed while custom resource definition is terminating',
    });
    await api.client.patch(
      widgets,
      { namespace: 'default', name: 'held' },
      { type: 'merge', patch: { metadata: { finalizers: null } } },
    );
    await expectGone(api);
  });

  test('leaves nothing behind, however many create its objects meanwhile', async () => {
    await using api = await testApi();
    await using other = await testApi({ databaseUrl: api.databaseUrl });
    await installDefinition(api, widgetDefinition());
    await eventually(
      () => other.scheme.find('example.com', 'v1', 'widgets'),
      (definition) => expect(definition).toBeDefined(),
    );
    const creates = Array.from({ length: 40 }, (_, i) =>
      (i % 2 === 0 ? api : other).client.create(widgets, widget(`w${i}`)),
    );
    const settled = Promise.allSettled(creates);
    await api.client.delete(definitions, NAME);
    const outcomes = await settled;
    await expectGone(api);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') {
        expect(['MethodNotAllowed', 'NotFound']).toContain(outcome.reason.reason);
      }
    }
    const { items } = await api.store.listAt(widgets, {
      resourceVersion: await api.store.currentResourceVersion(),
    });
    expect(items).toEqual([]);
  });

  test('can come again under its name, empty', async () => {
    await using api = await testApi();
    await installDefinition(api, widgetDefinition());
    await api.client.create(widgets, widget('a'));
    await api.client.delete(definitions, NAME);
    await expectGone(api);
    await installDefinition(api, widgetDefinition());
    expect((await api.client.list(widgets)).items).toEqual([]);
    await api.client.create(widgets, widget('a'));
  });

  test('ends the watches of its objects, after the last of them', async () => {
    await using api = await testApi();
    await installDefinition(api, widgetDefinition());
    await api.client.create(widgets, widget('a'));
    const seen: string[] = [];
    await api.client.watch(
      widgets,
      {},
      {
        onEvents: (events) => seen.push(...events.map(({ type }) => type)),
        onClose: (error) => seen.push(`closed: ${(error as { reason?: string }).reason}`),
      },
    );
    await api.client.delete(definitions, NAME);
    await eventually(
      () => seen,
      () => expect(seen).toEqual(['ADDED', 'DELETED', 'closed: NotFound']),
    );
  });
});
