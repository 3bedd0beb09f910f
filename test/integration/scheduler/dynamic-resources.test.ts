import { expect, test } from '@jest/globals';
import { createResourceClaimController } from '../../../src/controllers/resourceclaim/reconciler.ts';
import { createScheduler } from '../../../src/scheduler/scheduler.ts';
import {
  coreEvents,
  coreNodes,
  corePods,
  resourceDeviceClasses,
  resourceResourceClaims,
  resourceResourceClaimTemplates,
  resourceResourceSlices,
} from '../../../src/scheme/generated/resources.ts';
import type { Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import { asking, DRIVER, GPU, gpu, slice } from '../../support/devices.ts';
import { eventually } from '../../support/eventually.ts';
import { testApi } from '../../support/plane.ts';
import { runControllers } from '../../support/running-controllers.ts';
import { newPod } from '../../support/workloads.ts';

async function addNode(client: Client, name: string) {
  const allocatable = { cpu: '4', memory: '8Gi', pods: '10' };
  const created = await client.create(coreNodes, { metadata: { name }, status: { allocatable } });
  await client.update(coreNodes, { ...created, spec: { ...created.spec, taints: [] } });
}

type Client = Awaited<ReturnType<typeof testApi>>['client'];

const usingDevice = (name: string) =>
  newPod(name, {
    containers: [{ name: 'main', image: 'nginx', resources: { claims: [{ name: 'gpu' }] } }],
    resourceClaims: [{ name: 'gpu', resourceClaimTemplateName: 'one-gpu' }],
  });

const taking = (cpu: string) => ({
  name: 'main',
  image: 'nginx',
  resources: { requests: { cpu } },
});

const conditionOf = ({ status }: Pod) =>
  status?.conditions?.find(({ type }) => type === 'PodScheduled');

test('pods with a claim template get the devices of the node that has them, and the rest wait until one is free', async () => {
  await using api = await testApi();
  const { client } = api;
  await using _running = await runControllers({
    client,
    controllers: [createScheduler(), createResourceClaimController()],
  });
  for (const name of ['plain', 'with-gpu']) await addNode(client, name);
  await client.create(resourceDeviceClasses, GPU);
  await client.create(resourceResourceSlices, slice('with-gpu', [gpu('gpu-0', 'a100')]));
  await client.create(resourceResourceClaimTemplates, {
    metadata: { namespace: 'default', name: 'one-gpu' },
    spec: { spec: { devices: { requests: [asking()] } } },
  });
  const podNamed = (name: string) => client.get(corePods, { namespace: 'default', name });
  const first = await client.create(corePods, usingDevice('first'));
  await eventually(
    () => podNamed('first'),
    ({ spec }) => expect(spec?.nodeName).toBe('with-gpu'),
  );
  const { items } = await client.list(resourceResourceClaims, { namespace: 'default' });
  expect(items[0]?.metadata.finalizers).toContain('resource.kubernetes.io/delete-protection');
  expect(items[0]?.status).toEqual({
    allocation: {
      devices: {
        results: [{ request: 'one', driver: 'gpu.example.com', pool: 'with-gpu', device: 'gpu-0' }],
      },
      nodeSelector: {
        nodeSelectorTerms: [
          { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['with-gpu'] }] },
        ],
      },
    },
    reservedFor: [{ resource: 'pods', name: 'first', uid: first.metadata.uid }],
  });

  await client.create(corePods, usingDevice('second'));
  await eventually(
    async () => conditionOf(await podNamed('second'))?.message,
    (message) =>
      expect(message).toMatch(/^0\/2 nodes are available: 2 cannot allocate all claims\./),
  );
  await client.delete(corePods, { namespace: 'default', name: 'first' }, { gracePeriodSeconds: 0 });
  await eventually(
    () => podNamed('second'),
    ({ spec }) => expect(spec?.nodeName).toBe('with-gpu'),
  );
});

