import { describe, expect, test } from '@jest/globals';
import { ADMIN_USER } from '../../../src/apiserver/authentication/identities.ts';
import type { ApiClient } from '../../../src/apiserver/client.ts';
import { createClient } from '../../../src/apiserver/in-process-client.ts';
import { isApiError } from '../../../src/scheme/errors.ts';
import { corePods, policyPodDisruptionBudgets } from '../../../src/scheme/generated/resources.ts';
import type { Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import type { PodDisruptionBudget } from '../../../src/scheme/generated/types/policy-v1.ts';
import { podManifest } from '../../support/api-objects.ts';
import { createTestDatabase } from '../../support/database.ts';
import { testApi } from '../../support/plane.ts';

const place = (name: string) => ({ namespace: 'default', name });

/** A Pod on a node, as the kubelet would report it. */
async function runPod(client: ApiClient, name: string, isReady = true): Promise<Pod> {
  await client.create(corePods, podManifest(name));
  await client.createSubresource(corePods, place(name), 'binding', { target: { name: 'n1' } });
  const pod = await client.get(corePods, place(name));
  const ready = {
    type: 'Ready' as const,
    status: isReady ? ('True' as const) : ('False' as const),
  };
  const status = { ...pod.status, phase: 'Running' as const, conditions: [ready] };
  return client.update(corePods, { ...pod, status }, { subresource: 'status' });
}

async function allow(
  client: ApiClient,
  status: NonNullable<PodDisruptionBudget['status']>,
  spec: PodDisruptionBudget['spec'] = {},
  name = 'budget',
): Promise<void> {
  const budget = await client.create(policyPodDisruptionBudgets, {
    metadata: place(name),
    spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } }, ...spec },
  });
  const full = { currentHealthy: 1, desiredHealthy: 1, expectedPods: 1, ...status };
  await client.update(
    policyPodDisruptionBudgets,
    { ...budget, status: full },
    { subresource: 'status' },
  );
}

const evict = (client: ApiClient, name: string, deleteOptions: object = {}) =>
  client.createSubresource(corePods, place(name), 'eviction', {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: place(name),
    deleteOptions,
  });

const statusOf = async (client: ApiClient) =>
  (await client.get(policyPodDisruptionBudgets, place('budget'))).status;

const isMarked = async (client: ApiClient, name: string): Promise<boolean> =>
  (await client.get(corePods, place(name))).metadata.deletionTimestamp !== undefined;

