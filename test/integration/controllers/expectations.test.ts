/** What the controllers of Pods expect to see of their own writes: it must neither park an owner nor outlive it. */
import { describe, expect, test } from '@jest/globals';
import type { AdmissionPlugin } from '../../../src/apiserver/admission/plugin.ts';
import { createAdmissionPlugins } from '../../../src/apiserver/admission/plugin-table.ts';
import type { NewObject } from '../../../src/apiserver/client.ts';
import type { ControllerName } from '../../../src/controllers/controllers.ts';
import {
  appsDaemonSets,
  appsReplicaSets,
  appsStatefulSets,
  batchJobs,
  coreNodes,
  corePods,
  coreReplicationControllers,
} from '../../../src/scheme/generated/resources.ts';
import type { Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import { type ApiObject, controllerOf } from '../../../src/scheme/object.ts';
import type { ResourceRef } from '../../../src/scheme/resource.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';
import {
  newDaemonSet,
  newJob,
  newReplicaSet,
  newReplicationController,
  newStatefulSet,
} from '../../support/workloads.ts';

const WEB = { namespace: 'default', name: 'web' };
/** Kubernetes' number. */
const EXPECTATIONS_TIMEOUT_MS = 300_000;

/** Has something happen to the first Pod that is created, before it is stored. */
class FirstPod implements AdmissionPlugin {
  readonly name = 'FirstPod';
  meets: ((pod: Pod) => unknown) | undefined;

  handles({ resource }: { resource: string }, operation: string): boolean {
    return resource === 'pods' && operation === 'CREATE';
  }

  async admit({ object }: { object?: ApiObject | undefined }): Promise<undefined> {
    const { meets } = this;
    this.meets = undefined;
    await meets?.(object as Pod);
  }
}

interface OwnerCase {
  readonly controller: ControllerName;
  readonly ref: ResourceRef;
  readonly owner: NewObject<ApiObject>;
}

const OWNERS: readonly OwnerCase[] = [
  { controller: 'replicaset', ref: appsReplicaSets, owner: newReplicaSet('web') },
  {
    controller: 'replicationcontroller',
    ref: coreReplicationControllers,
    owner: newReplicationController('web'),
  },
  { controller: 'daemonset', ref: appsDaemonSets, owner: newDaemonSet('web') },
  { controller: 'statefulset', ref: appsStatefulSets, owner: newStatefulSet('web') },
  { controller: 'job', ref: batchJobs, owner: newJob('web') },
];

async function setUp({
  controller,
}: OwnerCase): Promise<{ plane: TestPlane; firstPod: FirstPod } & AsyncDisposable> {
  const firstPod = new FirstPod();
  const plane = await testPlane({
    controllers: [controller],
    drivePods: false,
    admissionPlugins: [...createAdmissionPlugins(), firstPod],
  });
  await plane.client.create(coreNodes, { metadata: { name: 'n1' } });
  // A new node is tainted until it is ready.
  const patch = { spec: { taints: [] } };
  await plane.client.patch(coreNodes, { name: 'n1' }, { type: 'merge', patch });
  return { plane, firstPod, [Symbol.asyncDispose]: () => plane[Symbol.asyncDispose]() };
}

async function ownedPods({ client }: TestPlane, uid: string | undefined): Promise<number> {
  const { items } = await client.list(corePods, { namespace: 'default' });
  return items.filter((pod) => controllerOf(pod)?.uid === uid).length;
}

describe.each(OWNERS)('the $controller controller', (its) => {
  const { owner, ref } = its;

  test('makes a Pod whose creation it is never shown once more, after five minutes', async () => {
    await using world = await setUp(its);
    const { firstPod, plane } = world;
    // What belongs to another is not shown to the owner.
    firstPod.meets = ({ metadata }) => {
      delete metadata.ownerReferences;
      metadata.labels = { app: 'other' };
    };
    const { metadata } = await plane.client.create(ref, owner);
    const [stranger] = await plane.eventually(
      () => plane.list(corePods, 'default'),
      (pods) => expect(pods).toHaveLength(1),
    );
    const { name = '' } = stranger?.metadata ?? {};
    await plane.client.delete(corePods, { namespace: 'default', name }, { gracePeriodSeconds: 0 });
    await plane.idle();
    expect(await ownedPods(plane, metadata.uid)).toBe(0);
    plane.clock.advance(EXPECTATIONS_TIMEOUT_MS);
    await plane.idle();
    expect(await ownedPods(plane, metadata.uid)).toBe(1);
  });

  test('gives an owner that is made anew under its name, while its Pods are created, Pods of its own at once', async () => {
    await using world = await setUp(its);
    const { firstPod, plane } = world;
    firstPod.meets = async ({ metadata }) => {
      delete metadata.name;
      metadata.generateName = 'web-of-old-';
      await plane.client.delete(ref, WEB, { propagationPolicy: 'Background' });
      await plane.client.create(ref, owner);
    };
    const { metadata } = await plane.client.create(ref, owner);
    await plane.idle();
    const { metadata: anew } = await plane.client.get(ref, WEB);
    expect(anew.uid).not.toBe(metadata.uid);
    expect(await ownedPods(plane, anew.uid)).toBe(1);
  });
});