test('devices are made ready before their pod is bound, and given back when that fails or when they keep it off every node', async () => {
  await using api = await testApi();
  const { client } = api;
  await using _running = await runControllers({ client, controllers: [createScheduler()] });
  for (const name of ['full', 'near', 'far']) await addNode(client, name);
  await client.create(resourceDeviceClasses, GPU);
  const claim = { namespace: 'default', name: 'mine' };
  const statusOfClaim = () => client.get(resourceResourceClaims, claim);
  const created = await client.create(resourceResourceClaims, {
    metadata: claim,
    spec: { devices: { requests: [asking()] } },
  });

  // Its device is where there is no room, and so it gets another.
  await client.create(corePods, newPod('filler', { nodeName: 'full', containers: [taking('4')] }));
  const results = [{ request: 'one', driver: DRIVER, pool: 'full', device: 'gpu-0' }];
  const values = ['full'];
  const matchFields = [{ key: 'metadata.name', operator: 'In' as const, values }];
  const nodeSelector = { nodeSelectorTerms: [{ matchFields }] };
  const allocation = { devices: { results }, nodeSelector };
  await client.update(
    resourceResourceClaims,
    { ...created, status: { allocation } },
    { subresource: 'status' },
  );
  const conditions = { bindingConditions: ['ready'], bindingFailureConditions: ['broken'] };
  const near = slice('near', [gpu('gpu-0', 'a100', conditions)]);
  const published = await client.create(resourceResourceSlices, near);
  const pod = {
    containers: [taking('1')],
    resourceClaims: [{ name: 'gpu', resourceClaimName: 'mine' }],
  };
  await client.create(corePods, newPod('web', pod));
  const first = await eventually(statusOfClaim, ({ status }) => {
    expect(status?.allocation?.devices?.results).toMatchObject([{ pool: 'near', ...conditions }]);
    expect(status?.allocation?.allocationTimestamp).toBeDefined();
  });
  const podNamed = () => client.get(corePods, { namespace: 'default', name: 'web' });
  expect((await podNamed()).spec?.nodeName).toBeUndefined();

  // Its driver cannot make it ready, and so it gets yet another.
  const say = async (from: typeof first, type: string) => {
    const [result] = from.status?.allocation?.devices?.results ?? [];
    if (!result) throw new Error('the claim has no devices');
    const { driver, pool, device } = result;
    const condition = { type, status: 'True' as const, reason: 'Said', message: '' };
    const lastTransitionTime = '2026-01-01T00:00:00Z';
    const devices = [{ driver, pool, device, conditions: [{ ...condition, lastTransitionTime }] }];
    const status = { ...from.status, devices };
    await client.update(resourceResourceClaims, { ...from, status }, { subresource: 'status' });
  };
  await client.delete(resourceResourceSlices, { name: published.metadata.name ?? '' });
  await client.create(resourceResourceSlices, slice('far', [gpu('gpu-0', 'a100', conditions)]));
  await say(first, 'broken');
  const second = await eventually(
    statusOfClaim,
    ({ status }) => expect(status?.allocation?.devices?.results).toMatchObject([{ pool: 'far' }]),
    { withinMs: 20_000 },
  );
  await say(second, 'ready');
  await eventually(podNamed, ({ spec }) => expect(spec?.nodeName).toBe('far'));
  await eventually(
    async () => (await client.list(coreEvents, {})).items.map(({ message }) => message),
    (notes) =>
      expect(notes).toEqual(
        expect.arrayContaining([
          'waiting for binding conditions for device on node near',
          'running PreBind plugin "DynamicResources": claim mine binding failed: reason=Said, message=""',
          'waiting for binding conditions for device on node far',
        ]),
      ),
  );
});

test('an extended resource that devices stand for becomes a claim of the pod, and is free again when the pod goes', async () => {
  await using api = await testApi();
  const { client } = api;
  const controllers = [createScheduler(), createResourceClaimController()];
  await using _running = await runControllers({ client, controllers });
  await addNode(client, 'with-gpu');
  const spec = { ...GPU.spec, extendedResourceName: 'example.com/gpu' };
  await client.create(resourceDeviceClasses, { ...GPU, spec });
  await client.create(resourceResourceSlices, slice('with-gpu', [gpu('gpu-0', 'a100')]));
  const resources = { requests: { 'example.com/gpu': '1' }, limits: { 'example.com/gpu': '1' } };
  const containers = [{ name: 'main', image: 'nginx', resources }];
  const podNamed = (name: string) => client.get(corePods, { namespace: 'default', name });
  const isPlaced = ({ spec: placed }: Pod) => expect(placed?.nodeName).toBe('with-gpu');

  await client.create(corePods, newPod('first', { containers }));
  const first = await eventually(() => podNamed('first'), isPlaced);
  const { resourceClaimName, requestMappings } = first.status?.extendedResourceClaimStatus ?? {};
  expect(requestMappings).toEqual([
    {
      containerName: 'main',
      resourceName: 'example.com/gpu',
      requestName: 'container-0-request-0',
    },
  ]);
  const claim = { namespace: 'default', name: resourceClaimName ?? '' };
  const { metadata, status } = await client.get(resourceResourceClaims, claim);
  expect(metadata.annotations).toEqual({
    'resource.kubernetes.io/extended-resource-claim': 'true',
  });
  expect(metadata.ownerReferences).toMatchObject([{ kind: 'Pod', name: 'first' }]);
  expect(status?.allocation?.devices?.results).toMatchObject([{ device: 'gpu-0' }]);
  expect(status?.reservedFor).toMatchObject([{ name: 'first' }]);

  await client.create(corePods, newPod('second', { containers }));
  await eventually(
    async () => conditionOf(await podNamed('second'))?.message,
    (message) => expect(message).toMatch(/^0\/1 nodes are available: 1 cannot allocate all claims/),
  );
  await client.delete(corePods, { namespace: 'default', name: 'first' }, { gracePeriodSeconds: 0 });
  await eventually(() => podNamed('second'), isPlaced, { withinMs: 20_000 });
});