describe('an eviction', () => {
  test('takes one disruption from the budget, and names the Pod there', async () => {
    await using api = await testApi();
    await runPod(api.client, 'a');
    await allow(api.client, { observedGeneration: 1, disruptionsAllowed: 2 });
    await evict(api.client, 'a');
    expect(await isMarked(api.client, 'a')).toBe(true);
    const status = await statusOf(api.client);
    expect(status?.disruptionsAllowed).toBe(1);
    expect(Object.keys(status?.disruptedPods ?? {})).toEqual(['a']);
  });

  test('that takes the last disruption says so in the conditions of the budget', async () => {
    await using api = await testApi();
    await runPod(api.client, 'a');
    await allow(api.client, { observedGeneration: 1, disruptionsAllowed: 1 });
    await evict(api.client, 'a');
    expect((await statusOf(api.client))?.conditions).toMatchObject([
      { type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods' },
    ]);
  });

  test('is refused for a while when the budget is used up', async () => {
    await using api = await testApi();
    await runPod(api.client, 'a');
    await allow(api.client, {
      observedGeneration: 1,
      disruptionsAllowed: 0,
      currentHealthy: 1,
      desiredHealthy: 2,
    });
    await expect(evict(api.client, 'a')).rejects.toMatchObject({
      reason: 'TooManyRequests',
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      details: {
        retryAfterSeconds: 10,
        causes: [
          {
            reason: 'DisruptionBudget',
            message: 'The disruption budget budget needs 2 healthy pods and has 1 currently',
          },
        ],
      },
    });
    expect(await isMarked(api.client, 'a')).toBe(false);
  });

  test('waits for a budget that nobody has looked at yet', async () => {
    await using api = await testApi();
    await runPod(api.client, 'a');
    await allow(api.client, { observedGeneration: 0, disruptionsAllowed: 5 });
    await expect(evict(api.client, 'a')).rejects.toMatchObject({
      details: {
        causes: [
          { message: 'The disruption budget budget is still being processed by the server.' },
        ],
      },
    });
  });

  test('of a Pod with two budgets is an error of the server', async () => {
    await using api = await testApi();
    await runPod(api.client, 'a');
    await allow(api.client, { observedGeneration: 1, disruptionsAllowed: 1 });
    await allow(api.client, { observedGeneration: 1, disruptionsAllowed: 1 }, {}, 'second');
    await expect(evict(api.client, 'a')).rejects.toMatchObject({
      reason: 'InternalError',
      message:
        'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    });
  });

  test.each([
    { policy: 'AlwaysAllow', healthy: 0, isFree: true },
    { policy: 'IfHealthyBudget', healthy: 1, isFree: true },
    { policy: 'IfHealthyBudget', healthy: 0, isFree: false },
    { policy: undefined, healthy: 1, isFree: true },
    { policy: undefined, healthy: 0, isFree: false },
  ] as const)(
    'of a Pod that is not ready is free under $policy with $healthy healthy of 1: $isFree',
    async ({ policy, healthy, isFree }) => {
      await using api = await testApi();
      await runPod(api.client, 'a', false);
      await allow(
        api.client,
        { observedGeneration: 1, disruptionsAllowed: 0, currentHealthy: healthy },
        policy ? { unhealthyPodEvictionPolicy: policy } : {},
      );
      if (isFree) await evict(api.client, 'a');
      else await expect(evict(api.client, 'a')).rejects.toThrow('disruption budget');
      expect((await statusOf(api.client))?.disruptedPods).toBeUndefined();
    },
  );

  test('of a Pod that does not run yet asks no budget', async () => {
    await using api = await testApi();
    await api.client.create(corePods, podManifest('a'));
    await allow(api.client, { observedGeneration: 1, disruptionsAllowed: 0 });
    await evict(api.client, 'a');
    await expect(api.client.get(corePods, place('a'))).rejects.toMatchObject({
      reason: 'NotFound',
    });
  });

  test('that is only tried takes nothing', async () => {
    await using api = await testApi();
    await runPod(api.client, 'a');
    await allow(api.client, { observedGeneration: 1, disruptionsAllowed: 1 });
    await evict(api.client, 'a', { dryRun: ['All'] });
    expect(await isMarked(api.client, 'a')).toBe(false);
    expect((await statusOf(api.client))?.disruptionsAllowed).toBe(1);
  });

  test('of another Pod of that name is a conflict', async () => {
    await using api = await testApi();
    await runPod(api.client, 'a');
    await expect(evict(api.client, 'a', { preconditions: { uid: 'other' } })).rejects.toMatchObject(
      { reason: 'Conflict' },
    );
  });
});

test('of 20 evictions at two API servers as many succeed as the budget allows', async () => {
  await using database = await createTestDatabase();
  await using one = await testApi({ databaseUrl: database.url });
  await using other = await testApi({ databaseUrl: database.url });
  const clients = [one, other].map(({ apiServer }) =>
    createClient(apiServer, { user: ADMIN_USER }),
  ) as [ApiClient, ApiClient];
  const names = Array.from({ length: 20 }, (_, i) => `pod-${i}`);
  for (const name of names) await runPod(one.client, name);
  await allow(one.client, { observedGeneration: 1, disruptionsAllowed: 6 });
  await other.client.get(policyPodDisruptionBudgets, place('budget'));
  const outcomes = await Promise.allSettled(
    names.map((name, i) => evict(clients[i % 2] as ApiClient, name)),
  );
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(6);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected')
      expect(isApiError(outcome.reason, 'TooManyRequests')).toBe(true);
  }
  const status = await statusOf(one.client);
  expect(status?.disruptionsAllowed).toBe(0);
  expect(Object.keys(status?.disruptedPods ?? {})).toHaveLength(6);
});
