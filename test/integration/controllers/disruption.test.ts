import { expect, test } from '@jest/globals';
import { ADMIN_USER } from '../../../src/apiserver/authentication/identities.ts';
import type { ApiClient } from '../../../src/apiserver/client.ts';
import { createClient } from '../../../src/apiserver/in-process-client.ts';
import { withDisruptionTarget } from '../../../src/scheme/disruption-target.ts';
import { isApiError } from '../../../src/scheme/errors.ts';
import {
  appsDeployments,
  appsReplicaSets,
  coreEvents,
  corePods,
  policyPodDisruptionBudgets,
} from '../../../src/scheme/generated/resources.ts';
import type { Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import type {
  PodDisruptionBudgetSpec,
  PodDisruptionBudgetStatus,
} from '../../../src/scheme/generated/types/policy-v1.ts';
import type { WatchEvent } from '../../../src/scheme/object.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';
import {
  installDefinition,
  widget,
  widgetDefinition,
  widgets,
} from '../../support/custom-resources.ts';
import { createTestDatabase } from '../../support/database.ts';
import { testApi } from '../../support/plane.ts';
import { newDeployment, newPod, newReplicaSet } from '../../support/workloads.ts';

const SELECTOR = { matchLabels: { app: 'web' } };
const BUDGET = { namespace: 'default', name: 'budget' };
const REASONS = ['Conflict', 'NotFound', 'TooManyRequests'] as const;

const disruptionPlane = (): Promise<TestPlane> =>
  testPlane({ controllers: ['disruption', 'replicaset', 'deployment'] });

async function createBudget(plane: TestPlane, spec: PodDisruptionBudgetSpec): Promise<void> {
  await plane.client.create(policyPodDisruptionBudgets, {
    metadata: BUDGET,
    spec: { selector: SELECTOR, ...spec },
  });
}

async function expectStatus(plane: TestPlane, status: PodDisruptionBudgetStatus): Promise<void> {
  await plane.eventually(
    () => plane.client.get(policyPodDisruptionBudgets, BUDGET),
    (budget) => expect(budget.status).toMatchObject(status),
  );
}

const evict = (client: ApiClient, { metadata }: Pod) =>
  client.createSubresource(
    corePods,
    { namespace: metadata.namespace, name: metadata.name ?? '' },
    'eviction',
    { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: metadata.name } },
  );

const eventReasons = async (plane: TestPlane): Promise<(string | undefined)[]> => {
  await plane.idle();
  return (await plane.list(coreEvents)).map(({ reason }) => reason);
};

const isHealthy = ({ metadata, status }: Pod): boolean =>
  !metadata.deletionTimestamp &&
  (status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false);

/** How many Pods were healthy after each of the events. */
function healthyCounts(events: readonly WatchEvent<Pod>[]): number[] {
  const healthy = new Set<string>();
  return events.map(({ object, type }) => {
    const name = object.metadata.name ?? '';
    if (type !== 'DELETED' && isHealthy(object)) healthy.add(name);
    else healthy.delete(name);
    return healthy.size;
  });
}

async function recordPods(client: ApiClient): Promise<WatchEvent<Pod>[]> {
  const events: WatchEvent<Pod>[] = [];
  await client.watch(
    corePods,
    { namespace: 'default' },
    {
      onEvents: (batch) => events.push(...batch),
      onClose: (error) => {
        throw error;
      },
    },
  );
  return events;
}

test('a budget follows its Pods, its own changes and the scale of their owners', async () => {
  await using plane = await disruptionPlane();
  await createBudget(plane, { minAvailable: '50%' });
  await expectStatus(plane, { observedGeneration: 1, expectedPods: 0, disruptionsAllowed: 0 });
  expect(await eventReasons(plane)).toContain('NoPods');
  const place = { namespace: 'default', name: 'web' };
  await plane.client.create(appsDeployments, newDeployment('web', { replicas: 5 }));
  await expectStatus(plane, {
    expectedPods: 5,
    desiredHealthy: 3,
    currentHealthy: 5,
    disruptionsAllowed: 2,
  });
  const rescale = { type: 'merge', patch: { spec: { replicas: 7 } } } as const;
  await plane.client.patch(appsDeployments, place, rescale);
  await expectStatus(plane, { expectedPods: 7, desiredHealthy: 4, disruptionsAllowed: 3 });
  const tighten = { spec: { minAvailable: 7 } };
  await plane.client.patch(policyPodDisruptionBudgets, BUDGET, { type: 'merge', patch: tighten });
  await expectStatus(plane, { observedGeneration: 2, desiredHealthy: 7, disruptionsAllowed: 0 });
});

