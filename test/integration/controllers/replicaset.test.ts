import { describe, expect, test } from '@jest/globals';
import { createAdmissionPlugins } from '../../../src/apiserver/admission/plugin-table.ts';
import { appsReplicaSets, coreEvents, corePods } from '../../../src/scheme/generated/resources.ts';
import type { ReplicaSet } from '../../../src/scheme/generated/types/apps-v1.ts';
import type { Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';
import { PodQuota } from '../../support/pod-quota.ts';
import { newPod, newReplicaSet } from '../../support/workloads.ts';

const WEB = { namespace: 'default', name: 'web' };

const replicaSetPlane = (): Promise<TestPlane> => testPlane({ controllers: ['replicaset'] });
const pods = (plane: TestPlane): Promise<readonly Pod[]> => plane.list(corePods, 'default');
const web = (plane: TestPlane): Promise<ReplicaSet> => plane.client.get(appsReplicaSets, WEB);

const allReady =
  (count: number) =>
  ({ status }: ReplicaSet): void =>
    expect(status).toMatchObject({ replicas: count, readyReplicas: count });

async function scale(plane: TestPlane, replicas: number): Promise<void> {
  await plane.client.patch(appsReplicaSets, WEB, { type: 'merge', patch: { spec: { replicas } } });
}

describe('a ReplicaSet', () => {
  test('makes its Pods from the template, owned by it, and reports them', async () => {
    await using plane = await replicaSetPlane();
    await plane.client.create(appsReplicaSets, newReplicaSet('web', { replicas: 3 }));
    const { metadata, status } = await plane.eventually(() => web(plane), allReady(3));
    expect(status).toMatchObject({
      availableReplicas: 3,
      fullyLabeledReplicas: 3,
      terminatingReplicas: 0,
      observedGeneration: 1,
    });
    const made = await pods(plane);
    expect(made).toHaveLength(3);
    for (const pod of made) {
      expect(pod.metadata.name).toMatch(/^web-[a-z0-9]{5}$/);
      expect(pod.metadata.labels).toEqual({ app: 'web' });
      expect(pod.metadata.ownerReferences).toEqual([
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: 'web',
          uid: metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ]);
    }
    await plane.eventually(
      () => plane.list(coreEvents, 'default'),
      (events) =>
        expect(events).toContainEqual(
          expect.objectContaining({
            reason: 'SuccessfulCreate',
            message: expect.stringMatching(/^Created pod: web-/),
            source: { component: 'replicaset-controller' },
          }),
        ),
    );
  });

  test('replaces a Pod that was deleted', async () => {
    await using plane = await replicaSetPlane();
    await plane.client.create(appsReplicaSets, newReplicaSet('web', { replicas: 2 }));
    await plane.eventually(() => web(plane), allReady(2));
    const [first] = await pods(plane);
    const { name = '' } = first?.metadata ?? {};
    await plane.client.delete(corePods, { namespace: 'default', name });
    await plane.eventually(
      () => pods(plane),
      (now) => {
        expect(now).toHaveLength(2);
        expect(now.map(({ metadata }) => metadata.name)).not.toContain(name);
      },
    );
  });

  test('replaces a Pod that failed, and leaves the failed one', async () => {
    await using plane = await replicaSetPlane();
    await plane.client.create(appsReplicaSets, newReplicaSet('web', { replicas: 1 }));
    await plane.eventually(() => web(plane), allReady(1));
    const [pod] = (await pods(plane)) as [Pod];
    await plane.client.update(
      corePods,
      { ...pod, status: { ...pod.status, phase: 'Failed' } },
      { subresource: 'status' },
    );
    const now = await plane.eventually(
      () => pods(plane),
      (all) => expect(all).toHaveLength(2),
    );
    expect(now.map(({ metadata }) => metadata.uid)).toContain(pod.metadata.uid);
    await plane.eventually(() => web(plane), allReady(1));
  });

  test('gives up the Pods that are not ready first when it is scaled down', async () => {
    await using plane = await replicaSetPlane();
    await plane.client.create(appsReplicaSets, newReplicaSet('web', { replicas: 4 }));
    await plane.eventually(() => web(plane), allReady(4));
    const [unready, ready] = (await pods(plane)) as [Pod, Pod];
    await plane.pods.setReady(unready, false);
    await scale(plane, 3);
    await plane.eventually(
      () => pods(plane),
      (now) => expect(now).toHaveLength(3),
    );
    const left = (await pods(plane)).map(({ metadata }) => metadata.uid);
    expect(left).toContain(ready.metadata.uid);
    expect(left).not.toContain(unready.metadata.uid);
  });

  test('gives up the Pods that its user holds cheapest first', async () => {
    await using plane = await replicaSetPlane();
    await plane.client.create(appsReplicaSets, newReplicaSet('web', { replicas: 3 }));
    await plane.eventually(() => web(plane), allReady(3));
    const [cheap, dear] = (await pods(plane)) as [Pod, Pod];
    for (const [pod, cost] of [
      [cheap, '-10'],
      [dear, '10'],
    ] as const) {
      const annotations = { 'controller.kubernetes.io/pod-deletion-cost': cost };
      const { namespace, name = '' } = pod.metadata;
      const patch = { metadata: { annotations } };
      await plane.client.patch(corePods, { namespace, name }, { type: 'merge', patch });
    }
    await scale(plane, 2);
    const left = await plane.eventually(
      () => pods(plane),
      (now) => expect(now).toHaveLength(2),
    );
    const uids = left.map(({ metadata }) => metadata.uid);
    expect(uids).not.toContain(cheap.metadata.uid);
    await scale(plane, 1);
    const [last] = await plane.eventually(
      () => pods(plane),
      (now) => expect(now).toHaveLength(1),
    );
    expect(last?.metadata.uid).toBe(dear.metadata.uid);
  });

  test('gives up the Pods first that share a node with Pods of its siblings', async () => {
    await using plane = await replicaSetPlane();
    const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'deployment' };
    const ofDeployment = (name: string, replicas: number, version: string) => {
      const labels = { app: 'web', version };
      const made = newReplicaSet(name, { replicas });
      const metadata = { ...made.metadata, ownerReferences: [{ ...owner, controller: true }] };
      const template = { ...made.spec?.template, metadata: { labels } };
      const spec = { replicas, selector: { matchLabels: labels }, template };
      return plane.client.create(appsReplicaSets, { metadata, spec });
    };
    await ofDeployment('web', 2, 'new');
    await ofDeployment('sibling', 2, 'old');
    const all = await plane.eventually(
      () => pods(plane),
      (now) => {
        expect(now).toHaveLength(4);
        for (const { status } of now) expect(status?.phase).toBe('Running');
      },
    );
    const [crowded, alone, ...siblings] = [...all].sort((a, b) =>
      (a.metadata.labels?.version ?? '') < (b.metadata.labels?.version ?? '') ? -1 : 1,
    ) as [Pod, Pod, ...Pod[]];
    const bind = (pod: Pod, node: string) => {
      const { namespace, name = '' } = pod.metadata;
      const target = { target: { kind: 'Node', name: node } };
      return plane.client.createSubresource(corePods, { namespace, name }, 'binding', target);
    };
    await bind(alone, 'node-1');
    for (const pod of [crowded, ...siblings]) await bind(pod, 'node-2');
    await scale(plane, 1);
    const left = await plane.eventually(
      () => pods(plane),
      (now) => expect(now).toHaveLength(3),
    );
    expect(left.map(({ metadata }) => metadata.uid)).not.toContain(crowded.metadata.uid);
  });

  test('adopts a Pod that its selector matches, and releases one whose labels change', async () => {
    await using plane = await replicaSetPlane();
    const orphan = await plane.client.create(corePods, newPod('orphan'));
    await plane.client.create(appsReplicaSets, newReplicaSet('web', { replicas: 2 }));
    await plane.eventually(() => web(plane), allReady(2));
    const adopted = await plane.client.get(corePods, { namespace: 'default', name: 'orphan' });
    expect(adopted.metadata.uid).toBe(orphan.metadata.uid);
    expect(adopted.metadata.ownerReferences).toMatchObject([{ name: 'web', controller: true }]);
    await plane.client.patch(
      corePods,
      { namespace: 'default', name: 'orphan' },
      { type: 'merge', patch: { metadata: { labels: { app: 'debug' } } } },
    );
    await plane.eventually(
      () => pods(plane),
      (now) => expect(now).toHaveLength(3),
    );
    const released = await plane.client.get(corePods, { namespace: 'default', name: 'orphan' });
    expect(released.metadata.ownerReferences ?? []).toEqual([]);
  });

  test('counts a Pod as available once it has been ready for minReadySeconds', async () => {
    await using plane = await replicaSetPlane();
    const fields = { replicas: 1, minReadySeconds: 3600 };
    await plane.client.create(appsReplicaSets, newReplicaSet('web', fields));
    const { status } = await plane.eventually(() => web(plane), allReady(1));
    expect(status?.availableReplicas).toBeUndefined();
    plane.clock.advance(3_600_000);
    await plane.eventually(
      () => web(plane),
      ({ status: now }) => expect(now?.availableReplicas).toBe(1),
    );
  });

  test('makes exactly as many Pods as it should, however large the number', async () => {
    await using plane = await replicaSetPlane();
    await plane.client.create(appsReplicaSets, newReplicaSet('web', { replicas: 1200 }));
    await plane.eventually(() => web(plane), allReady(1200));
    await plane.idle();
    expect(await pods(plane)).toHaveLength(1200);
    await scale(plane, 0);
    await plane.eventually(
      () => pods(plane),
      (now) => expect(now).toHaveLength(0),
    );
  });

  test('writes nothing when there is nothing to do, even after a restart', async () => {
    await using plane = await replicaSetPlane();
    await plane.client.create(appsReplicaSets, newReplicaSet('web', { replicas: 3 }));
    await plane.eventually(() => web(plane), allReady(3));
    await plane.idle();
    const before = await plane.api.store.currentResourceVersion();
    await plane.restartControllers();
    await plane.idle();
    expect(await plane.api.store.currentResourceVersion()).toBe(before);
  });

  test('tries few creations when they are refused, tells why, and recovers', async () => {
    const quota = new PodQuota(2);
    await using plane = await testPlane({
      controllers: ['replicaset'],
      admissionPlugins: [...createAdmissionPlugins(), quota],
    });
    await plane.client.create(appsReplicaSets, newReplicaSet('web', { replicas: 100 }));
    const { status } = await plane.eventually(
      () => web(plane),
      (now) => expect(now.status?.conditions).toHaveLength(1),
    );
    expect(status?.conditions?.[0]).toMatchObject({
      type: 'ReplicaFailure',
      status: 'True',
      reason: 'FailedCreate',
      message: expect.stringContaining('exceeded quota'),
    });
    expect(quota.tried).toBeLessThan(20);
    const events = await plane.eventually(
      () => plane.list(coreEvents, 'default'),
      (all) => expect(all.map(({ reason }) => reason)).toContain('FailedCreate'),
    );
    expect(events.find(({ reason }) => reason === 'FailedCreate')?.message).toMatch(
      /^Error creating: pods ".*" is forbidden: exceeded quota$/,
    );
    quota.limit = 1000;
    const recovered = await plane.eventually(() => web(plane), allReady(100));
    expect(recovered.status?.conditions).toBeUndefined();
    await plane.idle();
    expect(await pods(plane)).toHaveLength(100);
  });

  test('neither makes nor replaces Pods while it is being deleted', async () => {
    await using plane = await replicaSetPlane();
    await plane.client.create(appsReplicaSets, newReplicaSet('web', { replicas: 2 }));
    await plane.eventually(() => web(plane), allReady(2));
    await plane.client.delete(appsReplicaSets, WEB, { propagationPolicy: 'Foreground' });
    const [first] = (await pods(plane)) as [Pod];
    await plane.client.delete(corePods, {
      namespace: 'default',
      name: first.metadata.name ?? '',
    });
    await plane.idle();
    expect(await pods(plane)).toHaveLength(1);
  });
});
