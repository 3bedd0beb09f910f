import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  coreNamespaces,
  corePods,
  coreResourceQuotas,
  policyPodDisruptionBudgets,
} from '../../../src/scheme/generated/resources.ts';
import { podManifest } from '../../support/api-objects.ts';
import { type TestGraphql, testGraphql } from '../../support/graphql-server.ts';

let plane: TestGraphql;

beforeAll(async () => {
  plane = await testGraphql();
});

afterAll(async () => plane[Symbol.asyncDispose]());

const place = (name: string) => ({ namespace: 'default', name });

const PATCH = `mutation ($name: String!, $subresource: String!, $patch: JSON!) {
  patchObject(resource: "pods", name: $name, subresource: $subresource, patch: $patch)
}`;

async function refusal(work: Promise<unknown>): Promise<unknown> {
  const error = await work.then(
    () => {
      throw new Error('it was accepted');
    },
    (thrown: unknown) => thrown,
  );
  const { errors } = error as { errors: readonly { message: string; extensions: object }[] };
  return errors[0];
}

test('a container that looks into a Pod is added, and stays', async () => {
  await plane.api.client.create(corePods, podManifest('looked-at'));
  const add = (name: string, image: string) =>
    plane.client.request(PATCH, {
      name: 'looked-at',
      subresource: 'ephemeralcontainers',
      patch: { spec: { ephemeralContainers: [{ name, image }] } },
    });
  await add('debug', 'busybox');
  const { metadata, spec } = await plane.api.client.get(corePods, place('looked-at'));
  expect(spec?.ephemeralContainers).toMatchObject([{ name: 'debug', imagePullPolicy: 'Always' }]);
  expect(metadata.generation).toBe(2);
  expect(await refusal(add('debug', 'other'))).toMatchObject({
    message: expect.stringContaining(
      'spec.ephemeralContainers: Forbidden: existing ephemeral containers "debug" may not be changed',
    ),
    extensions: { code: 'Invalid' },
  });
});

test('a Pod is resized within the quota of its namespace', async () => {
  const { client } = plane.api;
  await client.create(coreNamespaces, { metadata: { name: 'tight' } });
  await client.create(coreResourceQuotas, {
    metadata: { namespace: 'tight', name: 'cpu' },
    spec: { hard: { 'requests.cpu': '1' } },
  });
  const containers = [{ name: 'a', image: 'x', resources: { requests: { cpu: '400m' } } }];
  await client.create(corePods, {
    metadata: { namespace: 'tight', name: 'a' },
    spec: { containers },
  });
  await client.create(corePods, {
    metadata: { namespace: 'tight', name: 'b' },
    spec: { containers },
  });
  const resize = (cpu: string) =>
    plane.client.request(
      `mutation ($patch: JSON!) {
        patchObject(resource: "pods", namespace: "tight", name: "a", subresource: "resize", patch: $patch)
      }`,
      { patch: { spec: { containers: [{ name: 'a', resources: { requests: { cpu } } }] } } },
    );
  expect(await refusal(resize('700m'))).toMatchObject({
    message:
      'pods "a" is forbidden: exceeded quota: cpu, requested: requests.cpu=300m, used: requests.cpu=800m, limited: requests.cpu=1',
  });
  await resize('600m');
  const quota = await client.get(coreResourceQuotas, { namespace: 'tight', name: 'cpu' });
  expect(quota.status?.used).toEqual({ 'requests.cpu': '1' });
});

test('an eviction that its budget does not allow says how long to wait', async () => {
  const { client } = plane.api;
  const { metadata } = podManifest('guarded');
  await client.create(corePods, {
    ...podManifest('guarded'),
    metadata: { ...metadata, labels: { app: 'guarded' } },
  });
  await client.createSubresource(corePods, place('guarded'), 'binding', { target: { name: 'n' } });
  const pod = await client.get(corePods, place('guarded'));
  await client.update(
    corePods,
    { ...pod, status: { ...pod.status, phase: 'Running' } },
    { subresource: 'status' },
  );
  await client.create(policyPodDisruptionBudgets, {
    metadata: place('guarded'),
    spec: { minAvailable: 1, selector: { matchLabels: { app: 'guarded' } } },
  });
  const evict = plane.client.request(
    `mutation { createCoreV1PodEviction(name: "guarded", input: {metadata: {name: "guarded"}}) { kind } }`,
  );
  expect(await refusal(evict)).toMatchObject({
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    extensions: {
      code: 'TooManyRequests',
      status: { details: { retryAfterSeconds: 10, causes: [{ reason: 'DisruptionBudget' }] } },
    },
  });
});

test('every kind with a scale is scaled by its own mutation', async () => {
  const { client } = plane;
  const fields = `metadata { name } spec { replicas }`;
  const template = `template: {metadata: {labels: ["app=s"]}, spec: {containers: [{name: "c", image: "x"}]}}`;
  const selector = `selector: {matchLabels: ["app=s"]}`;
  const kinds = [
    ['AppsV1Deployment', `${selector}, ${template}`],
    ['AppsV1ReplicaSet', `${selector}, ${template}`],
    ['AppsV1StatefulSet', `${selector}, serviceName: "s", ${template}`],
    ['CoreV1ReplicationController', `selector: ["app=s"], ${template}`],
  ] as const;
  for (const [kind, spec] of kinds) {
    await client.request(
      `mutation { create${kind}(input: {metadata: {name: "s"}, spec: {replicas: 1, ${spec}}}) { ${fields} } }`,
    );
    expect(
      await client.request(`mutation { scale${kind}(name: "s", replicas: 7) { ${fields} } }`),
    ).toEqual({
      [`scale${kind}`]: { metadata: { name: 's' }, spec: { replicas: 7 } },
    });
  }
});
