/** A cluster with two families of addresses, from its nodes to the EndpointSlices of its Services. */
import { expect, test } from '@jest/globals';
import { createEndpointSliceController } from '../../../src/controllers/endpointslice/reconciler.ts';
import { createNodeIpamController } from '../../../src/controllers/node-ipam/reconciler.ts';
import { createKubeletControllers } from '../../../src/kubelet/kubelet.ts';
import { simulatedNode } from '../../../src/kubelet/nodes/simulated-node.ts';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import {
  coreNodes,
  corePods,
  coreServices,
  discoveryEndpointSlices,
} from '../../../src/scheme/generated/resources.ts';
import type { Pod, PodSpec } from '../../../src/scheme/generated/types/core-v1.ts';
import { eventually } from '../../support/eventually.ts';
import { type TestApi, testApi } from '../../support/plane.ts';
import { runControllers } from '../../support/running-controllers.ts';
import { newPod, newService } from '../../support/workloads.ts';

interface DualStackPlane extends AsyncDisposable {
  readonly api: TestApi;
  /** Lets time go by until `read` satisfies `check`. */
  soon<T>(read: () => Promise<T>, check: (value: T) => void): Promise<T>;
}

async function dualStackPlane(clusterCidrs: readonly string[]): Promise<DualStackPlane> {
  const clock = new VirtualClock(Date.UTC(2026, 5, 1, 12));
  const serviceCidrs = ['10.96.0.0/16', 'fd00:10:96::/112'];
  const api = await testApi({ clock, serviceCidrs });
  const controllers = [
    createNodeIpamController({ clusterCidrs }),
    ...createKubeletControllers({ settings: { clusterCidrs } }),
    createEndpointSliceController(),
  ];
  const running = await runControllers({ client: api.client, controllers, clock });
  await api.client.create(coreNodes, simulatedNode({ name: 'n1' }));
  return {
    api,
    soon: (read, check) => {
      const step = () => {
        clock.advance(100);
        return read();
      };
      return eventually(step, check, { withinMs: 15_000 });
    },
    [Symbol.asyncDispose]: async () => {
      await running[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
    },
  };
}

async function runPod(plane: DualStackPlane, name: string, spec: Partial<PodSpec>): Promise<Pod> {
  const { client } = plane.api;
  await plane.soon(
    () => client.get(coreNodes, { name: 'n1' }),
    ({ spec: registered }) => expect(registered?.podCIDRs).toHaveLength(2),
  );
  await client.create(corePods, newPod(name, { nodeName: 'n1', ...spec }));
  return plane.soon(
    () => client.get(corePods, { namespace: 'default', name }),
    ({ status }) => expect(status?.phase).toBe('Running'),
  );
}

const ips = ({ status }: Pod) => status?.podIPs?.map(({ ip }) => ip);

test.each([
  [
    ['10.128.0.0/9', 'fd00:10:128::/48'],
    ['10.128.0.2', 'fd00:10:128::2'],
    ['172.16.0.10', 'fd00:172:16::a'],
  ],
  [
    ['fd00:10:128::/48', '10.128.0.0/9'],
    ['fd00:10:128::2', '10.128.0.2'],
    ['fd00:172:16::a', '172.16.0.10'],
  ],
])(
  'where Pods get addresses from %j, a Pod has one of each, in that order',
  async (cidrs, podIps, hostIps) => {
    await using plane = await dualStackPlane(cidrs);
    const pod = await runPod(plane, 'web', {});
    expect(ips(pod)).toEqual(podIps);
    expect(pod.status?.podIP).toBe(podIps[0]);
    expect(pod.status?.hostIPs?.map(({ ip }) => ip)).toEqual(hostIps);
    const onHost = await runPod(plane, 'agent', { hostNetwork: true });
    expect(ips(onHost)).toEqual(hostIps);
  },
);

test('a Service has EndpointSlices of each of its families, and of one alone when it goes back to one', async () => {
  await using plane = await dualStackPlane(['10.128.0.0/9', 'fd00:10:128::/48']);
  const { client } = plane.api;
  await runPod(plane, 'web', {});
  const service = newService('web');
  const spec = { ...service.spec, ipFamilyPolicy: 'RequireDualStack' as const };
  await client.create(coreServices, { ...service, spec });
  const expectAddresses = (expected: Record<string, string[]>) =>
    plane.soon(
      async () => (await client.list(discoveryEndpointSlices, { namespace: 'default' })).items,
      (slices) => {
        const found = slices.map(({ addressType, endpoints = [] }) => [
          addressType,
          endpoints.flatMap(({ addresses }) => addresses),
        ]);
        expect(Object.fromEntries(found)).toEqual(expected);
        expect(found).toHaveLength(Object.keys(expected).length);
      },
    );
  await expectAddresses({ IPv4: ['10.128.0.2'], IPv6: ['fd00:10:128::2'] });
  const patch = { spec: { ipFamilyPolicy: 'SingleStack' } };
  const place = { namespace: 'default', name: 'web' };
  await client.patch(coreServices, place, { type: 'merge', patch });
  await expectAddresses({ IPv4: ['10.128.0.2'] });
});
