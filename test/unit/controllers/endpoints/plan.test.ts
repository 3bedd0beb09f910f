import { describe, expect, test } from '@jest/globals';
import { planEndpoints } from '../../../../src/controllers/endpoints/plan.ts';
import type { Endpoints, Pod, PodSpec } from '../../../../src/scheme/generated/types/core-v1.ts';
import { buildPod } from '../../../support/builders.ts';
import { storedService } from '../../../support/workloads.ts';

function pod(index: number, isReady = true, spec: Partial<PodSpec> = {}): Pod {
  const podIP = `10.0.${index >> 8}.${index & 255}`;
  const conditions = [{ type: 'Ready', status: isReady ? 'True' : 'False' }];
  const status: Pod['status'] = { phase: 'Running', podIP, podIPs: [{ ip: podIP }], conditions };
  return buildPod({ name: `web-${index}`, spec, status });
}

function plan(...args: Parameters<typeof planEndpoints>): Endpoints {
  return planEndpoints(...args) as Endpoints;
}

const counts = ({ subsets }: Endpoints): (readonly [number, number])[] =>
  (subsets ?? []).map(
    ({ addresses = [], notReadyAddresses = [] }) =>
      [addresses.length, notReadyAddresses.length] as const,
  );

const service = storedService();

describe('the Endpoints of a Service', () => {
  test('are nothing new when they are as they should be, whatever the order of the Pods', () => {
    const pods = [pod(1), pod(2), pod(3, false)];
    const written = plan(service, pods, undefined);
    expect(planEndpoints(service, [...pods].reverse(), written)).toBeUndefined();
  });

  test('have the labels of the Service, and say who manages them and whether it is headless', () => {
    const labels = { team: 'a' };
    const managed = { 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' };
    expect(plan(storedService({}, { labels }), [], undefined).metadata.labels).toEqual({
      ...labels,
      ...managed,
    });
    const headless = storedService({ clusterIP: 'None' }, { labels });
    expect(plan(headless, [], undefined).metadata.labels).toEqual({
      ...labels,
      ...managed,
      'service.kubernetes.io/headless': '',
    });
  });

  test('group Pods whose named port is another number', () => {
    const named = storedService({ ports: [{ name: 'http', port: 80, targetPort: 'http' }] });
    const withPort = (index: number, containerPort: number): Pod =>
      pod(index, true, { containers: [{ name: 'c', ports: [{ name: 'http', containerPort }] }] });
    const { subsets } = plan(named, [withPort(1, 8080), withPort(2, 9090), pod(3)], undefined);
    expect(subsets?.map(({ ports }) => ports)).toEqual([
      [{ name: 'http', port: 8080, protocol: 'TCP' }],
      [{ name: 'http', port: 9090, protocol: 'TCP' }],
    ]);
  });

  test('need no ports for a headless Service, and are empty without ports for any other', () => {
    const headless = storedService({ clusterIP: 'None', ports: [] });
    expect(plan(headless, [pod(1)], undefined).subsets).toEqual([
      { addresses: [expect.objectContaining({ ip: '10.0.0.1' })] },
    ]);
    expect(plan(storedService({ ports: [] }), [pod(1)], undefined).subsets).toEqual([]);
  });

  test('publish Pods that are not ready when the Service says so', () => {
    const all = storedService({ publishNotReadyAddresses: true });
    expect(counts(plan(all, [pod(1), pod(2, false)], undefined))).toEqual([[2, 0]]);
  });
});

describe('Endpoints with more than a thousand addresses', () => {
  const many = (ready: number, notReady: number): Pod[] => [
    ...Array.from({ length: ready }, (_, index) => pod(index)),
    ...Array.from({ length: notReady }, (_, index) => pod(ready + index, false)),
  ];
  const truncated = 'endpoints.kubernetes.io/over-capacity';

  test.each([
    [1200, 100, [1000, 0]],
    [600, 600, [600, 400]],
  ])('of %i ready and %i not ready keep %j, and say so', (ready, notReady, expected) => {
    const endpoints = plan(service, many(ready, notReady), undefined);
    expect(counts(endpoints)).toEqual([expected]);
    expect(endpoints.metadata.annotations).toEqual({ [truncated]: 'truncated' });
  });

  test('do not say so any more when there is room again', () => {
    const before = plan(service, many(1001, 0), undefined);
    const after = plan(service, many(1000, 0), before);
    expect(counts(after)).toEqual([[1000, 0]]);
    expect(after.metadata.annotations).toBeUndefined();
  });
});
