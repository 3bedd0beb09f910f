import { describe, expect, test } from '@jest/globals';
import type { ScopedResourceSelectorRequirement } from '../../../../src/scheme/generated/types/core-v1.ts';
import type { ApiObject } from '../../../../src/scheme/object.ts';
import { evaluatorOf, type QuotaEvaluator } from '../../../../src/scheme/quota/evaluators.ts';
import { UsageTracker } from '../../../../src/scheme/quota/tracker.ts';
import {
  isClaimResource,
  isPodResource,
  isServiceResource,
} from '../../../../src/scheme/quota/usage.ts';

const evaluatorFor = (resource: string, group = ''): QuotaEvaluator =>
  evaluatorOf({ group, resource, namespaced: true }) as QuotaEvaluator;
const usageOf = (resource: string, object: object) =>
  evaluatorFor(resource).usage(object as ApiObject);

const podOf = (spec: object, fields: object = {}) =>
  ({
    metadata: { name: 'web' },
    spec: { containers: [{ name: 'a', image: 'x' }], ...spec },
    ...fields,
  }) as unknown as ApiObject;
const asking = (resources: object, spec: object = {}) =>
  podOf({ containers: [{ name: 'a', resources }], ...spec });

describe('what a Pod uses', () => {
  test.each([
    { pod: podOf({}), usage: { 'count/pods': 1, pods: 1 } },
    {
      pod: asking({ requests: { cpu: '250m', memory: '1Gi' }, limits: { cpu: '1' } }),
      usage: {
        'count/pods': 1,
        pods: 1,
        cpu: 250,
        'requests.cpu': 250,
        'limits.cpu': 1000,
        memory: 2 ** 30,
        'requests.memory': 2 ** 30,
      },
    },
    {
      pod: asking({
        requests: { 'ephemeral-storage': '1k', 'hugepages-2Mi': '4Mi', 'example.com/gpu': '2' },
        limits: { 'ephemeral-storage': '2k', 'hugepages-2Mi': '4Mi', 'example.com/gpu': '2' },
      }),
      usage: {
        'count/pods': 1,
        pods: 1,
        'ephemeral-storage': 1000,
        'requests.ephemeral-storage': 1000,
        'limits.ephemeral-storage': 2000,
        'hugepages-2Mi': 4 * 2 ** 20,
        'requests.hugepages-2Mi': 4 * 2 ** 20,
        'requests.example.com/gpu': 2,
      },
    },
    {
      pod: asking(
        { requests: { cpu: '1' } },
        {
          overhead: { cpu: '100m' },
          initContainers: [{ name: 'i', resources: { requests: { cpu: '3' } } }],
        },
      ),
      usage: { 'count/pods': 1, pods: 1, cpu: 3100, 'requests.cpu': 3100 },
    },
    { pod: podOf({}, { status: { phase: 'Succeeded' } }), usage: { 'count/pods': 1 } },
    { pod: podOf({}, { status: { phase: 'Failed' } }), usage: { 'count/pods': 1 } },
    { pod: podOf({}, { status: { phase: 'Running' } }), usage: { 'count/pods': 1, pods: 1 } },
  ])('$pod.spec $pod.status is $usage', ({ pod, usage }) => {
    expect(usageOf('pods', pod)).toEqual(usage);
  });
});

describe('what a Service uses', () => {
  const ports = [{ port: 80, nodePort: 30080 }, { port: 443 }];
  test.each([
    { spec: { ports }, nodePorts: 0, loadBalancers: 0 },
    { spec: { type: 'ClusterIP', ports }, nodePorts: 0, loadBalancers: 0 },
    { spec: { type: 'NodePort', ports }, nodePorts: 2, loadBalancers: 0 },
    { spec: { type: 'LoadBalancer', ports }, nodePorts: 2, loadBalancers: 1 },
    {
      spec: { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ports },
      nodePorts: 1,
      loadBalancers: 1,
    },
    { spec: { type: 'ExternalName' }, nodePorts: 0, loadBalancers: 0 },
  ])('$spec is $nodePorts node ports and $loadBalancers load balancers', (given) => {
    expect(usageOf('services', { metadata: {}, spec: given.spec })).toEqual({
      'count/services': 1,
      services: 1,
      'services.nodeports': given.nodePorts,
      'services.loadbalancers': given.loadBalancers,
    });
  });
});

