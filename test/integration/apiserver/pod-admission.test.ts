import { expect, test } from '@jest/globals';
import {
  coreNodes,
  corePods,
  coreServiceAccounts,
} from '../../../src/scheme/generated/resources.ts';
import { podManifest } from '../../support/api-objects.ts';
import { testApi } from '../../support/plane.ts';

const target = (name: string) => ({ namespace: 'default', name });

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
  const { metadata, spec, status } = await client.get(corePods, target('web'));
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') continue;
    expect(outcome.reason).toMatchObject({
      reason: 'Conflict',
      message: `Operation cannot be fulfilled on pods/binding "web": pod web is already assigned to node "${spec?.nodeName}"`,
    });
  }
  expect(status?.conditions).toMatchObject([
    { type: 'PodScheduled', status: 'True', observedGeneration: metadata.generation },
  ]);
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

test('a service account that a Pod names must exist', async () => {
  await using api = await testApi();
  const { client } = api;
  const pod = podManifest('a');
  const containers = pod.spec?.containers ?? [];
  const named = { ...pod, spec: { ...pod.spec, containers, serviceAccountName: 'robot' } };
  await expect(client.create(corePods, named)).rejects.toMatchObject({
    reason: 'Forbidden',
    message:
      'pods "a" is forbidden: error looking up service account default/robot: serviceaccount "robot" not found',
  });
  await client.create(coreServiceAccounts, { metadata: { name: 'robot', namespace: 'default' } });
  const created = await client.create(corePods, named);
  expect(created.spec?.serviceAccountName).toBe('robot');
});

test('a new Node takes no Pods until somebody has seen it Ready', async () => {
  await using api = await testApi();
  const { spec } = await api.client.create(coreNodes, {
    metadata: { name: '10.240.79.157', labels: { name: 'my-first-k8s-node' } },
  });
  expect(spec?.taints).toEqual([{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }]);
});
