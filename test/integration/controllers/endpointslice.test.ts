import { describe, expect, test } from '@jest/globals';
import {
  coreEvents,
  coreNodes,
  corePods,
  coreServices,
  discoveryEndpointSlices,
} from '../../../src/scheme/generated/resources.ts';
import type { Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import type { EndpointSlice } from '../../../src/scheme/generated/types/discovery-v1.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';
import { newPod, newService } from '../../support/workloads.ts';

async function slicePlane(maxEndpointsPerSlice = 100): Promise<TestPlane> {
  const plane = await testPlane({
    controllers: ['endpointslice'],
    controllerOptions: { maxEndpointsPerSlice },
  });
  const labels = { 'topology.kubernetes.io/zone': 'zone-a' };
  await plane.client.create(coreNodes, { metadata: { name: 'node-1', labels } });
  return plane;
}

const slices = async (plane: TestPlane, service = 'web'): Promise<readonly EndpointSlice[]> => {
  const all = await plane.list(discoveryEndpointSlices, 'default');
  return all.filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === service);
};

const sizes = async (plane: TestPlane): Promise<number[]> =>
  (await slices(plane)).map(({ endpoints }) => endpoints?.length ?? 0).sort((a, b) => b - a);

async function expectSizes(plane: TestPlane, expected: number[]): Promise<void> {
  await plane.eventually(
    () => sizes(plane),
    (found) => expect(found).toEqual(expected),
  );
}

async function createPods(plane: TestPlane, count: number, first = 1): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => `web-${first + index}`);
  await Promise.all(
    names.map((name) => plane.client.create(corePods, newPod(name, { nodeName: 'node-1' }))),
  );
  await plane.eventually(
    () => plane.list(corePods, 'default'),
    (pods) => expect(pods.every(({ status }) => status?.phase === 'Running')).toBe(true),
  );
}

describe('the EndpointSlices of a Service', () => {
  test('describe its Pods: addresses, conditions, node and zone', async () => {
    await using plane = await slicePlane();
    const service = await plane.client.create(coreServices, newService('web'));
    await createPods(plane, 1);
    await expectSizes(plane, [1]);
    const [pod] = (await plane.list(corePods, 'default')) as [Pod];
    const [slice] = (await slices(plane)) as [EndpointSlice];
    const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready');
    expect(slice.metadata.annotations).toEqual({
      'endpoints.kubernetes.io/last-change-trigger-time': ready?.lastTransitionTime,
    });
    expect(slice).toMatchObject({
      addressType: 'IPv4',
      ports: [{ name: '', port: 8080, protocol: 'TCP' }],
      endpoints: [
        {
          addresses: [pod.status?.podIP],
          conditions: { ready: true, serving: true, terminating: false },
          nodeName: 'node-1',
          zone: 'zone-a',
          targetRef: { kind: 'Pod', name: 'web-1', namespace: 'default', uid: pod.metadata.uid },
        },
      ],
    });
    expect(slice.metadata.name).toMatch(/^web-[a-z0-9]{5}$/);
    expect(slice.metadata.labels).toEqual({
      'kubernetes.io/service-name': 'web',
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    });
    expect(slice.metadata.ownerReferences).toMatchObject([
      { kind: 'Service', uid: service.metadata.uid, controller: true },
    ]);
  });

  test('are one that is empty while there is no Pod, and that one is used first', async () => {
    await using plane = await slicePlane();
    await plane.client.create(coreServices, newService('web'));
    await expectSizes(plane, [0]);
    const [empty] = (await slices(plane)) as [EndpointSlice];
    await createPods(plane, 1);
    await expectSizes(plane, [1]);
    const [used] = (await slices(plane)) as [EndpointSlice];
    expect(used.metadata.uid).toBe(empty.metadata.uid);
  });

  test('have at most so many endpoints, and touch no other slice when one Pod changes', async () => {
    await using plane = await slicePlane(10);
    await plane.client.create(coreServices, newService('web'));
    await createPods(plane, 25);
    await plane.eventually(
      async () => (await sizes(plane)).reduce((sum, size) => sum + size, 0),
      (total) => expect(total).toBe(25),
    );
    await plane.idle();
    expect(Math.max(...(await sizes(plane)))).toBeLessThanOrEqual(10);
    const before = await slices(plane);
    const [pod] = (await plane.list(corePods, 'default')) as [Pod];
    await plane.pods.setReady(pod, false);
    await plane.idle();
    const versions = new Map(
      before.map(({ metadata }) => [metadata.uid, metadata.resourceVersion]),
    );
    const changed = (await slices(plane)).filter(
      ({ metadata }) => versions.get(metadata.uid) !== metadata.resourceVersion,
    );
    expect(changed).toHaveLength(1);
    const endpoint = changed[0]?.endpoints?.find(
      ({ targetRef }) => targetRef?.uid === pod.metadata.uid,
    );
    expect(endpoint?.conditions).toEqual({ ready: false, serving: false, terminating: false });
  });

  test('show a Pod that is ending as terminating, still serving, no longer ready', async () => {
    await using plane = await slicePlane();
    plane.pods.shouldEnd = () => false;
    await plane.client.create(coreServices, newService('web'));
    await createPods(plane, 1);
    await plane.client.delete(corePods, { namespace: 'default', name: 'web-1' });
    await plane.eventually(
      async () => (await slices(plane))[0]?.endpoints?.[0]?.conditions,
      (conditions) =>
        expect(conditions).toEqual({ ready: false, serving: true, terminating: true }),
    );
  });

  test('lose no Pod and show none twice when Pods come while slices are written', async () => {
    await using plane = await slicePlane(5);
    await plane.client.create(coreServices, newService('web'));
    for (let first = 1; first <= 40; first += 8) await createPods(plane, 8, first);
    await plane.idle();
    const names = (await slices(plane)).flatMap(
      ({ endpoints }) => endpoints?.map(({ targetRef }) => targetRef?.name) ?? [],
    );
    expect(names).toHaveLength(40);
    expect(new Set(names).size).toBe(40);
  });

  test('are not written again while nothing changes', async () => {
    await using plane = await slicePlane();
    await plane.client.create(coreServices, newService('web'));
    await plane.client.create(coreServices, newService('empty', { selector: { app: 'none' } }));
    await createPods(plane, 3);
    await plane.idle();
    expect(await slices(plane, 'empty')).toHaveLength(1);
    const before = await plane.api.store.currentResourceVersion();
    await plane.restartControllers();
    await plane.idle();
    expect(await plane.api.store.currentResourceVersion()).toBe(before);
  });
});

