import { describe, expect, test } from '@jest/globals';
import {
  endpointHostname,
  findTargetPort,
  ipFamiliesOf,
  isEndpointCandidate,
  podAddresses,
} from '../../../../src/controllers/shared/endpoints.ts';
import type { Pod, PodSpec, Service } from '../../../../src/scheme/generated/types/core-v1.ts';
import { buildPod } from '../../../support/builders.ts';
import { storedService } from '../../../support/workloads.ts';

const running: Pod['status'] = {
  phase: 'Running',
  podIP: '10.0.0.1',
  podIPs: [{ ip: '10.0.0.1' }],
};

describe('a Pod can be reached', () => {
  const deleted = (pod: Pod): Pod => ({
    ...pod,
    metadata: { ...pod.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
  });

  test.each<[string, Pod, boolean, boolean]>([
    ['while it runs', buildPod({ status: running }), true, true],
    ['not without an address', buildPod({ status: { phase: 'Running' } }), false, false],
    ['not when it has failed', buildPod({ status: { ...running, phase: 'Failed' } }), false, false],
    ['not when it is done', buildPod({ status: { ...running, phase: 'Succeeded' } }), false, false],
    ['while it ends, by those who ask for it', deleted(buildPod({ status: running })), false, true],
  ])('%s', (_, pod, expected, withTerminating) => {
    expect(isEndpointCandidate(pod, { includeTerminating: false })).toBe(expected);
    expect(isEndpointCandidate(pod, { includeTerminating: true })).toBe(withTerminating);
  });
});

describe('the target port', () => {
  const spec: Partial<PodSpec> = {
    containers: [
      { name: 'a', ports: [{ name: 'http', containerPort: 8080 }] },
      { name: 'b', ports: [{ name: 'http', containerPort: 53, protocol: 'UDP' }] },
    ],
    initContainers: [
      { name: 'once', ports: [{ name: 'setup', containerPort: 1 }] },
      {
        name: 'sidecar',
        restartPolicy: 'Always',
        ports: [{ name: 'metrics', containerPort: 9090 }],
      },
    ],
  };

  test.each([
    ['is the number that the Service names', { port: 80, targetPort: 8443 }, 8443],
    ['is the port of the Service when it names none', { port: 80 }, 80],
    ['is found by name', { port: 80, targetPort: 'http' }, 8080],
    [
      'is found by name and protocol',
      { port: 80, targetPort: 'http', protocol: 'UDP' as const },
      53,
    ],
    ['is found on sidecars', { port: 80, targetPort: 'metrics' }, 9090],
    ['is not found on containers that run once', { port: 80, targetPort: 'setup' }, undefined],
    ['is not found when nothing has the name', { port: 80, targetPort: 'https' }, undefined],
  ])('%s', (_, port, expected) => {
    expect(findTargetPort(buildPod({ spec }), port)).toBe(expected);
  });
});

test('addresses are of one family each', () => {
  const pod = buildPod({ status: { ...running, podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }] } });
  expect(podAddresses(pod, 'IPv4')).toEqual(['10.0.0.1']);
  expect(podAddresses(pod, 'IPv6')).toEqual(['fd00::1']);
});

test.each<[Partial<Service['spec']>, string[]]>([
  [{ ipFamilies: ['IPv6', 'IPv4'] }, ['IPv6', 'IPv4']],
  [{ clusterIP: 'fd00::10' }, ['IPv6']],
  [{ clusterIP: '10.96.0.10' }, ['IPv4']],
  [{ clusterIP: 'None' }, ['IPv4']],
])('a Service with %j serves %j', (spec, expected) => {
  expect(ipFamiliesOf(storedService(spec))).toEqual(expected);
});

test('a Pod has a name within the Service that is its subdomain, and in no other', () => {
  const pod = buildPod({ spec: { hostname: 'web-0', subdomain: 'web' } });
  expect(endpointHostname(pod, storedService())).toBe('web-0');
  expect(endpointHostname(pod, storedService({}, { name: 'other' }))).toBeUndefined();
  expect(endpointHostname(buildPod(), storedService())).toBeUndefined();
});
