import { describe, expect, test } from '@jest/globals';
import type { Service } from '../../../../../src/scheme/generated/types/core-v1.ts';
import { serviceStrategy } from '../../../../../src/scheme/groups/core/service.ts';
import {
  CREATED,
  columnsOf,
  defaulted,
  errorsOnStatusUpdate,
  errorsOnUpdate,
  rowOf,
  withMembers,
} from '../harness.ts';
import { ALLOCATED } from './services.ts';

describe('an update of a Service', () => {
  const errorsOf = (members: Record<string, unknown>): string =>
    errorsOnUpdate(serviceStrategy, withMembers(ALLOCATED, members), ALLOCATED).join('\n');
  const prepared = (members: Record<string, unknown>, current = ALLOCATED): Service => {
    const next = defaulted(serviceStrategy, withMembers(current, members));
    serviceStrategy.prepareForUpdate?.(next, current);
    return next;
  };

  test('keeps the address that it does not mention', () => {
    const { spec } = prepared({ 'spec.clusterIP': undefined, 'spec.clusterIPs': undefined });
    expect(spec).toMatchObject({ clusterIP: '10.96.0.10', clusterIPs: ['10.96.0.10'] });
    expect(errorsOf({ 'spec.clusterIP': undefined, 'spec.clusterIPs': undefined })).toBe('');
  });

  test('may not change the address or its family', () => {
    expect(errorsOf({ 'spec.clusterIP': '10.96.0.11' })).toContain(
      'spec.clusterIPs[0]: Invalid value: ["10.96.0.11"]: may not change once set',
    );
    expect(errorsOf({ 'spec.ipFamilies': ['IPv6'] })).toContain('may not change once set');
  });

  test('may add a second address and must say when it goes', () => {
    const dual = {
      'spec.clusterIPs': ['10.96.0.10', 'fd00::a'],
      'spec.ipFamilies': ['IPv4', 'IPv6'],
      'spec.ipFamilyPolicy': 'PreferDualStack',
    };
    expect(errorsOf(dual)).toBe('');
    const current = withMembers(ALLOCATED, dual);
    const single = withMembers(current, {
      'spec.clusterIPs': ['10.96.0.10'],
      'spec.ipFamilies': ['IPv4'],
    });
    expect(errorsOnUpdate(serviceStrategy, single, current).join('\n')).toContain(
      'spec.ipFamilyPolicy: Invalid value: "PreferDualStack": must be set to \'SingleStack\' when releasing the secondary clusterIP',
    );
  });

  test('keeps node ports that it does not mention, and drops them with the type', () => {
    const current = withMembers(ALLOCATED, {
      'spec.type': 'NodePort',
      'spec.externalTrafficPolicy': 'Cluster',
      'spec.ports.0.nodePort': 30_080,
    });
    const kept = prepared({ 'spec.ports': [{ port: 80, name: 'http' }] }, current);
    expect(kept.spec?.ports?.[0]?.nodePort).toBe(30_080);
    const inner = prepared({ 'spec.type': 'ClusterIP' }, current);
    expect(inner.spec?.ports?.[0]).not.toHaveProperty('nodePort');
    expect(inner.spec).not.toHaveProperty('externalTrafficPolicy');
  });

  test('drops what belonged to the load balancer that it was', () => {
    const current = withMembers(ALLOCATED, {
      'spec.type': 'LoadBalancer',
      'spec.allocateLoadBalancerNodePorts': true,
      'spec.loadBalancerClass': 'example.com/lb',
      'spec.externalTrafficPolicy': 'Local',
      'spec.healthCheckNodePort': 30_000,
      'status.loadBalancer.ingress': [{ ip: '1.2.3.4', ipMode: 'VIP' }],
    });
    const { spec, status } = prepared({ 'spec.type': 'ClusterIP' }, current);
    for (const member of [
      'allocateLoadBalancerNodePorts',
      'loadBalancerClass',
      'healthCheckNodePort',
    ]) {
      expect(spec).not.toHaveProperty(member);
    }
    expect(status).toEqual({ loadBalancer: {} });
    const changed = withMembers(current, { 'spec.loadBalancerClass': 'example.com/other' });
    expect(errorsOnUpdate(serviceStrategy, changed, current).join()).toContain(
      'may not change once set',
    );
  });

  test('to an external name gives the address back', () => {
    const { spec } = prepared({ 'spec.type': 'ExternalName', 'spec.externalName': 'a.b' });
    expect(spec).not.toHaveProperty('clusterIP');
    expect(spec).not.toHaveProperty('clusterIPs');
  });
});