describe('what a claim uses', () => {
  const gold = 'gold.storageclass.storage.k8s.io/';
  const one = { persistentvolumeclaims: 1, 'count/persistentvolumeclaims': 1 };
  const requests = (storage: string) => ({ resources: { requests: { storage } } });
  test.each([
    { claim: { spec: {} }, usage: one },
    { claim: { spec: requests('1k') }, usage: { ...one, 'requests.storage': 1000 } },
    {
      claim: { spec: { ...requests('1k'), storageClassName: 'gold' } },
      usage: {
        ...one,
        'requests.storage': 1000,
        [`${gold}persistentvolumeclaims`]: 1,
        [`${gold}requests.storage`]: 1000,
      },
    },
    {
      claim: { spec: requests('1k'), status: { allocatedResources: { storage: '3k' } } },
      usage: { ...one, 'requests.storage': 3000 },
    },
    {
      claim: { spec: requests('5k'), status: { allocatedResources: { storage: '3k' } } },
      usage: { ...one, 'requests.storage': 5000 },
    },
  ])('$claim is $usage', ({ claim, usage }) => {
    expect(usageOf('persistentvolumeclaims', { metadata: {}, ...claim })).toEqual(usage);
  });
});

describe('the names of resources', () => {
  test.each([
    ['pods', 'pods'],
    ['count/pods', 'pods'],
    ['cpu', 'pods'],
    ['limits.memory', 'pods'],
    ['requests.ephemeral-storage', 'pods'],
    ['hugepages-1Gi', 'pods'],
    ['requests.hugepages-1Gi', 'pods'],
    ['requests.example.com/gpu', 'pods'],
    ['example.com/gpu', 'nothing'],
    ['limits.example.com/gpu', 'nothing'],
    ['requests.kubernetes.io/x', 'nothing'],
    ['services', 'services'],
    ['services.nodeports', 'services'],
    ['count/services', 'services'],
    ['requests.storage', 'claims'],
    ['persistentvolumeclaims', 'claims'],
    ['gold.storageclass.storage.k8s.io/requests.storage', 'claims'],
    ['gold.storageclass.storage.k8s.io/persistentvolumeclaims', 'claims'],
    ['gold.storageclass.storage.k8s.io/limits.storage', 'nothing'],
    ['count/deployments.apps', 'nothing'],
  ])('%s is used by %s', (name, user) => {
    const users = [
      ...(isPodResource(name) ? ['pods'] : []),
      ...(isServiceResource(name) ? ['services'] : []),
      ...(isClaimResource(name) ? ['claims'] : []),
    ];
    expect(users.join() || 'nothing').toBe(user);
  });

  test.each([
    ['deployments', 'apps', ['count/deployments.apps']],
    ['configmaps', '', ['count/configmaps', 'configmaps']],
    ['secrets', '', ['count/secrets', 'secrets']],
    ['serviceaccounts', '', ['count/serviceaccounts']],
  ])('%s of the group "%s" are counted as %j', (resource, group, names) => {
    expect(Object.keys(evaluatorFor(resource, group).usage({} as ApiObject))).toEqual(names);
  });

  test('of Events, and of what has no namespace, there are none', () => {
    expect(evaluatorOf({ group: '', resource: 'events', namespaced: true })).toBeUndefined();
    expect(evaluatorOf({ group: '', resource: 'nodes', namespaced: false })).toBeUndefined();
  });
});

