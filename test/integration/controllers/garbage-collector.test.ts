import { describe, expect, test } from '@jest/globals';
import type { DeleteOptions } from '../../../src/apiserver/client.ts';
import {
  appsDeployments,
  appsReplicaSets,
  coreConfigMaps,
  coreEvents,
  coreNamespaces,
  coreNodes,
  corePods,
} from '../../../src/scheme/generated/resources.ts';
import type { ConfigMap } from '../../../src/scheme/generated/types/core-v1.ts';
import type { ApiObject, OwnerReference } from '../../../src/scheme/object.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';
import { newDeployment } from '../../support/workloads.ts';

const WEB = { namespace: 'default', name: 'web' };

const collectorPlane = (): Promise<TestPlane> => testPlane({ controllers: ['garbage-collector'] });

const workloadPlane = (): Promise<TestPlane> =>
  testPlane({ controllers: ['garbage-collector', 'deployment', 'replicaset'] });

function ownedBy({ apiVersion, kind, metadata }: ApiObject, blocking = false): OwnerReference {
  const { name = '', uid = '' } = metadata;
  return { apiVersion, kind, name, uid, ...(blocking ? { blockOwnerDeletion: true } : {}) };
}

function createMap(
  plane: TestPlane,
  name: string,
  ownerReferences: OwnerReference[] = [],
  metadata: Partial<ConfigMap['metadata']> = {},
): Promise<ConfigMap> {
  return plane.client.create(coreConfigMaps, {
    metadata: { name, namespace: 'default', ownerReferences, ...metadata },
  });
}

const deleteMap = (plane: TestPlane, name: string, options?: DeleteOptions) =>
  plane.client.delete(coreConfigMaps, { namespace: 'default', name }, options);

const mapNames = async (plane: TestPlane, namespace = 'default'): Promise<(string | undefined)[]> =>
  (await plane.list(coreConfigMaps, namespace)).map(({ metadata }) => metadata.name).sort();

async function expectMaps(plane: TestPlane, names: string[]): Promise<void> {
  await plane.eventually(
    () => mapNames(plane),
    (found) => expect(found).toEqual(names),
  );
}

