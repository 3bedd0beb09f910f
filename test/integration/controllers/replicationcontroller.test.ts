import { describe, expect, test } from '@jest/globals';
import {
  appsReplicaSets,
  coreEvents,
  corePods,
  coreReplicationControllers,
} from '../../../src/scheme/generated/resources.ts';
import type { Pod, ReplicationController } from '../../../src/scheme/generated/types/core-v1.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';
import { newPod, newReplicaSet, newReplicationController } from '../../support/workloads.ts';

const WEB = { namespace: 'default', name: 'web' };

const plain = (): Promise<TestPlane> => testPlane({ controllers: ['replicationcontroller'] });
const pods = (plane: TestPlane): Promise<readonly Pod[]> => plane.list(corePods, 'default');
const web = (plane: TestPlane): Promise<ReplicationController> =>
  plane.client.get(coreReplicationControllers, WEB);

const allReady =
  (count: number) =>
  ({ status }: ReplicationController): void =>
    expect(status).toMatchObject({ replicas: count, readyReplicas: count });

describe('a ReplicationController', () => {
  test('keeps as many Pods as it says, owned by it, and reports them', async () => {
    await using plane = await plain();
    await plane.client.create(
      coreReplicationControllers,
      newReplicationController('web', { replicas: 3 }),
    );
    const { metadata, status } = await plane.eventually(() => web(plane), allReady(3));
    expect(status).toEqual({
      replicas: 3,
      fullyLabeledReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      observedGeneration: 1,
    });
    const [first] = (await pods(plane)) as [Pod];
    expect(first.metadata.ownerReferences).toEqual([
      expect.objectContaining({
        apiVersion: 'v1',
        kind: 'ReplicationController',
        name: 'web',
        uid: metadata.uid,
        controller: true,
      }),
    ]);
    const patch = { spec: { replicas: 1 } };
    await plane.client.patch(coreReplicationControllers, WEB, { type: 'merge', patch });
    await plane.eventually(() => web(plane), allReady(1));
    const events = await plane.eventually(
      () => plane.list(coreEvents, 'default'),
      (all) => expect(all.map(({ reason }) => reason)).toContain('SuccessfulDelete'),
    );
    expect(events[0]?.source).toEqual({ component: 'replication-controller' });
  });

  test('adopts what its labels select, and releases what they no longer select', async () => {
    await using plane = await plain();
    await plane.client.create(corePods, newPod('orphan'));
    await plane.client.create(coreReplicationControllers, newReplicationController('web'));
    await plane.eventually(() => web(plane), allReady(1));
    expect(await pods(plane)).toHaveLength(1);
    const patch = { metadata: { labels: { app: 'debug' } } };
    const orphan = { namespace: 'default', name: 'orphan' };
    await plane.client.patch(corePods, orphan, { type: 'merge', patch });
    await plane.eventually(
      () => pods(plane),
      (now) => expect(now).toHaveLength(2),
    );
    expect((await plane.client.get(corePods, orphan)).metadata.ownerReferences ?? []).toEqual([]);
  });

  test('leaves the Pods of a ReplicaSet with the same name and labels alone', async () => {
    await using plane = await testPlane({ controllers: ['replicationcontroller', 'replicaset'] });
    await plane.client.create(appsReplicaSets, newReplicaSet('web', { replicas: 2 }));
    await plane.client.create(
      coreReplicationControllers,
      newReplicationController('web', { replicas: 3 }),
    );
    await plane.eventually(() => web(plane), allReady(3));
    await plane.idle();
    const kinds = (await pods(plane)).map(({ metadata }) => metadata.ownerReferences?.[0]?.kind);
    expect(kinds.sort()).toEqual([
      'ReplicaSet',
      'ReplicaSet',
      'ReplicationController',
      'ReplicationController',
      'ReplicationController',
    ]);
  });
});