test('a Service in topology mode has hints by the CPUs of zones, as nodes come and go', async () => {
  await using plane = await slicePlane();
  const setCpu = (name: string, cpu: string | null) =>
    plane.client.patch(
      coreNodes,
      { name },
      {
        type: 'merge',
        patch: {
          status: {
            allocatable: { cpu },
            conditions: [{ type: 'Ready', status: 'True' }],
          },
        },
      },
      { subresource: 'status' },
    );
  await setCpu('node-1', '4');
  const { metadata, ...service } = newService('web');
  const annotations = { 'service.kubernetes.io/topology-mode': 'Auto' };
  await plane.client.create(coreServices, { ...service, metadata: { ...metadata, annotations } });
  await createPods(plane, 4);
  await expectSizes(plane, [4]);
  const hinted = async (): Promise<(string | undefined)[]> => {
    const all = (await slices(plane)).flatMap(({ endpoints = [] }) => endpoints);
    return all.map(({ hints }) => hints?.forZones?.[0]?.name).sort();
  };
  const expectEvent = (event: object) =>
    plane.eventually(
      () => plane.list(coreEvents),
      (events) => expect(events).toContainEqual(expect.objectContaining(event)),
    );
  expect(await hinted()).toEqual([undefined, undefined, undefined, undefined]);
  await expectEvent({ type: 'Warning', reason: 'TopologyAwareHintsDisabled' });
  const labels = { 'topology.kubernetes.io/zone': 'zone-b' };
  await plane.client.create(coreNodes, { metadata: { name: 'node-2', labels } });
  await setCpu('node-2', '4');
  await plane.eventually(hinted, (zones) =>
    expect(zones).toEqual(['zone-a', 'zone-a', 'zone-b', 'zone-b']),
  );
  await expectEvent({
    reason: 'TopologyAwareHintsEnabled',
    message: 'Topology Aware Hints has been enabled, addressType: IPv4',
  });
  await plane.client.delete(coreNodes, { name: 'node-2' });
  await plane.eventually(hinted, (zones) =>
    expect(zones).toEqual([undefined, undefined, undefined, undefined]),
  );
  await plane.client.create(coreNodes, { metadata: { name: 'node-2', labels } });
  await setCpu('node-2', '4');
  await plane.eventually(hinted, (zones) => expect(zones).toContain('zone-b'));
  await plane.client.patch(
    coreServices,
    { namespace: 'default', name: 'web' },
    { type: 'merge', patch: { metadata: { annotations: null } } },
  );
  await plane.eventually(hinted, (zones) => expect(zones).not.toContain('zone-b'));
  await expectEvent({
    type: 'Warning',
    message: 'Topology Aware Hints has been disabled, addressType: IPv4',
  });
});

test('a Pod on a node that nobody knows is left out, which an Event tells, until the node comes', async () => {
  await using plane = await slicePlane();
  await plane.client.create(coreServices, newService('web'));
  await plane.client.create(corePods, newPod('lost', { nodeName: 'node-9' }));
  await plane.eventually(
    () => plane.list(coreEvents),
    (events) =>
      expect(events).toContainEqual(
        expect.objectContaining({
          reason: 'FailedToUpdateEndpointSlices',
          message:
            'Error updating Endpoint Slices for Service default/web: skipping Pod lost for Service default/web: Node node-9 Not Found',
        }),
      ),
  );
  await expectSizes(plane, [0]);
  await plane.client.create(coreNodes, { metadata: { name: 'node-9' } });
  await expectSizes(plane, [1]);
});

test('a slice that is being deleted is made anew, and one that another made for the Service is taken away', async () => {
  await using plane = await slicePlane();
  await plane.client.create(coreServices, newService('web'));
  await expectSizes(plane, [0]);
  const [slice] = await slices(plane);
  if (!slice) throw new Error('there is no slice');
  const { metadata } = await plane.client.update(discoveryEndpointSlices, {
    ...slice,
    metadata: { ...slice.metadata, finalizers: ['example.com/hold'] },
  });
  const { namespace, name = '' } = metadata;
  await plane.client.delete(discoveryEndpointSlices, { namespace, name });
  await expectSizes(plane, [0, 0]);
  await plane.client.create(discoveryEndpointSlices, {
    metadata: { namespace, name: 'strange', labels: metadata.labels },
    addressType: 'IPv4',
    endpoints: [],
  });
  await plane.eventually(
    () => slices(plane),
    (all) => expect(all.map((one) => one.metadata.name)).not.toContain('strange'),
  );
});
