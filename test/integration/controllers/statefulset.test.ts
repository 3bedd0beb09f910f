import { describe, expect, test } from '@jest/globals';
import {
  appsControllerRevisions,
  appsStatefulSets,
  coreEvents,
  corePods,
} from '../../../src/scheme/generated/resources.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';
import {
  createWeb,
  named,
  patchSpec,
  pods,
  rolledOut,
  settledAt,
  statefulPlane,
  WEB,
  web,
} from '../../support/stateful-plane.ts';
import { newStatefulSet } from '../../support/workloads.ts';

async function podNames(plane: TestPlane): Promise<readonly (string | undefined)[]> {
  return (await pods(plane)).map(({ metadata }) => metadata.name).sort();
}

const hasPods =
  (plane: TestPlane) =>
  (...names: readonly string[]) =>
    plane.eventually(
      () => podNames(plane),
      (now) => expect(now).toEqual(names),
    );

async function endPod(plane: TestPlane, name: string, phase: 'Failed' | 'Succeeded') {
  const pod = await plane.client.get(corePods, named(name));
  const status = { ...pod.status, phase };
  await plane.client.update(corePods, { ...pod, status }, { subresource: 'status' });
  return pod.metadata.uid;
}

describe('a StatefulSet', () => {
  test('makes Pods with names, labels and host names of their own, and reports them', async () => {
    await using plane = await statefulPlane();
    await createWeb(plane, { replicas: 2, ordinals: { start: 5 } });
    const { status, metadata } = await plane.eventually(() => web(plane), rolledOut(2));
    expect(await podNames(plane)).toEqual(['web-5', 'web-6']);
    const [revision] = await plane.list(appsControllerRevisions, 'default');
    expect(status).toEqual({
      replicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      currentReplicas: 2,
      updatedReplicas: 2,
      currentRevision: revision?.metadata.name,
      updateRevision: revision?.metadata.name,
      observedGeneration: 1,
      collisionCount: 0,
    });
    const pod = await plane.client.get(corePods, named('web-6'));
    expect(pod.metadata).toMatchObject({
      generateName: 'web-',
      labels: {
        app: 'web',
        'statefulset.kubernetes.io/pod-name': 'web-6',
        'apps.kubernetes.io/pod-index': '6',
        'controller-revision-hash': revision?.metadata.name,
      },
      ownerReferences: [{ kind: 'StatefulSet', uid: metadata.uid, controller: true }],
    });
    expect(pod.spec).toMatchObject({ hostname: 'web-6', subdomain: 'web' });
    await plane.eventually(
      () => plane.list(coreEvents, 'default'),
      (events) =>
        expect(events).toContainEqual(
          expect.objectContaining({
            reason: 'SuccessfulCreate',
            message: 'create Pod web-5 in StatefulSet web successful',
            source: { component: 'statefulset-controller' },
          }),
        ),
    );
  });

  test('waits for each Pod to be ready before it makes the next', async () => {
    await using plane = await statefulPlane();
    plane.pods.shouldBeReady = ({ metadata }) => metadata.name !== 'web-1';
    await createWeb(plane, { replicas: 3 });
    await hasPods(plane)('web-0', 'web-1');
    await plane.idle();
    expect(await podNames(plane)).toEqual(['web-0', 'web-1']);
    plane.pods.shouldBeReady = () => true;
    plane.pods.driveAll();
    await plane.eventually(() => web(plane), rolledOut(3));
  });

  test('waits for each Pod to have been ready for minReadySeconds', async () => {
    await using plane = await statefulPlane();
    await createWeb(plane, { replicas: 2, minReadySeconds: 3600 });
    const { status } = await plane.eventually(
      () => web(plane),
      (now) => expect(now.status?.readyReplicas).toBe(1),
    );
    expect(status?.availableReplicas).toBe(0);
    await plane.idle();
    expect(await podNames(plane)).toEqual(['web-0']);
    plane.clock.advance(3_600_000);
    await hasPods(plane)('web-0', 'web-1');
  });

  test('gives up Pods from the highest down, each when the one before is gone', async () => {
    await using plane = await statefulPlane();
    await createWeb(plane, { replicas: 3 });
    await plane.eventually(() => web(plane), rolledOut(3));
    plane.pods.shouldEnd = () => false;
    await patchSpec(plane, { replicas: 0 });
    await plane.eventually(
      () => plane.client.get(corePods, named('web-2')),
      ({ metadata }) => expect(metadata.deletionTimestamp).toBeDefined(),
    );
    await plane.idle();
    const going = (await pods(plane)).filter(({ metadata }) => metadata.deletionTimestamp);
    expect(going.map(({ metadata }) => metadata.name)).toEqual(['web-2']);
    plane.pods.shouldEnd = () => true;
    plane.pods.driveAll();
    await plane.eventually(() => web(plane), settledAt(0));
  });

  test('does not go on giving up Pods while one that stays is not ready', async () => {
    await using plane = await statefulPlane();
    await createWeb(plane, { replicas: 3 });
    await plane.eventually(() => web(plane), rolledOut(3));
    await plane.pods.setReady(await plane.client.get(corePods, named('web-0')), false);
    await patchSpec(plane, { replicas: 1 });
    await plane.idle();
    expect(await podNames(plane)).toEqual(['web-0', 'web-1', 'web-2']);
    await plane.pods.setReady(await plane.client.get(corePods, named('web-0')), true);
    await hasPods(plane)('web-0');
  });

  test('in parallel makes and gives up all at once', async () => {
    await using plane = await statefulPlane();
    plane.pods.shouldBeReady = () => false;
    await createWeb(plane, { replicas: 20, podManagementPolicy: 'Parallel' });
    await plane.eventually(
      () => pods(plane),
      (all) => expect(all).toHaveLength(20),
    );
    plane.pods.shouldEnd = () => false;
    await patchSpec(plane, { replicas: 0 });
    await plane.eventually(
      () => pods(plane),
      (all) => expect(all.every(({ metadata }) => metadata.deletionTimestamp)).toBe(true),
    );
  });

  test.each(['Failed', 'Succeeded'] as const)('replaces a Pod that has %s', async (phase) => {
    await using plane = await statefulPlane();
    await createWeb(plane, { replicas: 2 });
    await plane.eventually(() => web(plane), rolledOut(2));
    const uid = await endPod(plane, 'web-0', phase);
    await plane.eventually(
      () => plane.client.get(corePods, named('web-0')),
      ({ metadata, status }) => {
        expect(metadata.uid).not.toBe(uid);
        expect(status?.phase).toBe('Running');
      },
    );
    await plane.eventually(() => web(plane), rolledOut(2));
  });

  test('moves its places when its first ordinal changes', async () => {
    await using plane = await statefulPlane();
    await createWeb(plane, { replicas: 2 });
    await plane.eventually(() => web(plane), rolledOut(2));
    await patchSpec(plane, { ordinals: { start: 1 } });
    await hasPods(plane)('web-1', 'web-2');
  });

  test('adopts Pods of its names alone, and takes them back after it was deleted without them', async () => {
    await using plane = await testPlane({ controllers: ['statefulset', 'garbage-collector'] });
    await createWeb(plane, { replicas: 2 });
    await plane.eventually(() => web(plane), rolledOut(2));
    const before = (await pods(plane)).map(({ metadata }) => metadata.uid).sort();
    await plane.client.delete(appsStatefulSets, WEB, { propagationPolicy: 'Orphan' });
    await plane.eventually(
      () => plane.list(appsStatefulSets, 'default'),
      (left) => expect(left).toEqual([]),
    );
    await plane.idle();
    expect((await pods(plane)).map(({ metadata }) => metadata.ownerReferences ?? [])).toEqual([
      [],
      [],
    ]);
    const [kept] = await pods(plane);
    const stranger = { ...kept?.metadata.labels, 'statefulset.kubernetes.io/pod-name': 'other' };
    await plane.client.create(corePods, {
      metadata: { ...named('stranger'), labels: stranger },
      spec: { containers: [{ name: 'web', image: 'nginx' }] },
    });
    await createWeb(plane, { replicas: 2 });
    const { metadata } = await plane.eventually(() => web(plane), rolledOut(2));
    const owned = (await pods(plane)).filter(
      (pod) => pod.metadata.ownerReferences?.[0]?.uid === metadata.uid,
    );
    expect(owned.map((pod) => pod.metadata.uid).sort()).toEqual(before);
    expect(await plane.list(appsControllerRevisions, 'default')).toHaveLength(1);
  });

  test('tells how it is while it is being deleted, and makes nothing more', async () => {
    await using plane = await testPlane({ controllers: ['statefulset'] });
    const held = newStatefulSet('web', { replicas: 2 });
    const metadata = { ...held.metadata, finalizers: ['example.com/hold'] };
    await plane.client.create(appsStatefulSets, { ...held, metadata });
    await plane.eventually(
      () => plane.client.get(appsStatefulSets, WEB),
      ({ status }) => expect(status?.readyReplicas).toBe(2),
    );
    await plane.client.delete(appsStatefulSets, WEB);
    await plane.client.delete(corePods, { namespace: 'default', name: 'web-0' });
    await plane.eventually(
      () => plane.client.get(appsStatefulSets, WEB),
      ({ status }) => expect(status).toMatchObject({ replicas: 1, readyReplicas: 1 }),
    );
    await plane.idle();
    expect((await pods(plane)).map((pod) => pod.metadata.name)).toEqual(['web-1']);
  });

  test('puts the labels of a place back that somebody took away', async () => {
    await using plane = await statefulPlane();
    await createWeb(plane, {});
    await plane.eventually(() => web(plane), rolledOut(1));
    const labels = { 'apps.kubernetes.io/pod-index': null };
    const patch = { metadata: { labels } };
    await plane.client.patch(corePods, named('web-0'), { type: 'merge', patch });
    await plane.eventually(
      () => plane.client.get(corePods, named('web-0')),
      ({ metadata }) => expect(metadata.labels?.['apps.kubernetes.io/pod-index']).toBe('0'),
    );
  });

  test('writes nothing when there is nothing to do, even after a restart', async () => {
    await using plane = await statefulPlane();
    await createWeb(plane, { replicas: 2 });
    await plane.eventually(() => web(plane), rolledOut(2));
    await plane.idle();
    const before = await plane.api.store.currentResourceVersion();
    await plane.restartControllers();
    await plane.idle();
    expect(await plane.api.store.currentResourceVersion()).toBe(before);
  });
});
