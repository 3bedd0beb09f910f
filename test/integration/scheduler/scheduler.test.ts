import { describe, expect, test } from '@jest/globals';
import type { ApiClient } from '../../../src/apiserver/client.ts';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import {
  DEFAULT_CONFIGURATION,
  parseSchedulerConfiguration,
  type SchedulerConfiguration,
} from '../../../src/scheduler/configuration/scheduler-configuration.ts';
import { createScheduler } from '../../../src/scheduler/scheduler.ts';
import {
  coreEvents,
  coreNodes,
  corePersistentVolumeClaims,
  corePersistentVolumes,
  corePods,
  schedulingPriorityClasses,
  storageStorageClasses,
} from '../../../src/scheme/generated/resources.ts';
import type { Event, Node, Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import { eventually } from '../../support/eventually.ts';
import { testApi } from '../../support/plane.ts';
import { type RunningControllers, runControllers } from '../../support/running-controllers.ts';
import { newPod } from '../../support/workloads.ts';

interface SchedulerPlane extends AsyncDisposable {
  readonly client: ApiClient;
  readonly clock: VirtualClock;
  readonly running: RunningControllers;
}

/** A scheduler on a real store, in virtual time: backoffs end when a test says so. */
async function schedulerPlane(
  configuration: SchedulerConfiguration = DEFAULT_CONFIGURATION,
): Promise<SchedulerPlane> {
  const clock = new VirtualClock();
  const api = await testApi();
  const running = await runControllers({
    client: api.client,
    controllers: [createScheduler({ configuration })],
    clock,
  });
  return {
    client: api.client,
    clock,
    running,
    [Symbol.asyncDispose]: async () => {
      await running[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
    },
  };
}

const READY = { type: 'Ready', status: 'True' } as const;

/** A node as its kubelet would have registered it: the taint of new nodes is gone. */
async function addNode(client: ApiClient, name: string, allocatable: Record<string, string> = {}) {
  const resources = { cpu: '2', memory: '4Gi', pods: '10', ...allocatable };
  const created = await client.create(coreNodes, {
    metadata: { name },
    status: { capacity: resources, allocatable: resources, conditions: [READY] },
  });
  return client.update(coreNodes, { ...created, spec: { ...created.spec, taints: [] } });
}

const requesting = (cpu: string): Partial<Pod['spec']> => ({
  containers: [{ name: 'web', image: 'nginx:1.7.9', resources: { requests: { cpu } } }],
});

const podNamed = (client: ApiClient, name: string): Promise<Pod> =>
  client.get(corePods, { namespace: 'default', name });

const isOn =
  (node: string) =>
  ({ spec }: Pod): void =>
    expect(spec?.nodeName).toBe(node);

const waitsBecause =
  (message: string) =>
  ({ metadata, status }: Pod): void =>
    expect(status?.conditions).toContainEqual(
      expect.objectContaining({
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message,
        observedGeneration: metadata.generation,
      }),
    );

const eventsOf = async (client: ApiClient, name: string): Promise<readonly Event[]> =>
  (await client.list(coreEvents, { fieldSelector: `involvedObject.name=${name}` })).items;

describe('the scheduler', () => {
  test('binds a pod to the node that has room, and says so in an event', async () => {
    await using plane = await schedulerPlane();
    await addNode(plane.client, 'small', { cpu: '100m' });
    await addNode(plane.client, 'large');
    await plane.client.create(corePods, newPod('web', requesting('1')));
    await eventually(() => podNamed(plane.client, 'web'), isOn('large'));
    await eventually(
      () => eventsOf(plane.client, 'web'),
      (events) =>
        expect(events).toContainEqual(
          expect.objectContaining({
            type: 'Normal',
            reason: 'Scheduled',
            message: 'Successfully assigned default/web to large',
            reportingComponent: 'default-scheduler',
          }),
        ),
    );
  });

  test('says why no node takes a pod, in the condition and in an event', async () => {
    await using plane = await schedulerPlane();
    for (const name of ['a', 'b', 'c']) await addNode(plane.client, name);
    await plane.client.create(corePods, newPod('web', requesting('3')));
    const message =
      '0/3 nodes are available: 3 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.';
    await eventually(() => podNamed(plane.client, 'web'), waitsBecause(message));
    await eventually(
      () => eventsOf(plane.client, 'web'),
      (events) =>
        expect(events).toContainEqual(
          expect.objectContaining({ type: 'Warning', reason: 'FailedScheduling', message }),
        ),
    );
  });

  test('tries a waiting pod again when a node that fits appears', async () => {
    await using plane = await schedulerPlane();
    await plane.client.create(corePods, newPod('web', requesting('1')));
    await eventually(
      () => podNamed(plane.client, 'web'),
      waitsBecause('no nodes available to schedule pods'),
    );
    await addNode(plane.client, 'late');
    plane.clock.advance(1_000);
    await eventually(() => podNamed(plane.client, 'web'), isOn('late'));
  });

  test('tries a waiting pod again when another makes room', async () => {
    await using plane = await schedulerPlane();
    await addNode(plane.client, 'only');
    await plane.client.create(corePods, newPod('first', requesting('2')));
    await eventually(() => podNamed(plane.client, 'first'), isOn('only'));
    await plane.client.create(corePods, newPod('second', requesting('1')));
    await eventually(
      () => podNamed(plane.client, 'second'),
      waitsBecause(
        '0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
      ),
    );
    const first = { namespace: 'default', name: 'first' };
    await plane.client.delete(corePods, first, { gracePeriodSeconds: 0 });
    plane.clock.advance(1_000);
    await eventually(() => podNamed(plane.client, 'second'), isOn('only'));
  });

  test('never puts more on a node than it can hold, however many pods come at once', async () => {
    await using plane = await schedulerPlane();
    for (const name of ['a', 'b', 'c']) await addNode(plane.client, name);
    const names = Array.from({ length: 40 }, (_, index) => `web-${index}`);
    await Promise.all(
      names.map((name) => plane.client.create(corePods, newPod(name, requesting('250m')))),
    );
    const placed = async (): Promise<readonly Pod[]> =>
      (await plane.client.list(corePods)).items.filter((pod) => pod.spec?.nodeName);
    const pods = await eventually(placed, (found) => expect(found).toHaveLength(24));
    const perNode = ['a', 'b', 'c'].map(
      (node) => pods.filter((pod) => pod.spec?.nodeName === node).length,
    );
    expect(perNode).toEqual([8, 8, 8]);
  });

  test('leaves a cordoned node and a node without resources alone', async () => {
    await using plane = await schedulerPlane();
    const node: Node = await addNode(plane.client, 'cordoned');
    await plane.client.update(coreNodes, { ...node, spec: { ...node.spec, unschedulable: true } });
    await plane.client.create(coreNodes, { metadata: { name: 'by-hand' } });
    await plane.client.create(corePods, newPod('web', requesting('1')));
    await eventually(
      () => podNamed(plane.client, 'web'),
      waitsBecause(
        '0/2 nodes are available: 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.',
      ),
    );
  });

  test('leaves pods of other schedulers alone', async () => {
    await using plane = await schedulerPlane();
    await addNode(plane.client, 'a');
    await plane.client.create(corePods, newPod('theirs', { schedulerName: 'other' }));
    await plane.client.create(corePods, newPod('ours'));
    await eventually(() => podNamed(plane.client, 'ours'), isOn('a'));
    expect((await podNamed(plane.client, 'theirs')).spec?.nodeName).toBeUndefined();
  });
});

describe('preemption', () => {
  async function createImportant(client: ApiClient, name: string, cpu: string): Promise<void> {
    await client.create(schedulingPriorityClasses, {
      metadata: { name: 'important' },
      value: 1000,
    });
    const priorityClassName = 'important';
    await client.create(corePods, newPod(name, { ...requesting(cpu), priorityClassName }));
  }

  const removeNow = (client: ApiClient, name: string) =>
    client.delete(corePods, { namespace: 'default', name }, { gracePeriodSeconds: 0 });

  /** A node that is full of one unimportant pod. */
  async function fullNode(client: ApiClient): Promise<void> {
    await addNode(client, 'only');
    await client.create(corePods, newPod('low', requesting('2')));
    await eventually(() => podNamed(client, 'low'), isOn('only'));
  }

  test('makes room for an important pod, says so, and keeps the room for it', async () => {
    await using plane = await schedulerPlane();
    await fullNode(plane.client);
    const low = await podNamed(plane.client, 'low');
    await createImportant(plane.client, 'high', '2');
    await eventually(
      () => podNamed(plane.client, 'high'),
      ({ status }) => expect(status?.nominatedNodeName).toBe('only'),
    );
    const leaving = await eventually(
      () => podNamed(plane.client, 'low'),
      ({ metadata }) => expect(metadata.deletionTimestamp).toBeDefined(),
    );
    expect(leaving.status?.conditions).toContainEqual(
      expect.objectContaining({
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'PreemptionByScheduler',
        message: 'default-scheduler: preempting to accommodate a higher priority pod',
      }),
    );
    await plane.client.create(corePods, newPod('thief', requesting('1')));
    await removeNow(plane.client, 'low');
    await eventually(
      () => podNamed(plane.client, 'high'),
      (pod) => {
        plane.clock.advance(1_000);
        isOn('only')(pod);
      },
    );
    expect((await podNamed(plane.client, 'thief')).spec?.nodeName).toBeUndefined();
    const { metadata, status } = await podNamed(plane.client, 'high');
    expect(status?.nominatedNodeName).toBeUndefined();
    await eventually(
      () => eventsOf(plane.client, 'low'),
      (events) =>
        expect(events).toContainEqual(
          expect.objectContaining({
            reason: 'Preempted',
            message: `Preempted by pod ${metadata.uid} on node only`,
            involvedObject: expect.objectContaining({ uid: low.metadata.uid }),
          }),
        ),
    );
  });

  test('does not help a pod that is no more important', async () => {
    await using plane = await schedulerPlane();
    await fullNode(plane.client);
    await plane.client.create(corePods, newPod('second', requesting('2')));
    await eventually(
      () => podNamed(plane.client, 'second'),
      waitsBecause(
        '0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
      ),
    );
    expect((await podNamed(plane.client, 'low')).metadata.deletionTimestamp).toBeUndefined();
  });
});

describe('volumes', () => {
  const inClaim = (claimName: string): Partial<Pod['spec']> => ({
    ...requesting('1'),
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }],
  });

  const claimNamed = (client: ApiClient, name: string) =>
    client.get(corePersistentVolumeClaims, { namespace: 'default', name });

  async function createClaim(client: ApiClient, provisioner: string): Promise<void> {
    await client.create(storageStorageClasses, {
      metadata: { name: 'late' },
      provisioner,
      volumeBindingMode: 'WaitForFirstConsumer',
    });
    await client.create(corePersistentVolumeClaims, {
      metadata: { namespace: 'default', name: 'data' },
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
        storageClassName: 'late',
      },
    });
  }

  /** What the binder does once a volume is there. */
  async function completeBinding(client: ApiClient, volumeName: string): Promise<void> {
    const patch = {
      metadata: { annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } },
      spec: { volumeName },
    };
    const target = { namespace: 'default', name: 'data' };
    await client.patch(corePersistentVolumeClaims, target, { type: 'merge', patch });
  }

  test('a claim is told for which node its volume is wanted, and the pod waits for it', async () => {
    await using plane = await schedulerPlane();
    await addNode(plane.client, 'only');
    await createClaim(plane.client, 'disk.example.com');
    await plane.client.create(corePods, newPod('web', inClaim('data')));
    await eventually(
      () => claimNamed(plane.client, 'data'),
      ({ metadata }) =>
        expect(metadata.annotations?.['volume.kubernetes.io/selected-node']).toBe('only'),
    );
    // Others are not held up meanwhile.
    await plane.client.create(corePods, newPod('other', requesting('1')));
    await eventually(() => podNamed(plane.client, 'other'), isOn('only'));
    await eventually(
      () => podNamed(plane.client, 'web'),
      ({ spec, status }) => {
        expect(spec?.nodeName).toBeUndefined();
        expect(status?.nominatedNodeName).toBe('only');
      },
    );
    await completeBinding(plane.client, 'made');
    const bound = await eventually(() => podNamed(plane.client, 'web'), isOn('only'));
    expect(bound.status?.nominatedNodeName).toBeUndefined();
  });

  test('a free volume is reserved for the claim', async () => {
    await using plane = await schedulerPlane();
    await addNode(plane.client, 'only');
    await createClaim(plane.client, 'kubernetes.io/no-provisioner');
    const { metadata } = await plane.client.create(corePersistentVolumes, {
      metadata: { name: 'pv' },
      spec: {
        accessModes: ['ReadWriteOnce'],
        capacity: { storage: '1Gi' },
        storageClassName: 'late',
        hostPath: { path: '/data' },
      },
      status: { phase: 'Available' },
    });
    await plane.client.patch(
      corePersistentVolumes,
      { name: metadata.name ?? '' },
      { type: 'merge', patch: { status: { phase: 'Available' } } },
      { subresource: 'status' },
    );
    await plane.client.create(corePods, newPod('web', inClaim('data')));
    const claim = await claimNamed(plane.client, 'data');
    await eventually(
      () => plane.client.get(corePersistentVolumes, { name: 'pv' }),
      ({ spec }) => expect(spec?.claimRef?.uid).toBe(claim.metadata.uid),
    );
    await completeBinding(plane.client, 'pv');
    await eventually(() => podNamed(plane.client, 'web'), isOn('only'));
  });
});