describe('the garbage collector', () => {
  test('deletes what a Deployment owned, and what that owned, in the background', async () => {
    await using plane = await workloadPlane();
    await plane.client.create(appsDeployments, newDeployment('web', { replicas: 600 }));
    await plane.eventually(
      () => plane.list(corePods, 'default'),
      (pods) => expect(pods).toHaveLength(600),
    );
    const { deleted } = await plane.client.delete(appsDeployments, WEB);
    expect(deleted).toBe(true);
    await plane.eventually(
      async () => [
        ...(await plane.list(appsReplicaSets, 'default')),
        ...(await plane.list(corePods, 'default')),
      ],
      (left) => expect(left).toHaveLength(0),
    );
  });

  test('knows an owner that a reference names by an old group and version', async () => {
    await using plane = await collectorPlane();
    const owner = await plane.client.create(appsDeployments, newDeployment('web', { replicas: 1 }));
    const reference = { ...ownedBy(owner), apiVersion: 'extensions/v1beta1' };
    await createMap(plane, 'owned', [reference]);
    await createMap(plane, 'orphaned', [{ ...reference, uid: 'gone' }]);
    await expectMaps(plane, ['owned']);
    await plane.client.delete(appsDeployments, WEB);
    await expectMaps(plane, []);
  });

  test('deletes dependents before their owner in the foreground', async () => {
    await using plane = await workloadPlane();
    await plane.client.create(appsDeployments, newDeployment('web', { replicas: 3 }));
    await plane.eventually(
      () => plane.list(corePods, 'default'),
      (pods) => expect(pods).toHaveLength(3),
    );
    const deletions: string[] = [];
    const note = { onClose: () => undefined };
    for (const ref of [appsDeployments, appsReplicaSets, corePods]) {
      await plane.client.watch<ApiObject>(
        ref,
        { namespace: 'default' },
        {
          ...note,
          onEvents: (events) => {
            for (const { type } of events) if (type === 'DELETED') deletions.push(ref.kind);
          },
        },
      );
    }
    const { deleted } = await plane.client.delete(appsDeployments, WEB, {
      propagationPolicy: 'Foreground',
    });
    expect(deleted).toBe(false);
    await plane.eventually(
      () => deletions,
      (seen) => expect(seen).toEqual(['Pod', 'Pod', 'Pod', 'ReplicaSet', 'Deployment']),
    );
  });

  test('lets dependents go free when their owner is deleted with Orphan', async () => {
    await using plane = await workloadPlane();
    await plane.client.create(appsDeployments, newDeployment('web', { replicas: 2 }));
    await plane.eventually(
      () => plane.list(corePods, 'default'),
      (pods) => expect(pods).toHaveLength(2),
    );
    await plane.client.delete(appsDeployments, WEB, { propagationPolicy: 'Orphan' });
    await plane.eventually(
      () => plane.list(appsDeployments, 'default'),
      (left) => expect(left).toHaveLength(0),
    );
    await plane.idle();
    const [replicaSet] = await plane.list(appsReplicaSets, 'default');
    expect(replicaSet?.metadata.ownerReferences ?? []).toEqual([]);
    expect(await plane.list(corePods, 'default')).toHaveLength(2);
  });

  test('keeps an object that has another owner, and strikes the absent one out', async () => {
    await using plane = await collectorPlane();
    const first = await createMap(plane, 'first');
    const second = await createMap(plane, 'second');
    await createMap(plane, 'child', [ownedBy(first), ownedBy(second)]);
    await deleteMap(plane, 'first');
    await plane.eventually(
      () => plane.client.get(coreConfigMaps, { namespace: 'default', name: 'child' }),
      ({ metadata }) => expect(metadata.ownerReferences).toEqual([ownedBy(second)]),
    );
    await deleteMap(plane, 'second');
    await expectMaps(plane, []);
  });

  test('deletes an object that is made for an owner that is gone already', async () => {
    await using plane = await collectorPlane();
    const owner = await createMap(plane, 'owner');
    await deleteMap(plane, 'owner');
    await createMap(plane, 'late', [ownedBy(owner)]);
    await expectMaps(plane, []);
  });

  test('takes a namesake of the owner for another object', async () => {
    await using plane = await collectorPlane();
    const owner = await createMap(plane, 'owner');
    await deleteMap(plane, 'owner');
    await createMap(plane, 'owner');
    await createMap(plane, 'child', [ownedBy(owner)]);
    await expectMaps(plane, ['owner']);
  });

  test('lets only blocking dependents hold up a foreground deletion', async () => {
    await using plane = await collectorPlane();
    const owner = await createMap(plane, 'owner');
    const finalizers = ['example.com/hold'];
    await createMap(plane, 'blocking', [ownedBy(owner, true)], { finalizers });
    await createMap(plane, 'other', [ownedBy(owner)], { finalizers });
    await deleteMap(plane, 'owner', { propagationPolicy: 'Foreground' });
    await plane.idle();
    const blocking = await plane.client.get(coreConfigMaps, {
      namespace: 'default',
      name: 'blocking',
    });
    expect(blocking.metadata.deletionTimestamp).toBeDefined();
    // The other does not hold up its owner, but neither does it wait for its end.
    const other = await plane.client.get(coreConfigMaps, { namespace: 'default', name: 'other' });
    expect(other.metadata.deletionTimestamp).toBeDefined();
    expect(await mapNames(plane)).toEqual(['blocking', 'other', 'owner']);
    await plane.client.update(coreConfigMaps, {
      ...blocking,
      metadata: { ...blocking.metadata, finalizers: [] },
    });
    await expectMaps(plane, ['other']);
  });

  test('breaks a circle of owners that wait for each other', async () => {
    await using plane = await collectorPlane();
    const first = await createMap(plane, 'first');
    const second = await createMap(plane, 'second', [ownedBy(first, true)]);
    await plane.client.update(coreConfigMaps, {
      ...first,
      metadata: { ...first.metadata, ownerReferences: [ownedBy(second, true)] },
    });
    await deleteMap(plane, 'first', { propagationPolicy: 'Foreground' });
    await expectMaps(plane, []);
  });

  test('lets a cluster-wide object own objects of a namespace', async () => {
    await using plane = await collectorPlane();
    const node = await plane.client.create(coreNodes, { metadata: { name: 'node-1' } });
    await createMap(plane, 'of-node', [ownedBy(node)]);
    await plane.idle();
    expect(await mapNames(plane)).toEqual(['of-node']);
    await plane.client.delete(coreNodes, { name: 'node-1' });
    await expectMaps(plane, []);
  });

  test('keeps a cluster-wide object whose owner would be in a namespace, and says why', async () => {
    await using plane = await collectorPlane();
    const owner = await createMap(plane, 'owner');
    const name = 'node-1';
    await plane.client.create(coreNodes, { metadata: { name, ownerReferences: [ownedBy(owner)] } });
    await deleteMap(plane, 'owner');
    await plane.eventually(
      () => plane.list(coreEvents),
      (events) =>
        expect(events).toContainEqual(
          expect.objectContaining({ reason: 'OwnerRefInvalidNamespace' }),
        ),
    );
    expect(await plane.list(coreNodes)).toHaveLength(1);
  });

  test('deletes an object whose owner is in another namespace, and says why', async () => {
    await using plane = await collectorPlane();
    await plane.client.create(coreNamespaces, { metadata: { name: 'other' } });
    const owner = await createMap(plane, 'owner');
    await createMap(plane, 'child', [ownedBy(owner)], { namespace: 'other' });
    await plane.eventually(
      () => mapNames(plane, 'other'),
      (names) => expect(names).not.toContain('child'),
    );
    const message = `ownerRef [v1/ConfigMap, namespace: other, name: owner, uid: ${owner.metadata.uid}] does not exist in namespace "other"`;
    await plane.eventually(
      () => plane.list(coreEvents),
      (events) =>
        expect(events).toContainEqual(
          expect.objectContaining({ reason: 'OwnerRefInvalidNamespace', message }),
        ),
    );
    expect(await mapNames(plane)).toContain('owner');
  });

  test('keeps an object whose owner is of a kind that nobody serves', async () => {
    await using plane = await collectorPlane();
    const owner = { apiVersion: 'example.com/v1', kind: 'Widget', name: 'w', uid: 'some-uid' };
    await createMap(plane, 'child', [owner]);
    await plane.idle();
    expect(await mapNames(plane)).toEqual(['child']);
  });

  test('finds after a restart what lost its owner meanwhile', async () => {
    await using plane = await testPlane();
    const owner = await createMap(plane, 'owner');
    await createMap(plane, 'child', [ownedBy(owner)]);
    await deleteMap(plane, 'owner');
    expect(await mapNames(plane)).toEqual(['child']);
    await plane.restartControllers(['garbage-collector']);
    await expectMaps(plane, []);
  });
});
