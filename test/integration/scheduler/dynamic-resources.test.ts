import { expect, test } from '@jest/globals';
import { createResourceClaimController } from '../../../src/controllers/resourceclaim/reconciler.ts';
import { createScheduler } from '../../../src/scheduler/scheduler.ts';
import {
  coreNodes,
  corePods,
  resourceDeviceClasses,
  resourceResourceClaims,
  resourceResourceClaimTemplates,
  resourceResourceSlices,
} from '../../../src/scheme/generated/resources.ts';
import type { Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import { asking, GPU, gpu, slice } from '../../support/devices.ts';
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