describe('profiles', () => {
  test('each serves the pods that name it, by its own rules', async () => {
    const configuration = parseSchedulerConfiguration({
      apiVersion: 'kubescheduler.config.k8s.io/v1',
      kind: 'KubeSchedulerConfiguration',
      profiles: [
        { schedulerName: 'default-scheduler' },
        {
          schedulerName: 'packing',
          plugins: { score: { disabled: [{ name: 'NodeResourcesBalancedAllocation' }] } },
          pluginConfig: [
            { name: 'NodeResourcesFit', args: { scoringStrategy: { type: 'MostAllocated' } } },
          ],
        },
      ],
    });
    await using plane = await schedulerPlane(configuration);
    await addNode(plane.client, 'a');
    await addNode(plane.client, 'b');
    const place = async (name: string, schedulerName: string): Promise<string> => {
      const spec = { ...requesting('500m'), schedulerName };
      await plane.client.create(corePods, newPod(name, spec));
      const placed = await eventually(
        () => podNamed(plane.client, name),
        (pod) => expect(pod.spec?.nodeName).toBeDefined(),
      );
      return placed.spec?.nodeName ?? '';
    };
    const first = await place('first', 'default-scheduler');
    expect(await place('packed', 'packing')).toBe(first);
    expect(await place('spread', 'default-scheduler')).not.toBe(first);
    await eventually(
      () => eventsOf(plane.client, 'packed'),
      (events) =>
        expect(events).toContainEqual(
          expect.objectContaining({ reason: 'Scheduled', reportingComponent: 'packing' }),
        ),
    );
  });
});