test.each<[string, Record<string, unknown>, string]>([
  [
    'of no load balancer',
    { 'status.loadBalancer.ingress': [{ ip: '1.2.3.4' }] },
    "status.loadBalancer.ingress: Forbidden: may only be used when `spec.type` is 'LoadBalancer'",
  ],
  [
    'of an address without mode',
    { 'spec.type': 'LoadBalancer', 'status.loadBalancer.ingress': [{ ip: '1.2.3.4' }] },
    'status.loadBalancer.ingress[0].ipMode: Required value',
  ],
  [
    'of a mode without address',
    { 'spec.type': 'LoadBalancer', 'status.loadBalancer.ingress': [{ ipMode: 'VIP' }] },
    'status.loadBalancer.ingress[0].ipMode: Forbidden',
  ],
  [
    'of an address as name',
    { 'spec.type': 'LoadBalancer', 'status.loadBalancer.ingress': [{ hostname: '1.2.3.4' }] },
    'must be a DNS name, not an IP address',
  ],
])('a status %s is refused', (_, members, message) => {
  const next = withMembers(ALLOCATED, members);
  expect(errorsOnStatusUpdate(serviceStrategy, next, next).join('\n')).toContain(message);
});

describe('a Service is shown as kubectl shows it', () => {
  const shown = (members: Record<string, unknown>) =>
    rowOf(
      serviceStrategy,
      withMembers(ALLOCATED, { 'metadata.creationTimestamp': CREATED, ...members }),
    );

  test('in the columns that it has', () => {
    expect(columnsOf(serviceStrategy)).toEqual({
      shown: ['Name', 'Type', 'Cluster-IP', 'External-IP', 'Port(s)', 'Age'],
      wide: ['Selector'],
    });
    expect(shown({})).toEqual({
      Name: 'web',
      Type: 'ClusterIP',
      'Cluster-IP': '10.96.0.10',
      'External-IP': '<none>',
      'Port(s)': '80/TCP',
      Age: '10m',
      Selector: 'app=web',
    });
  });

  test.each<[Record<string, unknown>, Record<string, string>]>([
    [
      { 'spec.clusterIP': undefined, 'spec.clusterIPs': undefined, 'spec.ports': undefined },
      { 'Cluster-IP': '<none>', 'Port(s)': '<none>' },
    ],
    [{ 'spec.type': 'NodePort', 'spec.ports.0.nodePort': 30_080 }, { 'Port(s)': '80:30080/TCP' }],
    [{ 'spec.type': 'LoadBalancer' }, { 'External-IP': '<pending>' }],
    [
      { 'spec.type': 'LoadBalancer', 'status.loadBalancer.ingress': [{ ip: '1.2.3.4' }] },
      { 'External-IP': '1.2.3.4' },
    ],
    [
      {
        'spec.type': 'LoadBalancer',
        'status.loadBalancer.ingress': [{ hostname: 'lb.eu-west.example.com' }],
      },
      { 'External-IP': 'lb.eu-west.example.com' },
    ],
    [
      { 'spec.type': 'ExternalName', 'spec.externalName': 'example.com' },
      { 'External-IP': 'example.com' },
    ],
    [{ 'spec.externalIPs': ['1.2.3.4', '1.2.3.5'] }, { 'External-IP': '1.2.3.4,1.2.3.5' }],
  ])('with %j', (members, expected) => {
    expect(shown(members)).toMatchObject(expected);
  });
});