test('a change of scale counts also where no Pod changes', async () => {
  await using plane = await testPlane({ controllers: ['disruption', 'replicaset'] });
  await createBudget(plane, { maxUnavailable: 1 });
  await plane.client.create(appsReplicaSets, newReplicaSet('web', { replicas: 2 }));
  await expectStatus(plane, { expectedPods: 2, desiredHealthy: 1, disruptionsAllowed: 1 });
  await plane.restartControllers(['disruption']);
  const patch = { spec: { replicas: 4 } };
  const place = { namespace: 'default', name: 'web' };
  await plane.client.patch(appsReplicaSets, place, { type: 'merge', patch });
  await expectStatus(plane, { expectedPods: 4, desiredHealthy: 3, disruptionsAllowed: 0 });
});

test('an eviction that does not come about is given up after two minutes', async () => {
  await using plane = await disruptionPlane();
  const pod = await plane.client.create(corePods, newPod('web-1'));
  await createBudget(plane, { minAvailable: 0 });
  await expectStatus(plane, { disruptionsAllowed: 1, currentHealthy: 1 });
  const budget = await plane.client.get(policyPodDisruptionBudgets, BUDGET);
  const grantedAt = new Date(plane.clock.now()).toISOString();
  const status = {
    ...budget.status,
    disruptionsAllowed: 0,
    disruptedPods: { [pod.metadata.name ?? '']: grantedAt },
  };
  await plane.client.update(
    policyPodDisruptionBudgets,
    { ...budget, status },
    { subresource: 'status' },
  );
  await expectStatus(plane, { disruptionsAllowed: 0, currentHealthy: 0 });
  plane.clock.advance(121_000);
  await expectStatus(plane, { disruptionsAllowed: 1, currentHealthy: 1 });
  expect(await eventReasons(plane)).toContain('NotDeleted');
});

test('a budget whose Pods belong to nobody that has a scale allows nothing, and says so', async () => {
  await using plane = await disruptionPlane();
  await createBudget(plane, { maxUnavailable: 1 });
  const owner = { apiVersion: 'batch/v1', kind: 'Job', name: 'j', uid: 'u', controller: true };
  const pod = newPod('web-1');
  const metadata = { ...pod.metadata, ownerReferences: [owner] };
  await plane.client.create(corePods, { ...pod, metadata });
  await plane.eventually(
    () => plane.client.get(policyPodDisruptionBudgets, BUDGET),
    ({ status }) =>
      expect(status?.conditions).toMatchObject([
        {
          status: 'False',
          reason: 'SyncFailed',
          message: 'jobs.batch does not implement the scale subresource',
        },
      ]),
  );
  expect(await eventReasons(plane)).toContain('CalculateExpectedPodCountFailed');
});

test('Pods of custom objects count by the scale of these, and by nothing once they are gone', async () => {
  await using plane = await disruptionPlane();
  await installDefinition(
    plane.api,
    widgetDefinition({
      version: {
        subresources: {
          status: {},
          scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.ready' },
        },
      },
    }),
  );
  const created = await plane.client.create(widgets, widget('a', { size: 5 }));
  const { apiVersion, kind } = created;
  const { name = '', uid = '' } = created.metadata;
  const ownerReferences = [{ apiVersion, kind, name, uid, controller: true }];
  for (const pod of ['web-1', 'web-2', 'web-3'].map((one) => newPod(one))) {
    await plane.client.create(corePods, { ...pod, metadata: { ...pod.metadata, ownerReferences } });
  }
  await createBudget(plane, { maxUnavailable: '40%' });
  await expectStatus(plane, { expectedPods: 5, desiredHealthy: 3, currentHealthy: 3 });
  const patch = { spec: { replicas: 2 } };
  const place = { namespace: 'default', name };
  await plane.client.patch(widgets, place, { type: 'merge', patch }, { subresource: 'scale' });
  await plane.client.delete(corePods, { namespace: 'default', name: 'web-3' });
  await expectStatus(plane, { expectedPods: 2, desiredHealthy: 1, disruptionsAllowed: 1 });
  await plane.client.delete(widgets, place);
  await plane.client.delete(corePods, { namespace: 'default', name: 'web-2' });
  await plane.eventually(
    () => plane.client.get(policyPodDisruptionBudgets, BUDGET),
    ({ status }) =>
      expect(status?.conditions).toMatchObject([
        { status: 'False', message: 'found no controllers for pod "web-1"' },
      ]),
  );
});