describe('the scopes of a quota', () => {
  const scope = (scopeName: string, operator = 'Exists', values?: string[]) =>
    ({ scopeName, operator, ...(values ? { values } : {}) }) as ScopedResourceSelectorRequirement;
  const high = podOf({ priorityClassName: 'high' });
  const across = (affinity: object) =>
    podOf({
      affinity: {
        podAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [{ podAffinityTerm: affinity }],
        },
      },
    });
  test.each([
    [scope('Terminating'), podOf({ activeDeadlineSeconds: 10 }), true],
    [scope('Terminating'), podOf({}), false],
    [scope('NotTerminating'), podOf({}), true],
    [scope('BestEffort'), podOf({}), true],
    [scope('BestEffort'), asking({ limits: { cpu: '1' } }), false],
    [scope('NotBestEffort'), asking({ limits: { cpu: '1' } }), true],
    [scope('PriorityClass'), high, true],
    [scope('PriorityClass'), podOf({}), false],
    [scope('PriorityClass', 'DoesNotExist'), podOf({}), true],
    [scope('PriorityClass', 'In', ['high', 'low']), high, true],
    [scope('PriorityClass', 'In', ['low']), high, false],
    [scope('PriorityClass', 'In', ['low']), podOf({}), false],
    [scope('PriorityClass', 'NotIn', ['low']), high, true],
    [scope('PriorityClass', 'NotIn', ['high']), high, false],
    [scope('PriorityClass', 'NotIn', ['high']), podOf({}), true],
    [scope('CrossNamespacePodAffinity'), across({ namespaces: ['x'] }), true],
    [scope('CrossNamespacePodAffinity'), across({ namespaceSelector: {} }), true],
    [scope('CrossNamespacePodAffinity'), across({ topologyKey: 'x' }), false],
    [scope('CrossNamespacePodAffinity'), podOf({}), false],
    [scope('VolumeAttributesClass'), podOf({}), false],
  ])('%j sees %j: %s', (requirement, pod, isSeen) => {
    expect(evaluatorFor('pods').matchesScope(pod, requirement)).toBe(isSeen);
  });

  test.each([
    [scope('VolumeAttributesClass'), { volumeAttributesClassName: 'fast' }, {}, true],
    [scope('VolumeAttributesClass'), {}, {}, false],
    [
      scope('VolumeAttributesClass', 'In', ['slow']),
      { volumeAttributesClassName: 'fast' },
      {},
      false,
    ],
    [
      scope('VolumeAttributesClass', 'In', ['slow']),
      { volumeAttributesClassName: 'fast' },
      { currentVolumeAttributesClassName: 'slow' },
      true,
    ],
    [scope('BestEffort'), {}, {}, false],
  ])('%j sees a claim of %j in %j: %s', (requirement, spec, status, isSeen) => {
    const claim = { metadata: {}, spec, status } as unknown as ApiObject;
    expect(evaluatorFor('persistentvolumeclaims').matchesScope(claim, requirement)).toBe(isSeen);
  });
});

describe('the sum that follows every change', () => {
  const tracked = (...pods: ApiObject[]) => new UsageTracker(evaluatorFor('pods'), [], pods);

  test('counts what comes, changes and goes', () => {
    const tracker = tracked();
    tracker.set('a', asking({ requests: { cpu: '1' } }));
    tracker.set('b', asking({ requests: { cpu: '2' } }));
    tracker.set('a', asking({ requests: { cpu: '500m' } }));
    expect(tracker.usageAt(0)).toMatchObject({ pods: 2, 'requests.cpu': 2500 });
    tracker.delete('b');
    tracker.delete('b');
    expect(tracker.usageAt(0)).toMatchObject({ pods: 1, 'requests.cpu': 500 });
  });

  test('lets go of a Pod that should be gone, and keeps its number', () => {
    const deletionTimestamp = '1970-01-01T00:00:30Z';
    const leaving = podOf(
      {},
      {
        metadata: { name: 'web', deletionTimestamp, deletionGracePeriodSeconds: 30 },
      },
    );
    const tracker = tracked(leaving);
    expect(tracker.usageAt(60_000)).toMatchObject({ pods: 1, 'count/pods': 1 });
    expect(tracker.usageAt(60_001)).toMatchObject({ pods: 0, 'count/pods': 1 });
    tracker.delete('web');
    expect(tracker.usageAt(60_002)).toMatchObject({ pods: 0, 'count/pods': 0 });
  });

  test('leaves out what is not in the scope, also when it leaves the scope', () => {
    const scopes = [{ scopeName: 'BestEffort', operator: 'Exists' } as const];
    const tracker = new UsageTracker(evaluatorFor('pods'), scopes, [podOf({})]);
    expect(tracker.usageAt(0)).toMatchObject({ pods: 1 });
    tracker.set('web', asking({ requests: { cpu: '1' } }));
    expect(tracker.usageAt(0)).toMatchObject({ pods: 0 });
  });
});
