import { getMaxListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import {
  appsDeployments,
  coreConfigMaps,
  coreEvents,
  eventsEvents,
} from '../../../src/scheme/generated/resources.ts';
import { configMap, deploymentManifest } from '../../support/api-objects.ts';
import { type TestApi, testApi } from '../../support/plane.ts';

const target = (name: string) => ({ namespace: 'default', name });

async function versionOf({ store }: TestApi): Promise<string> {
  return store.currentResourceVersion();
}

test('a create sets what the system sets, whatever the user wrote there', async () => {
  await using api = await testApi();
  const object = deploymentManifest('web');
  const created = await api.client.create(appsDeployments, {
    ...object,
    metadata: {
      ...object.metadata,
      uid: 'mine',
      generation: 7,
      creationTimestamp: '2001-01-01T00:00:00Z',
      deletionTimestamp: '2001-01-01T00:00:00Z',
      selfLink: '/here',
      managedFields: [],
    },
    status: { replicas: 9 },
  });
  expect(created.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
  expect(created.metadata.generation).toBe(1);
  expect(Date.parse(created.metadata.creationTimestamp ?? '')).toBeGreaterThan(Date.UTC(2025, 0));
  expect(created.metadata).not.toHaveProperty('deletionTimestamp');
  expect(created.metadata).not.toHaveProperty('selfLink');
  expect(created.status?.replicas).toBeUndefined();
  expect(created.spec).toMatchObject({
    revisionHistoryLimit: 10,
    strategy: { type: 'RollingUpdate' },
  });
});

test('generation grows with the spec, not with status or with an update that changes nothing', async () => {
  await using api = await testApi();
  const { client } = api;
  const created = await client.create(appsDeployments, deploymentManifest('web'));
  const reported = await client.update(
    appsDeployments,
    { ...created, status: { observedGeneration: 1, replicas: 2 } },
    { subresource: 'status' },
  );
  expect(reported.metadata.generation).toBe(1);
  const before = await versionOf(api);
  expect(await client.update(appsDeployments, reported)).toEqual(reported);
  expect(await versionOf(api)).toBe(before);
  const scaled = await client.patch(appsDeployments, target('web'), {
    type: 'strategic',
    patch: { spec: { replicas: 5 } },
  });
  expect(scaled.metadata.generation).toBe(2);
  expect(scaled.status).toEqual(reported.status);
});

test('a status update takes the status alone', async () => {
  await using api = await testApi();
  const { client } = api;
  const created = await client.create(appsDeployments, deploymentManifest('web'));
  const updated = await client.update(
    appsDeployments,
    {
      ...created,
      metadata: { ...created.metadata, labels: { sneaky: 'yes' } },
      spec: { ...(created.spec as NonNullable<typeof created.spec>), replicas: 99 },
      status: { replicas: 2 },
    },
    { subresource: 'status' },
  );
  expect(updated.spec).toEqual(created.spec);
  expect(updated.metadata.labels).toEqual(created.metadata.labels);
  expect(updated.status?.replicas).toBe(2);
});

test('the scale of a Deployment is read and set by itself', async () => {
  await using api = await testApi();
  const { client, apiServer } = api;
  await client.create(appsDeployments, deploymentManifest('web', 3));
  const ctx = { user: { name: 'system:admin', groups: ['system:masters'] } };
  const scale = await apiServer.get(ctx, appsDeployments, {
    ...target('web'),
    subresource: 'scale',
  });
  expect(scale).toMatchObject({
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    spec: { replicas: 3 },
    status: { replicas: 0, selector: 'app=web' },
  });
  await client.patch(
    appsDeployments,
    target('web'),
    { type: 'merge', patch: { spec: { replicas: 8 } } },
    { subresource: 'scale' },
  );
  const deployment = await client.get(appsDeployments, target('web'));
  expect(deployment.spec?.replicas).toBe(8);
  expect(deployment.metadata.generation).toBe(2);
  await expect(
    client.patch(
      appsDeployments,
      target('web'),
      { type: 'merge', patch: { spec: { replicas: -1 } } },
      { subresource: 'scale' },
    ),
  ).rejects.toMatchObject({
    message:
      'Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
  });
});

test('a JSON patch whose test fails is refused and changes nothing', async () => {
  await using api = await testApi();
  const { client } = api;
  const created = await client.create(coreConfigMaps, configMap('a', { v: '1' }));
  await expect(
    client.patch(coreConfigMaps, target('a'), {
      type: 'json',
      operations: [
        { op: 'replace', path: '/data/v', value: '2' },
        { op: 'test', path: '/data/v', value: '3' },
      ],
    }),
  ).rejects.toMatchObject({ reason: 'Invalid' });
  expect(await client.get(coreConfigMaps, target('a'))).toEqual(created);
});

test('a patch that carries a stale resourceVersion conflicts', async () => {
  await using api = await testApi();
  const { client } = api;
  const created = await client.create(coreConfigMaps, configMap('a', { v: '1' }));
  await client.patch(coreConfigMaps, target('a'), { type: 'merge', patch: { data: { v: '2' } } });
  const { resourceVersion } = created.metadata;
  await expect(
    client.patch(coreConfigMaps, target('a'), {
      type: 'merge',
      patch: { metadata: { resourceVersion }, data: { v: '3' } },
    }),
  ).rejects.toMatchObject({ reason: 'Conflict' });
});

test('a collection is deleted by selector, and the answer is what was there', async () => {
  await using api = await testApi();
  const { client } = api;
  for (const name of ['a', 'b', 'c']) {
    const object = configMap(name);
    const labels = { keep: name === 'c' ? 'yes' : 'no' };
    await client.create(coreConfigMaps, { ...object, metadata: { ...object.metadata, labels } });
  }
  const selection = { namespace: 'default', labelSelector: 'keep=no' };
  const deleted = await client.deleteCollection(coreConfigMaps, selection);
  expect(deleted).toMatchObject({
    kind: 'ConfigMapList',
    items: [{ metadata: { name: 'a' } }, { metadata: { name: 'b' } }],
  });
  const { items } = await client.list(coreConfigMaps, { namespace: 'default' });
  expect(items.map(({ metadata }) => metadata.name)).toEqual(['c']);
});

test("as many deletions of a collection as are under way may listen for their caller's end, which Node.js would warn of", async () => {
  await using api = await testApi();
  const { signal } = new AbortController();
  await api.client.create(coreConfigMaps, configMap('a'));
  await api.client.deleteCollection(coreConfigMaps, { namespace: 'default' }, { signal });
  // No limit.
  expect(getMaxListeners(signal)).toBe(0);
});

test('an Event is one object in both of its groups', async () => {
  await using api = await testApi();
  const { client } = api;
  await client.create(coreEvents, {
    metadata: { name: 'web.1', namespace: 'default' },
    involvedObject: { kind: 'Pod', name: 'web', namespace: 'default' },
    reason: 'Started',
    message: 'Started container nginx',
    type: 'Normal',
  });
  const seen = await client.get(eventsEvents, target('web.1'));
  expect(seen).toMatchObject({
    apiVersion: 'events.k8s.io/v1',
    note: 'Started container nginx',
    regarding: { kind: 'Pod', name: 'web' },
  });
});