test('a Pod of several budgets is told of them', async () => {
  await using plane = await disruptionPlane();
  for (const name of ['one', 'two']) {
    await plane.client.create(policyPodDisruptionBudgets, {
      metadata: { namespace: 'default', name },
      spec: { selector: SELECTOR, minAvailable: 1 },
    });
  }
  await plane.idle();
  await plane.client.create(corePods, newPod('web-1'));
  expect(await eventReasons(plane)).toContain('MultiplePodDisruptionBudgets');
});

test('a Pod whose disruption was announced and has not begun in two minutes is told that it stays', async () => {
  await using plane = await disruptionPlane();
  const pod = await plane.client.create(corePods, newPod('web-1'));
  const why = { reason: 'PreemptionByScheduler', message: 'for another' };
  const disruptionOf = async () => {
    const { status } = await plane.client.get(corePods, { namespace: 'default', name: 'web-1' });
    return status?.conditions?.find(({ type }) => type === 'DisruptionTarget')?.status;
  };
  const { resourceVersion: _, ...metadata } = pod.metadata;
  const marked = withDisruptionTarget({ ...pod, metadata }, why, plane.clock.now());
  await plane.client.update(corePods, marked, { subresource: 'status' });
  expect(await disruptionOf()).toBe('True');
  plane.clock.advance(121_000);
  await plane.eventually(disruptionOf, (status) => expect(status).toBe('False'));
});

test('Pods that nobody manages are left out of a share, and told of', async () => {
  await using plane = await disruptionPlane();
  await createBudget(plane, { maxUnavailable: 1 });
  await plane.client.create(corePods, newPod('web-1'));
  await expectStatus(plane, { expectedPods: 0, currentHealthy: 1, disruptionsAllowed: 0 });
  const told = (await plane.list(coreEvents)).find(({ reason }) => reason === 'UnmanagedPods');
  expect(told?.message).toContain(
    '(selector: &LabelSelector{MatchLabels:map[string]string{app: web,},MatchExpressions:[]LabelSelectorRequirement{},}) were found to be unmanaged.',
  );
});

test('while many evict at two API servers, never are fewer Pods healthy than the budget demands', async () => {
  await using database = await createTestDatabase();
  await using plane = await testPlane({
    databaseUrl: database.url,
    controllers: ['disruption', 'replicaset'],
  });
  await using other = await testApi({ databaseUrl: database.url });
  const elsewhere = createClient(other.apiServer, { user: ADMIN_USER });
  await createBudget(plane, { minAvailable: 5 });
  await plane.client.create(appsReplicaSets, newReplicaSet('web', { replicas: 8 }));
  await expectStatus(plane, { currentHealthy: 8, disruptionsAllowed: 3 });
  const first = await plane.list(corePods, 'default');
  const events = await recordPods(plane.client);
  await plane.eventually(() => expect(healthyCounts(events).at(-1)).toBe(8));
  const begun = events.length;
  let refused = 0;
  const drain = async (client: ApiClient): Promise<void> => {
    for (const pod of first) {
      await plane.eventually(async () => {
        try {
          await evict(client, pod);
        } catch (thrown) {
          if (!isApiError(thrown, ...REASONS)) throw thrown;
          if (isApiError(thrown, 'NotFound')) return;
          refused++;
          throw thrown;
        }
      });
    }
  };
  await Promise.all([plane.client, elsewhere, plane.client, elsewhere].map(drain));
  await expectStatus(plane, { currentHealthy: 8, disruptionsAllowed: 3, expectedPods: 8 });
  const names = (await plane.list(corePods, 'default')).map(({ metadata }) => metadata.name);
  expect(names).toHaveLength(8);
  for (const { metadata } of first) expect(names).not.toContain(metadata.name);
  expect(refused).toBeGreaterThan(0);
  expect(Math.min(...healthyCounts(events).slice(begun))).toBeGreaterThanOrEqual(5);
});
