import { describe, expect, test } from '@jest/globals';
import {
  appsDeployments,
  appsReplicaSets,
  coreEvents,
  corePods,
} from '../../../src/scheme/generated/resources.ts';
import type { Deployment, ReplicaSet } from '../../../src/scheme/generated/types/apps-v1.ts';
import type { Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import { planRollback, revisionOf } from '../../../src/scheme/groups/apps/deployment-revisions.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';
import { postgresQueueServer } from '../../support/queue-servers.ts';
import { newDeployment } from '../../support/workloads.ts';

const WEB = { namespace: 'default', name: 'web' };
const OLD_IMAGE = 'nginx:1.7.9';
const NEW_IMAGE = 'nginx:1.9.1';

const deploymentPlane = (): Promise<TestPlane> =>
  testPlane({ controllers: ['deployment', 'replicaset'] });
const web = (plane: TestPlane): Promise<Deployment> => plane.client.get(appsDeployments, WEB);
const replicaSets = (plane: TestPlane): Promise<readonly ReplicaSet[]> =>
  plane.list(appsReplicaSets, 'default');
const pods = (plane: TestPlane): Promise<readonly Pod[]> => plane.list(corePods, 'default');
const imageOf = (pod: Pod): string | undefined => pod.spec?.containers[0]?.image;

async function patch(plane: TestPlane, spec: object): Promise<Deployment> {
  return plane.client.patch(appsDeployments, WEB, { type: 'strategic', patch: { spec } });
}

const setImage = (plane: TestPlane, image: string): Promise<Deployment> =>
  patch(plane, { template: { spec: { containers: [{ name: 'web', image }] } } });

const complete =
  (replicas: number) =>
  ({ metadata, status }: Deployment): void => {
    expect(status).toMatchObject({
      observedGeneration: metadata.generation,
      replicas,
      updatedReplicas: replicas,
      readyReplicas: replicas,
      availableReplicas: replicas,
    });
    expect(status?.unavailableReplicas).toBeUndefined();
    expect(conditionOf('Progressing', status)).toMatchObject({ reason: 'NewReplicaSetAvailable' });
  };

function conditionOf(type: string, status: Deployment['status']) {
  return status?.conditions?.find((condition) => condition.type === type);
}

async function messagesOf(plane: TestPlane, reason: string): Promise<(string | undefined)[]> {
  const events = await plane.list(coreEvents, 'default');
  return events.filter((event) => event.reason === reason).map(({ message }) => message);
}

describe('a Deployment', () => {
  test('makes a ReplicaSet named after the hash of its template, and reports the rollout', async () => {
    await using plane = await deploymentPlane();
    await plane.client.create(appsDeployments, newDeployment('web', { replicas: 2 }));
    const deployment = await plane.eventually(() => web(plane), complete(2));
    const [replicaSet] = (await replicaSets(plane)) as [ReplicaSet];
    const hash = replicaSet.metadata.labels?.['pod-template-hash'] ?? '';
    expect(hash).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{5,10}$/);
    expect(replicaSet.metadata.name).toBe(`web-${hash}`);
    expect(replicaSet.spec?.selector.matchLabels).toEqual({
      app: 'web',
      'pod-template-hash': hash,
    });
    expect(replicaSet.metadata.annotations).toEqual({
      'deployment.kubernetes.io/desired-replicas': '2',
      'deployment.kubernetes.io/max-replicas': '3',
      'deployment.kubernetes.io/revision': '1',
    });
    expect(revisionOf(deployment)).toBe(1);
    expect(conditionOf('Available', deployment.status)).toMatchObject({
      status: 'True',
      reason: 'MinimumReplicasAvailable',
      message: 'Deployment has minimum availability.',
    });
    expect(conditionOf('Progressing', deployment.status)).toMatchObject({
      status: 'True',
      message: `ReplicaSet "web-${hash}" has successfully progressed.`,
    });
    await plane.eventually(
      () => messagesOf(plane, 'ScalingReplicaSet'),
      (messages) => expect(messages).toEqual([`Scaled up replica set web-${hash} from 0 to 2`]),
    );
  });

  test('rolls a new image out within its limits, and keeps the old ReplicaSet as history', async () => {
    await using plane = await deploymentPlane();
    const strategy = { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } };
    await plane.client.create(appsDeployments, newDeployment('web', { replicas: 4, strategy }));
    await plane.eventually(() => web(plane), complete(4));
    let most = 0;
    let fewestReady = 4;
    const watch = await plane.client.watch(
      appsDeployments,
      { namespace: 'default' },
      {
        onEvents: (events) => {
          for (const { object } of events) {
            most = Math.max(most, object.status?.replicas ?? 0);
            fewestReady = Math.min(fewestReady, object.status?.availableReplicas ?? 0);
          }
        },
        onClose: () => undefined,
      },
    );
    await setImage(plane, NEW_IMAGE);
    await plane.eventually(() => web(plane), complete(4));
    watch.stop();
    expect(most).toBeLessThanOrEqual(5);
    expect(fewestReady).toBeGreaterThanOrEqual(3);
    expect((await pods(plane)).map(imageOf)).toEqual(Array(4).fill(NEW_IMAGE));
    const sizes = (await replicaSets(plane)).map((one) => [revisionOf(one), one.spec?.replicas]);
    expect(sizes.sort()).toEqual([
      [1, 0],
      [2, 4],
    ]);
  });

  test('goes back to a revision, which becomes the newest, with its change cause', async () => {
    await using plane = await deploymentPlane();
    const first = newDeployment('web', { replicas: 1 });
    first.metadata.annotations = { 'kubernetes.io/change-cause': 'first' };
    await plane.client.create(appsDeployments, first);
    await plane.eventually(() => web(plane), complete(1));
    await plane.client.patch(appsDeployments, WEB, {
      type: 'strategic',
      patch: {
        metadata: { annotations: { 'kubernetes.io/change-cause': 'second' } },
        spec: { template: { spec: { containers: [{ name: 'web', image: NEW_IMAGE }] } } },
      },
    });
    await plane.eventually(() => web(plane), complete(1));
    const { operations, isCurrent } = planRollback({
      deployment: await web(plane),
      replicaSets: await replicaSets(plane),
    });
    expect(isCurrent).toBe(false);
    await plane.client.patch(appsDeployments, WEB, { type: 'json', operations });
    const back = await plane.eventually(
      () => web(plane),
      (deployment) => {
        expect(revisionOf(deployment)).toBe(3);
        complete(1)(deployment);
      },
    );
    expect(back.metadata.annotations).toMatchObject({ 'kubernetes.io/change-cause': 'first' });
    await plane.eventually(
      async () => (await pods(plane)).map(imageOf),
      (images) => expect(images).toEqual([OLD_IMAGE]),
    );
    const sets = await replicaSets(plane);
    expect(sets).toHaveLength(2);
    expect(sets.find((one) => revisionOf(one) === 3)?.metadata.annotations).toMatchObject({
      'deployment.kubernetes.io/revision-history': '1',
      'kubernetes.io/change-cause': 'first',
    });
  });

  test('scales without a new revision', async () => {
    await using plane = await deploymentPlane();
    await plane.client.create(appsDeployments, newDeployment('web', { replicas: 2 }));
    await plane.eventually(() => web(plane), complete(2));
    await patch(plane, { replicas: 50 });
    const deployment = await plane.eventually(() => web(plane), complete(50));
    expect(revisionOf(deployment)).toBe(1);
    expect(await replicaSets(plane)).toHaveLength(1);
    expect(await pods(plane)).toHaveLength(50);
  });

  test('with the Recreate strategy makes new Pods only when the old ones are gone', async () => {
    await using plane = await deploymentPlane();
    const strategy = { type: 'Recreate' as const };
    await plane.client.create(appsDeployments, newDeployment('web', { replicas: 2, strategy }));
    await plane.eventually(() => web(plane), complete(2));
    const finalizer = 'example.com/hold';
    const [held] = (await pods(plane)) as [Pod];
    await plane.client.update(corePods, {
      ...held,
      metadata: { ...held.metadata, finalizers: [finalizer] },
    });
    await setImage(plane, NEW_IMAGE);
    await plane.eventually(
      () => pods(plane),
      (now) => expect(now).toHaveLength(1),
    );
    await plane.idle();
    expect((await pods(plane)).map(imageOf)).toEqual([OLD_IMAGE]);
    await plane.client.patch(
      corePods,
      { namespace: 'default', name: held.metadata.name ?? '' },
      { type: 'merge', patch: { metadata: { finalizers: null } } },
    );
    plane.pods.driveAll();
    await plane.eventually(() => web(plane), complete(2));
    expect((await pods(plane)).map(imageOf)).toEqual([NEW_IMAGE, NEW_IMAGE]);
  });

  test('rolls nothing out while it is paused, but scales, and goes on when it is resumed', async () => {
    await using plane = await deploymentPlane();
    await plane.client.create(appsDeployments, newDeployment('web', { replicas: 2 }));
    await plane.eventually(() => web(plane), complete(2));
    await patch(plane, { paused: true });
    await plane.eventually(
      () => web(plane),
      ({ status }) =>
        expect(conditionOf('Progressing', status)).toMatchObject({
          status: 'Unknown',
          reason: 'DeploymentPaused',
          message: 'Deployment is paused',
        }),
    );
    await setImage(plane, NEW_IMAGE);
    await patch(plane, { replicas: 3 });
    await plane.eventually(
      async () => (await pods(plane)).map(imageOf),
      (images) => expect(images).toEqual([OLD_IMAGE, OLD_IMAGE, OLD_IMAGE]),
    );
    await plane.idle();
    expect(await replicaSets(plane)).toHaveLength(1);
    await patch(plane, { paused: false });
    await plane.eventually(() => web(plane), complete(3));
    expect((await pods(plane)).map(imageOf)).toEqual([NEW_IMAGE, NEW_IMAGE, NEW_IMAGE]);
  });

  test('reports a rollout that makes no progress within its deadline', async () => {
    await using plane = await deploymentPlane();
    await plane.client.create(
      appsDeployments,
      newDeployment('web', { replicas: 2, progressDeadlineSeconds: 3600 }),
    );
    await plane.eventually(() => web(plane), complete(2));
    plane.pods.shouldBeReady = (pod) => imageOf(pod) !== NEW_IMAGE;
    await setImage(plane, NEW_IMAGE);
    const moving = await plane.eventually(
      () => web(plane),
      ({ status }) => expect(status).toMatchObject({ replicas: 3, unavailableReplicas: 1 }),
    );
    expect(conditionOf('Progressing', moving.status)).toMatchObject({ status: 'True' });
    await plane.idle();
    plane.clock.advance(3_601_000);
    const stuck = await plane.eventually(
      () => web(plane),
      ({ status }) => expect(conditionOf('Progressing', status)?.status).toBe('False'),
    );
    const [current] = (await replicaSets(plane)).filter((one) => revisionOf(one) === 2);
    expect(conditionOf('Progressing', stuck.status)).toMatchObject({
      reason: 'ProgressDeadlineExceeded',
      message: `ReplicaSet "${current?.metadata.name}" has timed out progressing.`,
    });
    expect(conditionOf('Available', stuck.status)).toMatchObject({ status: 'True' });
    plane.pods.shouldBeReady = () => true;
    plane.pods.driveAll();
    await plane.eventually(() => web(plane), complete(2));
  });

  test('keeps as many old ReplicaSets as its history limit says', async () => {
    await using plane = await deploymentPlane();
    const fields = { replicas: 1, revisionHistoryLimit: 1 };
    await plane.client.create(appsDeployments, newDeployment('web', fields));
    await plane.eventually(() => web(plane), complete(1));
    for (const image of ['nginx:2', 'nginx:3']) {
      await setImage(plane, image);
      await plane.eventually(() => web(plane), complete(1));
    }
    const left = await plane.eventually(
      () => replicaSets(plane),
      (sets) => expect(sets).toHaveLength(2),
    );
    expect(left.map(revisionOf).sort()).toEqual([2, 3]);
  });

  test('adopts a ReplicaSet of its template instead of making one', async () => {
    await using plane = await deploymentPlane();
    await plane.client.create(appsDeployments, newDeployment('web', { replicas: 1 }));
    await plane.eventually(() => web(plane), complete(1));
    await plane.client.delete(appsDeployments, WEB, { propagationPolicy: 'Background' });
    const [orphan] = (await replicaSets(plane)) as [ReplicaSet];
    await plane.client.update(appsReplicaSets, {
      ...orphan,
      metadata: { ...orphan.metadata, ownerReferences: [] },
    });
    await plane.client.create(appsDeployments, newDeployment('web', { replicas: 2 }));
    const { metadata } = await plane.eventually(() => web(plane), complete(2));
    const sets = await replicaSets(plane);
    expect(sets.map((one) => one.metadata.uid)).toEqual([orphan.metadata.uid]);
    expect(sets[0]?.metadata.ownerReferences).toMatchObject([{ uid: metadata.uid }]);
  });

  test('hashes differently when the name of its ReplicaSet is taken', async () => {
    await using plane = await deploymentPlane();
    await plane.client.create(appsDeployments, newDeployment('web', { replicas: 1 }));
    await plane.eventually(() => web(plane), complete(1));
    const [first] = (await replicaSets(plane)) as [ReplicaSet];
    await plane.client.delete(appsDeployments, WEB);
    await plane.eventually(
      () => plane.list(appsDeployments, 'default'),
      (now) => expect(now).toHaveLength(0),
    );
    // Its owner is gone, but nobody collects it here: to the next Deployment it is a stranger with the name it wants.
    await plane.client.create(appsDeployments, newDeployment('web', { replicas: 1 }));
    const { status } = await plane.eventually(() => web(plane), complete(1));
    expect(status?.collisionCount).toBe(1);
    expect(await replicaSets(plane)).toHaveLength(2);
    expect((await replicaSets(plane)).map((one) => one.metadata.uid)).toContain(first.metadata.uid);
  });

  test('leaves a quiet cluster quiet, even after a restart', async () => {
    await using plane = await deploymentPlane();
    await plane.client.create(appsDeployments, newDeployment('web', { replicas: 3 }));
    await plane.eventually(() => web(plane), complete(3));
    await setImage(plane, NEW_IMAGE);
    await plane.eventually(() => web(plane), complete(3));
    await plane.idle();
    const before = await plane.api.store.currentResourceVersion();
    await plane.restartControllers();
    await plane.idle();
    expect(await plane.api.store.currentResourceVersion()).toBe(before);
  });
});

test('a Deployment rolls out, scales and goes on the queue that control planes use, too', async () => {
  await using server = await postgresQueueServer();
  await using plane = await testPlane({ controllers: 'all', queue: await server.backend() });
  await plane.client.create(appsDeployments, newDeployment('web', { replicas: 3 }));
  await plane.eventually(() => web(plane), complete(3));
  await setImage(plane, NEW_IMAGE);
  await patch(plane, { replicas: 5 });
  await plane.eventually(() => web(plane), complete(5));
  expect((await pods(plane)).map(imageOf)).toEqual(Array(5).fill(NEW_IMAGE));
  await plane.client.delete(appsDeployments, WEB);
  await plane.eventually(
    () => pods(plane),
    (left) => expect(left).toHaveLength(0),
  );
});
