import { describe, expect, test } from '@jest/globals';
import { serviceStrategy } from '../../../../../src/scheme/groups/core/service.ts';
import { created, defaulted, errorsOnCreate, withMembers } from '../harness.ts';
import { WEB } from './services.ts';

test('a bare Service gets the defaults that a real cluster gives it', () => {
  expect(created(serviceStrategy, WEB)).toEqual({
    ...WEB,
    spec: {
      internalTrafficPolicy: 'Cluster',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
      selector: { app: 'web' },
      sessionAffinity: 'None',
      type: 'ClusterIP',
    },
    status: { loadBalancer: {} },
  });
});

test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
  [
    'a NodePort is reachable from outside',
    { 'spec.type': 'NodePort' },
    { externalTrafficPolicy: 'Cluster' },
  ],
  [
    'a load balancer also gets node ports',
    { 'spec.type': 'LoadBalancer' },
    { externalTrafficPolicy: 'Cluster', allocateLoadBalancerNodePorts: true },
  ],
  [
    'sticky sessions last three hours',
    { 'spec.sessionAffinity': 'ClientIP' },
    { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } },
  ],
  [
    'an old address list is made from the address',
    { 'spec.clusterIP': 'None' },
    { clusterIPs: ['None'] },
  ],
])('%s', (_, members, expected) => {
  expect(created(serviceStrategy, withMembers(WEB, members)).spec).toMatchObject(expected);
});

test('an external name has no traffic policies', () => {
  const external = {
    'spec.type': 'ExternalName',
    'spec.externalName': 'example.com.',
    'spec.ports': undefined,
  };
  const service = withMembers(WEB, external);
  expect(defaulted(serviceStrategy, service).spec).not.toHaveProperty('internalTrafficPolicy');
  expect(errorsOnCreate(serviceStrategy, service)).toEqual([]);
});

describe('a Service is valid', () => {
  test.each<[string, Record<string, unknown>]>([
    ['with a port', {}],
    ['without ports and address', { 'spec.clusterIP': 'None', 'spec.ports': undefined }],
    [
      'with one number for two protocols',
      {
        'spec.ports': [
          { name: 'a', port: 53, protocol: 'UDP' },
          { name: 'b', port: 53 },
        ],
      },
    ],
    [
      'with two families',
      {
        'spec.clusterIP': '10.0.0.1',
        'spec.clusterIPs': ['10.0.0.1', 'fd00::1'],
        'spec.ipFamilies': ['IPv4', 'IPv6'],
      },
    ],
    ['with a node port', { 'spec.type': 'NodePort', 'spec.ports.0.nodePort': 30_080 }],
    [
      'with ranges of sources',
      { 'spec.type': 'LoadBalancer', 'spec.loadBalancerSourceRanges': [' 10.0.0.0/8 '] },
    ],
  ])('%s', (_, members) => {
    expect(errorsOnCreate(serviceStrategy, withMembers(WEB, members))).toEqual([]);
  });
});

