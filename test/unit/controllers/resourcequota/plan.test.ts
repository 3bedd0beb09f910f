import { describe, expect, test } from '@jest/globals';
import { countedResources } from '../../../../src/controllers/resourcequota/plan.ts';
import { quotaStatus } from '../../../../src/controllers/resourcequota/status.ts';
import * as resources from '../../../../src/scheme/generated/resources.ts';
import type {
  ResourceQuota,
  ResourceQuotaStatus,
} from '../../../../src/scheme/generated/types/core-v1.ts';
import {
  type GroupResource,
  qualifiedName,
  type ResourceDefinition,
} from '../../../../src/scheme/resource.ts';

const quotaOf = (hard: Record<string, string>, status?: ResourceQuotaStatus): ResourceQuota => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'quota', namespace: 'default' },
  spec: { hard },
  ...(status ? { status } : {}),
});

const served = Object.values(resources).map((ref) => ({ ...ref }) as unknown as ResourceDefinition);
const findResource = ({ group, resource }: GroupResource): ResourceDefinition | undefined =>
  served.find((one) => one.group === group && one.resource === resource);

describe('a quota counts', () => {
  test.each<[string, string[]]>([
    ['pods', ['pods']],
    ['count/pods', ['pods']],
    ['cpu', ['pods']],
    ['requests.memory', ['pods']],
    ['limits.cpu', ['pods']],
    ['requests.nvidia.com/gpu', ['pods']],
    ['services', ['services']],
    ['services.nodeports', ['services']],
    ['services.loadbalancers', ['services']],
    ['count/services', ['services']],
    ['persistentvolumeclaims', ['persistentvolumeclaims']],
    ['requests.storage', ['persistentvolumeclaims']],
    ['gold.storageclass.storage.k8s.io/requests.storage', ['persistentvolumeclaims']],
    ['configmaps', ['configmaps']],
    ['count/configmaps', ['configmaps']],
    ['secrets', ['secrets']],
    ['replicationcontrollers', ['replicationcontrollers']],
    ['resourcequotas', ['resourcequotas']],
    ['count/deployments.apps', ['deployments.apps']],
    ['count/ingresses.networking.k8s.io', ['ingresses.networking.k8s.io']],
    ['count/widgets.example.com', []],
    ['count/events', []],
    ['count/nodes', []],
    ['something', []],
  ])('by the name %s: %j', (name, expected) => {
    const counted = countedResources(quotaOf({ [name]: '1' }), findResource);
    expect(counted.map(({ definition }) => qualifiedName(definition))).toEqual(expected);
  });

  test('each resource once, however many names it has', () => {
    const hard = { pods: '1', 'count/pods': '1', cpu: '1', secrets: '1', 'count/secrets': '2' };
    const counted = countedResources(quotaOf(hard), findResource);
    expect(counted.map(({ definition }) => definition.resource)).toEqual(['pods', 'secrets']);
  });
});

describe('the status of a quota', () => {
  test('says what is used in the unit of the limit', () => {
    const hard = { cpu: '2', memory: '1Gi', pods: '10' };
    expect(quotaStatus(quotaOf(hard), { cpu: 1500, memory: 2 ** 29, pods: 3 })).toEqual({
      hard,
      used: { cpu: '1500m', memory: '512Mi', pods: '3' },
    });
  });

  test('needs no write when it says so already', () => {
    const status = { hard: { pods: '10' }, used: { pods: '3' } };
    expect(quotaStatus(quotaOf({ pods: '10' }, status), { pods: 3 })).toBeUndefined();
  });

  test('keeps what nothing is counted by, and drops what is not limited any more', () => {
    const used = { 'count/widgets.example.com': '4', secrets: '2' };
    const hard = { 'count/widgets.example.com': '5', something: '1', pods: '3' };
    expect(quotaStatus(quotaOf(hard, { hard: {}, used }), { pods: 0 })).toEqual({
      hard,
      used: { 'count/widgets.example.com': '4', pods: '0' },
    });
  });
});
