import { describe, expect, test } from '@jest/globals';
import {
  clusterIpsOf,
  planAddress,
  planClusterIp,
} from '../../../../src/controllers/service-ip-repair/plan.ts';
import { addressNote, serviceNote } from '../../../../src/controllers/service-ip-repair/words.ts';
import type { Service, ServiceSpec } from '../../../../src/scheme/generated/types/core-v1.ts';
import type {
  IPAddress,
  ParentReference,
  ServiceCIDR,
} from '../../../../src/scheme/generated/types/networking-v1.ts';
import { addressLabels } from '../../../../src/scheme/service-cidrs.ts';

const CIDRS: ServiceCIDR[] = [
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'ServiceCIDR',
    metadata: { name: 'kubernetes' },
    spec: { cidrs: ['10.96.0.0/24', 'fd00::/112'] },
  },
];
const service = (name: string, ...clusterIPs: string[]): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: 'bar', name },
  spec: { clusterIPs },
});
const ref = (parts: Partial<ParentReference> = {}): ParentReference => ({
  group: '',
  resource: 'services',
  namespace: 'bar',
  name: 'web',
  ...parts,
});
const address = (name: string, parentRef = ref(), labels = addressLabels(name)): IPAddress => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IPAddress',
  metadata: { name, labels, creationTimestamp: '1970-01-01T00:00:00Z' },
  spec: { parentRef },
});

const IP = '10.96.0.7';
const WEB = service('web', IP);

describe('the reservation of a cluster IP', () => {
  test.each<
    [string, string, IPAddress | undefined, Service | undefined, ReturnType<typeof planClusterIp>]
  >([
    ['is as it should be', IP, address(IP), WEB, undefined],
    ['of IPv6 is as it should be', 'fd00::7', address('fd00::7'), WEB, undefined],
    ['is missing', IP, undefined, undefined, { finding: 'NotAllocated', reserve: true }],
    [
      'is out of every range',
      '10.97.0.1',
      undefined,
      undefined,
      { finding: 'OutOfRange', reserve: false },
    ],
    [
      'is the address of a network',
      '10.96.0.0',
      address('10.96.0.0'),
      WEB,
      { finding: 'OutOfRange', reserve: false },
    ],
    [
      'refers to no Service',
      IP,
      address(IP, ref({ resource: 'pods' })),
      undefined,
      { finding: 'WrongReference', reserve: true },
    ],
    [
      'refers to a Service that is gone',
      IP,
      address(IP, ref({ name: 'gone' })),
      undefined,
      { finding: 'WrongReference', reserve: true },
    ],
    [
      'is that of another Service, which has it too',
      IP,
      address(IP, ref({ name: 'other' })),
      service('other', IP),
      { finding: 'AlreadyAllocated', reserve: false },
    ],
    // It is removed as one that is not of its Service.
    [
      'is that of another Service, which has it not',
      IP,
      address(IP, ref({ name: 'other' })),
      service('other', '10.96.0.8'),
      undefined,
    ],
    ['lacks its labels', IP, address(IP, ref(), {}), WEB, { finding: undefined, reserve: true }],
  ])('%s', (_what, clusterIp, found, holder, expected) => {
    const input = { service: WEB, clusterIp, serviceCidrs: CIDRS, address: found, holder };
    expect(planClusterIp(input)).toEqual(expected);
  });
});

describe('a reservation', () => {
  test.each<[string, IPAddress, Service | undefined, number, ReturnType<typeof planAddress>]>([
    ['of its Service stays', address(IP), WEB, 90_000, undefined],
    ['that somebody made stays', address(IP, ref(), {}), undefined, 90_000, undefined],
    ['without a Service has a minute', address(IP), undefined, 20_000, { waitMs: 40_000 }],
    ['without a Service goes after it', address(IP), undefined, 60_000, { remove: 'Leaked' }],
    [
      'of a Service with another address goes',
      address(IP),
      service('web', '10.96.0.8'),
      0,
      { remove: 'NotOfService' },
    ],
    [
      'of something else goes',
      address(IP, ref({ group: 'apps', resource: 'deployments' })),
      undefined,
      0,
      { remove: 'NoService' },
    ],
  ])('%s', (_what, found, holder, nowMs, expected) => {
    expect(planAddress(found, holder, nowMs)).toEqual(expected);
  });
});

test.each<[ServiceSpec, string[]]>([
  [{}, []],
  [{ clusterIPs: ['None'] }, []],
  [{ clusterIPs: [''] }, []],
  [{ clusterIPs: [IP, 'FD00:0::7'] }, [IP, 'fd00::7']],
  [{ type: 'ExternalName', clusterIPs: [IP] }, []],
])('the cluster IPs of %j are %j', (spec, expected) => {
  expect(clusterIpsOf({ ...WEB, spec })).toEqual(expected);
});

test('what is found is told in Kubernetes’ words', () => {
  const said = (['OutOfRange', 'NotAllocated', 'WrongReference', 'AlreadyAllocated'] as const).map(
    (finding) => serviceNote(finding, WEB, IP),
  );
  expect(said.map(({ reason, message }) => `${reason} ${message}`)).toEqual([
    'ClusterIPOutOfRange Cluster IP [IPv4]: 10.96.0.7 is not within any configured Service CIDR; please recreate service',
    'ClusterIPNotAllocated Cluster IP [IPv4]: 10.96.0.7 is not allocated; repairing',
    'ClusterIPNotAllocated the ClusterIP [IPv4]: 10.96.0.7 for Service bar/web has a wrong reference; repairing',
    'ClusterIPAlreadyAllocated Cluster IP [IPv4]: 10.96.0.7 was assigned to multiple services; please recreate service',
  ]);
  const lost = address(IP, ref({ resource: 'pods' }));
  const told = [
    addressNote('Leaked', address(IP)),
    addressNote('NotOfService', address(IP)),
    addressNote('NoService', lost),
  ];
  expect(told.map(({ reason, message }) => `${reason} ${message}`)).toEqual([
    'IPAddressNotAllocated IPAddress: 10.96.0.7 for Service bar/web appears to have leaked: cleaning up',
    'IPAddressWrongReference IPAddress: 10.96.0.7 for Service bar/web has a wrong reference; cleaning up',
    'IPAddressNotAllocated IPAddress 10.96.0.7 appears to have been modified, not referencing a Service &ParentReference{Group:,Resource:pods,Namespace:bar,Name:web,}: cleaning up',
  ]);
});