describe('a Service is refused', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['without a spec', { spec: undefined }, 'spec: Required value'],
    ['without ports', { 'spec.ports': [] }, 'spec.ports: Required value'],
    [
      'for an unknown type',
      { 'spec.type': 'Mesh' },
      'spec.type: Unsupported value: "Mesh": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
    ],
    [
      'for a port that cannot be',
      { 'spec.ports.0.port': 0 },
      'spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
    ],
    [
      'for ports without names',
      { 'spec.ports': [{ port: 80 }, { port: 81 }] },
      'spec.ports[0].name: Required value',
    ],
    [
      'for one name twice',
      {
        'spec.ports': [
          { name: 'a', port: 80 },
          { name: 'a', port: 81 },
        ],
      },
      'spec.ports[1].name: Duplicate value: "a"',
    ],
    [
      'for one port twice',
      {
        'spec.ports': [
          { name: 'a', port: 80 },
          { name: 'b', port: 80 },
        ],
      },
      'spec.ports[1]: Duplicate value: {"protocol":"TCP","port":80}',
    ],
    [
      'for an unknown protocol',
      { 'spec.ports.0.protocol': 'ICMP' },
      'spec.ports[0].protocol: Unsupported value: "ICMP"',
    ],
    [
      'for a target that cannot be',
      { 'spec.ports.0.targetPort': 'HTTP' },
      'spec.ports[0].targetPort: Invalid value: "HTTP"',
    ],
    [
      'for an application protocol that cannot be',
      { 'spec.ports.0.appProtocol': 'a b' },
      'spec.ports[0].appProtocol: Invalid value: "a b"',
    ],
    [
      'for a node port inside the cluster',
      { 'spec.ports.0.nodePort': 30_080 },
      "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
    ],
    [
      'for one node port twice',
      {
        'spec.type': 'NodePort',
        'spec.ports': [
          { name: 'a', port: 1, nodePort: 30_080 },
          { name: 'b', port: 2, nodePort: 30_080 },
        ],
      },
      'spec.ports[1].nodePort: Duplicate value: 30080',
    ],
    [
      'for a selector that cannot be',
      { 'spec.selector': { a: 'b c' } },
      'spec.selector: Invalid value: "b c"',
    ],
    [
      'for an address that is none',
      { 'spec.clusterIP': 'x' },
      'spec.clusterIPs[0]: Invalid value: "x": must be a valid IP address',
    ],
    [
      'for an address and none',
      { 'spec.clusterIP': 'None', 'spec.clusterIPs': ['None', '10.0.0.1'] },
      'spec.clusterIPs: Invalid value: ["None","10.0.0.1"]: \'None\' must be the first and only value',
    ],
    [
      'for another first address',
      { 'spec.clusterIP': '10.0.0.1', 'spec.clusterIPs': ['10.0.0.2'] },
      'spec.clusterIPs: Invalid value: ["10.0.0.2"]: first value must match `clusterIP`',
    ],
    [
      'for a list without the address',
      { 'spec.clusterIPs': ['10.0.0.2'] },
      'spec.clusterIPs: Invalid value: ["10.0.0.2"]: must be empty when `clusterIP` is not specified',
    ],
    [
      'for two addresses of a family',
      { 'spec.clusterIP': '10.0.0.1', 'spec.clusterIPs': ['10.0.0.1', '10.0.0.2'] },
      'may specify no more than one IP for each IP family',
    ],
    [
      'for an address of another family',
      { 'spec.clusterIP': '10.0.0.1', 'spec.ipFamilies': ['IPv6'] },
      'spec.clusterIPs[0]: Invalid value: "10.0.0.1": expected an IPv6 value as indicated by `ipFamilies[0]`',
    ],
    [
      'for one family twice',
      { 'spec.ipFamilies': ['IPv4', 'IPv4'] },
      'spec.ipFamilies[1]: Duplicate value: "IPv4"',
    ],
    [
      'for a node port without address',
      { 'spec.type': 'NodePort', 'spec.clusterIP': 'None' },
      'spec.clusterIPs[0]: Invalid value: "None": may not be set to \'None\' for NodePort services',
    ],
    [
      'for an external name that is none',
      { 'spec.type': 'ExternalName' },
      'spec.externalName: Required value',
    ],
    [
      'for an external name with an address',
      { 'spec.type': 'ExternalName', 'spec.externalName': 'a.b', 'spec.clusterIP': '10.0.0.1' },
      'spec.clusterIPs: Forbidden: may not be set for ExternalName services',
    ],
    [
      'for sessions that last for ever',
      {
        'spec.sessionAffinity': 'ClientIP',
        'spec.sessionAffinityConfig': { clientIP: { timeoutSeconds: 86_401 } },
      },
      'must be greater than 0 and less than 86400',
    ],
    [
      'for an unknown affinity',
      { 'spec.sessionAffinity': 'Cookie' },
      'spec.sessionAffinity: Unsupported value: "Cookie": supported values: "ClientIP", "None"',
    ],
    [
      'for an outer address that nobody reaches',
      { 'spec.externalIPs': ['127.0.0.1'] },
      'spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range',
    ],
    [
      'for an outer policy inside the cluster',
      { 'spec.externalTrafficPolicy': 'Local' },
      'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services',
    ],
    [
      'for a health check of nothing',
      { 'spec.healthCheckNodePort': 30_000 },
      'spec.healthCheckNodePort: Invalid value: 30000: may only be set when',
    ],
    [
      'for an unknown inner policy',
      { 'spec.internalTrafficPolicy': 'Near' },
      'spec.internalTrafficPolicy: Unsupported value: "Near": supported values: "Cluster", "Local"',
    ],
    [
      'for an unknown distribution',
      { 'spec.trafficDistribution': 'Far' },
      'spec.trafficDistribution: Unsupported value: "Far"',
    ],
    [
      'for ranges without a load balancer',
      { 'spec.loadBalancerSourceRanges': ['10.0.0.0/8'] },
      "spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'",
    ],
    [
      'for a range that is none',
      { 'spec.type': 'LoadBalancer', 'spec.loadBalancerSourceRanges': ['10'] },
      'spec.LoadBalancerSourceRanges[0]: Invalid value: "10": must be a valid CIDR value',
    ],
    [
      'for a class without a load balancer',
      { 'spec.loadBalancerClass': 'a/b' },
      "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'",
    ],
    [
      'for node ports of no load balancer',
      { 'spec.allocateLoadBalancerNodePorts': true },
      'spec.allocateLoadBalancerNodePorts: Forbidden',
    ],
  ])('%s', (_, members, message) => {
    const errors = errorsOnCreate(serviceStrategy, withMembers(WEB, members));
    expect(errors.join('\n')).toContain(message);
  });
});

test.each<[string, Record<string, unknown>, string]>([
  [
    'ranges in the old annotation',
    {
      'metadata.annotations.service\\.beta\\.kubernetes\\.io/load-balancer-source-ranges':
        '10.0.0.0/8, x',
    },
    'metadata.annotations[service.beta.kubernetes.io/load-balancer-source-ranges]',
  ],
  [
    'more than two addresses',
    { 'spec.clusterIP': '10.0.0.1', 'spec.clusterIPs': ['10.0.0.1', 'fd00::1', '10.0.0.2'] },
    'may only hold up to 2 values',
  ],
  [
    'a node port that cannot be',
    { 'spec.type': 'NodePort', 'spec.ports.0.nodePort': 70_000 },
    'spec.ports[0].nodePort: Invalid value: 70000',
  ],
  [
    'an unknown family',
    { 'spec.ipFamilies': ['IPv5'] },
    'spec.ipFamilies[0]: Unsupported value: "IPv5"',
  ],
  [
    'an external name with families',
    {
      'spec.type': 'ExternalName',
      'spec.externalName': 'a.b',
      'spec.ipFamilyPolicy': 'SingleStack',
    },
    'spec.ipFamilyPolicy: Forbidden',
  ],
])('a Service is refused for %s', (_, members, message) => {
  const errors = errorsOnCreate(serviceStrategy, withMembers(WEB, members));
  expect(errors.join('\n')).toContain(message);
});
