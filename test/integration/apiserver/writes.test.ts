import { expect, test } from '@jest/globals';
import {
  appsDeployments,
  coreConfigMaps,
  coreEvents,
  coreNamespaces,
  corePods,
  coreServices,
  eventsEvents,
} from '../../../src/scheme/generated/resources.ts';
import type { ConfigMap } from '../../../src/scheme/generated/types/core-v1.ts';
import { LAST_APPLIED_ANNOTATION } from '../../../src/scheme/patch/last-applied.ts';
import {
  configMap,
  deploymentManifest,
  podManifest,
  serviceManifest,
} from '../../support/api-objects.ts';
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

test('a binding puts a Pod on a node once; a second one conflicts', async () => {
  await using api = await testApi();
  const { client } = api;
  await client.create(corePods, podManifest('web'));
  const bind = (name: string) =>
    client.createSubresource(corePods, target('web'), 'binding', {
      target: { kind: 'Node', name },
    });
  const outcomes = await Promise.allSettled(['node-1', 'node-2', 'node-3'].map(bind));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const { spec, status } = await client.get(corePods, target('web'));
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') continue;
    expect(outcome.reason).toMatchObject({
      reason: 'Conflict',
      message: `Operation cannot be fulfilled on pods/binding "web": pod web is already assigned to node "${spec?.nodeName}"`,
    });
  }
  expect(status?.conditions).toMatchObject([{ type: 'PodScheduled', status: 'True' }]);
});

test('an eviction deletes a Pod and says so in its conditions', async () => {
  await using api = await testApi();
  const { client } = api;
  await client.create(corePods, podManifest('web'));
  await client.createSubresource(corePods, target('web'), 'binding', {
    target: { name: 'node-1' },
  });
  await client.createSubresource(corePods, target('web'), 'eviction', {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name: 'web' },
    deleteOptions: { gracePeriodSeconds: 3 },
  });
  const { metadata, status } = await client.get(corePods, target('web'));
  expect(metadata.deletionGracePeriodSeconds).toBe(3);
  expect(status?.conditions).toContainEqual(
    expect.objectContaining({ type: 'DisruptionTarget', reason: 'EvictionByEvictionAPI' }),
  );
});

test('apply creates, then leaves alone, then configures, as kubectl reports it', async () => {
  await using api = await testApi();
  const { client } = api;
  const manifest = deploymentManifest('web');
  const created = await client.apply(appsDeployments, manifest);
  expect(created.operation).toBe('created');
  const before = await versionOf(api);
  const again = await client.apply(appsDeployments, manifest);
  expect(again).toEqual({ operation: 'unchanged', object: created.object });
  expect(await versionOf(api)).toBe(before);
  const edited = await client.apply(appsDeployments, deploymentManifest('web', 4));
  expect(edited.operation).toBe('configured');
  expect(edited.object.spec?.replicas).toBe(4);
  expect(edited.object.metadata.generation).toBe(2);
});

test('apply removes what the last manifest said and this one does not, and keeps what others set', async () => {
  await using api = await testApi();
  const { client } = api;
  await client.apply(coreConfigMaps, configMap('a', { mine: '1', gone: '1' }));
  await client.patch(coreConfigMaps, target('a'), {
    type: 'merge',
    patch: { data: { theirs: '1' } },
  });
  const { object } = await client.apply(coreConfigMaps, configMap('a', { mine: '2' }));
  expect(object.data).toEqual({ mine: '2', theirs: '1' });
  expect(JSON.parse(object.metadata.annotations?.[LAST_APPLIED_ANNOTATION] ?? '')).toEqual({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', namespace: 'default', annotations: {} },
    data: { mine: '2' },
  });
});

test('twenty applies of one new manifest at once create it exactly once', async () => {
  await using api = await testApi();
  const results = await Promise.all(
    Array.from({ length: 20 }, () => api.client.apply(coreConfigMaps, configMap('a', { v: '1' }))),
  );
  const operations = results.map(({ operation }) => operation).sort();
  expect(operations).toEqual(['created', ...Array.from({ length: 19 }, () => 'unchanged')]);
});

test('a dry run answers as the real thing would and stores nothing', async () => {
  await using api = await testApi();
  const { client } = api;
  const existing = await client.create(coreConfigMaps, configMap('old', { v: '1' }));
  const before = await versionOf(api);
  const dryRun = { dryRun: true };
  const created = await client.create(appsDeployments, deploymentManifest('web'), dryRun);
  expect(created.spec?.revisionHistoryLimit).toBe(10);
  expect(created.metadata.uid).toBeDefined();
  const service = await client.create(coreServices, serviceManifest('web'), dryRun);
  expect(service.spec?.clusterIP).toMatch(/^10\./);
  const updated = await client.update(coreConfigMaps, { ...existing, data: { v: '2' } }, dryRun);
  expect(updated.data).toEqual({ v: '2' });
  expect((await client.apply(coreConfigMaps, configMap('new'), dryRun)).operation).toBe('created');
  expect((await client.apply(coreConfigMaps, configMap('old', { v: '3' }), dryRun)).operation).toBe(
    'configured',
  );
  expect((await client.delete(coreConfigMaps, target('old'), dryRun)).deleted).toBe(true);
  await expect(client.create(coreConfigMaps, configMap('old'), dryRun)).rejects.toMatchObject({
    reason: 'AlreadyExists',
  });
  await client.transaction(
    [{ type: 'create', ref: coreConfigMaps, object: configMap('x') }],
    dryRun,
  );
  expect(await versionOf(api)).toBe(before);
  expect(await client.get(coreConfigMaps, target('old'))).toEqual(existing);
});

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

test('a collection is deleted by selector, and the count is of what was there', async () => {
  await using api = await testApi();
  const { client } = api;
  for (const name of ['a', 'b', 'c']) {
    const object = configMap(name);
    const labels = { keep: name === 'c' ? 'yes' : 'no' };
    await client.create(coreConfigMaps, { ...object, metadata: { ...object.metadata, labels } });
  }
  const selection = { namespace: 'default', labelSelector: 'keep=no' };
  expect(await client.deleteCollection(coreConfigMaps, selection)).toBe(2);
  const { items } = await client.list(coreConfigMaps, { namespace: 'default' });
  expect(items.map(({ metadata }) => metadata.name)).toEqual(['c']);
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

test('new Pods tolerate failed nodes for five minutes, and run as the default service account', async () => {
  await using api = await testApi();
  const { spec } = await api.client.create(corePods, podManifest('web'));
  expect(spec).toMatchObject({ serviceAccountName: 'default', priority: 0 });
  expect(spec?.tolerations).toEqual([
    {
      key: 'node.kubernetes.io/not-ready',
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: 300,
    },
    {
      key: 'node.kubernetes.io/unreachable',
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: 300,
    },
  ]);
});

test('a priority class becomes the number that the scheduler goes by, and must exist', async () => {
  await using api = await testApi();
  const manifest = (name: string, priorityClassName: string) => {
    const pod = podManifest(name);
    const containers = pod.spec?.containers ?? [];
    return { ...pod, spec: { ...pod.spec, containers, priorityClassName } };
  };
  const { spec } = await api.client.create(corePods, manifest('a', 'system-cluster-critical'));
  expect(spec?.priority).toBe(2_000_000_000);
  await expect(api.client.create(corePods, manifest('b', 'urgent'))).rejects.toMatchObject({
    message: 'pods "b" is forbidden: no PriorityClass with name urgent was found',
  });
});
