import { describe, expect, test } from '@jest/globals';
import { alwaysPullImages } from '../../../../src/apiserver/admission/always-pull-images.ts';
import { denyServiceExternalIPs } from '../../../../src/apiserver/admission/deny-service-external-ips.ts';
import { extendedResourceToleration } from '../../../../src/apiserver/admission/extended-resource-toleration.ts';
import { limitPodHardAntiAffinityTopology } from '../../../../src/apiserver/admission/limit-pod-hard-anti-affinity-topology.ts';
import {
  ADMISSION_PLUGIN_NAMES,
  createAdmissionPlugins,
} from '../../../../src/apiserver/admission/plugin-table.ts';
import { podTopologyLabels } from '../../../../src/apiserver/admission/pod-topology-labels.ts';
import { corePods, coreServices } from '../../../../src/scheme/generated/resources.ts';
import { admitBy } from '../../../support/admission.ts';

const podOf = (spec: object) => ({ metadata: { name: 'web', namespace: 'shop' }, spec });

describe('the chain', () => {
  const names = (switches = {}) => createAdmissionPlugins({}, switches).map(({ name }) => name);

  test('ends with the quota, which counts what all others made of a request', () => {
    expect(names().at(-1)).toBe('ResourceQuota');
  });

  test('has the plugins of the table under the names of the table, in its order', () => {
    const all = names({ enable: ADMISSION_PLUGIN_NAMES });
    expect(all).toEqual(ADMISSION_PLUGIN_NAMES);
  });

  test('runs what is enabled and not what is disabled, in the order of the table', () => {
    const chosen = names({ enable: ['NodeRestriction'], disable: ['Priority', 'PodSecurity'] });
    expect(chosen).not.toContain('Priority');
    expect(chosen).not.toContain('PodSecurity');
    expect(chosen.indexOf('NodeRestriction')).toBe(chosen.indexOf('ServiceAccount') + 1);
  });
});

test('every image is pulled anew', async () => {
  const containers = [{ name: 'a' }, { name: 'b', imagePullPolicy: 'Never' }];
  const { object } = await admitBy(alwaysPullImages, {
    resource: corePods,
    object: podOf({ containers, initContainers: [{ name: 'i' }] }),
  });
  expect(object).toMatchObject({
    spec: {
      containers: [{ imagePullPolicy: 'Always' }, { imagePullPolicy: 'Always' }],
      initContainers: [{ imagePullPolicy: 'Always' }],
    },
  });
});

describe('external addresses of a Service', () => {
  const service = (...externalIPs: string[]) => ({
    metadata: { name: 'web', namespace: 'shop' },
    spec: { externalIPs },
  });
  test.each([
    { next: service(), current: undefined, isRefused: false },
    { next: service('1.2.3.4'), current: undefined, isRefused: true },
    { next: service('1.2.3.4'), current: service('1.2.3.4', '5.6.7.8'), isRefused: false },
    { next: service('1.2.3.4', '9.9.9.9'), current: service('1.2.3.4'), isRefused: true },
    { next: service(), current: service('1.2.3.4'), isRefused: false },
  ])(
    '$next.spec after $current.spec are refused: $isRefused',
    async ({ next, current, isRefused }) => {
      const admitted = admitBy(denyServiceExternalIPs, {
        resource: coreServices,
        object: next,
        ...(current ? { current } : {}),
      });
      if (!isRefused) await admitted;
      else
        await expect(admitted).rejects.toThrow(
          'Use of external IPs is denied by admission control',
        );
    },
  );
});

describe('tolerations for extended resources', () => {
  test.each([
    { requests: { cpu: '1' }, tolerations: undefined },
    { requests: { 'kubernetes.io/x': '1' }, tolerations: undefined },
    {
      requests: { 'example.com/gpu': '1', 'b.example/fpga': '1' },
      tolerations: [
        { key: 'b.example/fpga', operator: 'Exists' },
        { key: 'example.com/gpu', operator: 'Exists' },
      ],
    },
  ])('$requests bring $tolerations', async ({ requests, tolerations }) => {
    const { object } = await admitBy(extendedResourceToleration, {
      resource: corePods,
      object: podOf({ containers: [{ name: 'a', resources: { requests } }] }),
    });
    expect((object as { spec?: { tolerations?: object } }).spec?.tolerations).toEqual(tolerations);
  });
});

test.each([
  { topologyKey: 'kubernetes.io/hostname', isRefused: false },
  { topologyKey: 'topology.kubernetes.io/zone', isRefused: true },
])('hard anti-affinity within $topologyKey is refused: $isRefused', async (given) => {
  const { topologyKey, isRefused } = given;
  const podAntiAffinity = {
    requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey }],
  };
  const admitted = admitBy(limitPodHardAntiAffinityTopology, {
    resource: corePods,
    object: podOf({ containers: [], affinity: { podAntiAffinity } }),
  });
  if (!isRefused) await admitted;
  else {
    await expect(admitted).rejects.toThrow(
      `affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey ${topologyKey} but only key kubernetes.io/hostname is allowed`,
    );
  }
});

describe('a Pod learns where its node is', () => {
  const zone = 'topology.kubernetes.io/zone';
  const region = 'topology.kubernetes.io/region';
  test.each([
    { node: { [zone]: 'a', [region]: 'eu', other: 'x' }, labels: { [zone]: 'a', [region]: 'eu' } },
    { node: { [zone]: 'a' }, labels: { [zone]: 'a' } },
    { node: { other: 'x' }, labels: undefined },
    { node: undefined, labels: undefined },
  ])('from $node by $labels', async ({ node, labels }) => {
    const { object } = await admitBy(podTopologyLabels, {
      resource: corePods,
      subresource: 'binding',
      object: { metadata: { name: 'web', namespace: 'shop' }, target: { name: 'n1' } },
      world: { nodes: node ? [{ metadata: { name: 'n1', labels: node } }] : [] },
    });
    expect(object.metadata.labels).toEqual(labels);
  });
});
