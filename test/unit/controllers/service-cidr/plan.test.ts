import { describe, expect, test } from '@jest/globals';
import {
  mayGo,
  namesOverlapping,
  namesWith,
} from '../../../../src/controllers/service-cidr/plan.ts';
import { withReadiness } from '../../../../src/controllers/service-cidr/status.ts';
import type {
  IPAddress,
  ServiceCIDR,
} from '../../../../src/scheme/generated/types/networking-v1.ts';
import { addressLabels, isReadyToGive } from '../../../../src/scheme/service-cidrs.ts';

const cidr = (name: string, ...cidrs: string[]): ServiceCIDR => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'ServiceCIDR',
  metadata: { name },
  spec: { cidrs },
});
const address = (name: string, labels = addressLabels(name)): IPAddress => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IPAddress',
  metadata: { name, labels },
  spec: { parentRef: { resource: 'services', namespace: 'default', name: 'web' } },
});

const OWN = cidr('own', '10.1.0.0/24');
const DUAL = cidr('own', '10.1.0.0/24', 'fd00:1::/112');

describe('a ServiceCIDR that is being deleted may go', () => {
  test.each<[string, ServiceCIDR, ServiceCIDR[], IPAddress[], boolean]>([
    ['when nobody has an address', OWN, [], [], true],
    ['unless a Service has one of its addresses', OWN, [], [address('10.1.0.7')], false],
    ['when the addresses are of other ranges', OWN, [], [address('10.2.0.7')], true],
    ['when the address is somebody’s own', OWN, [], [address('10.1.0.7', {})], true],
    [
      'when another has the same range',
      OWN,
      [cidr('b', '10.1.0.0/24')],
      [address('10.1.0.7')],
      true,
    ],
    [
      'when another has its range whole',
      OWN,
      [cidr('b', '10.0.0.0/8')],
      [address('10.1.0.7')],
      true,
    ],
    [
      'when a part has the address too',
      OWN,
      [cidr('b', '10.1.0.0/28')],
      [address('10.1.0.7')],
      true,
    ],
    ['unless the part has it not', OWN, [cidr('b', '10.1.0.16/28')], [address('10.1.0.7')], false],
    // A smaller range does not give out its own broadcast address.
    [
      'unless the part keeps it back',
      OWN,
      [cidr('b', '10.1.0.0/29')],
      [address('10.1.0.7')],
      false,
    ],
    [
      'when only one family has another home',
      DUAL,
      [cidr('b', '10.1.0.0/16')],
      [address('10.1.0.7')],
      true,
    ],
    [
      'unless the other family has none',
      DUAL,
      [cidr('b', '10.1.0.0/16')],
      [address('fd00:1::7')],
      false,
    ],
    [
      'when two others cover a family each',
      DUAL,
      [cidr('b', '10.1.0.0/16'), cidr('c', 'fd00:1::/64')],
      [address('10.1.0.7'), address('fd00:1::7')],
      true,
    ],
  ])('%s', (_when, serviceCidr, others, addresses, expected) => {
    expect(mayGo({ serviceCidr, all: [serviceCidr, ...others], addresses })).toBe(expected);
  });
});

test('an address and a range name the ServiceCIDRs that they have to do with', () => {
  const all = [DUAL, cidr('wide', '10.0.0.0/8'), cidr('far', '192.168.0.0/24')];
  expect(namesWith(address('10.1.0.7'), all)).toEqual(['own', 'wide']);
  expect(namesWith(address('fd00:1::7'), all)).toEqual(['own']);
  expect(namesWith(address('10.1.0.7', {}), all)).toEqual([]);
  expect(namesOverlapping(cidr('part', '10.1.0.0/28'), all)).toEqual(['own', 'wide']);
  expect(namesOverlapping(cidr('all', '0.0.0.0/0'), all)).toEqual(['own', 'wide', 'far']);
  expect(namesOverlapping(cidr('none', '172.16.0.0/12'), all)).toEqual([]);
});

test('a ServiceCIDR tells that it is ready or held up, and keeps the time of a state that lasts', () => {
  const ready = withReadiness(OWN, 'ready', 0);
  expect(ready.status?.conditions).toEqual([
    {
      type: 'Ready',
      status: 'True',
      reason: '',
      message: 'Kubernetes Service CIDR is ready',
      lastTransitionTime: '1970-01-01T00:00:00Z',
    },
  ]);
  expect(withReadiness(ready, 'ready', 5_000)).toEqual(ready);
  expect(withReadiness(ready, 'held up', 5_000).status?.conditions).toMatchObject([
    { status: 'False', reason: 'Terminating', lastTransitionTime: '1970-01-01T00:00:05Z' },
  ]);
});

test.each<[string, Partial<ServiceCIDR['metadata']>, string | undefined, boolean]>([
  ['that nobody has judged', {}, undefined, true],
  ['that is ready', {}, 'True', true],
  ['that is not', {}, 'False', false],
  ['of which nothing is known', {}, 'Unknown', false],
  ['that is being deleted', { deletionTimestamp: '2026-01-01T00:00:00Z' }, 'True', false],
])('of a ServiceCIDR %s addresses are given or not', (_which, metadata, status, expected) => {
  const conditions = status
    ? [{ type: 'Ready', status, reason: '', message: '', lastTransitionTime: '' }]
    : [];
  const one = { ...OWN, metadata, status: { conditions } } as ServiceCIDR;
  expect(isReadyToGive(one)).toBe(expected);
});
