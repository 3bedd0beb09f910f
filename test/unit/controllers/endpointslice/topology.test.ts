import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  planHints,
  wantsTopologyHints,
  zoneShares,
} from '../../../../src/controllers/endpointslice/topology.ts';
import type { Node, Service } from '../../../../src/scheme/generated/types/core-v1.ts';
import type { Endpoint } from '../../../../src/scheme/generated/types/discovery-v1.ts';

const ZONE = 'topology.kubernetes.io/zone';

const node = (
  zone: string | undefined,
  cpu: string,
  more: Record<string, string> = {},
  ready = 'True',
): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n', labels: { ...more, ...(zone ? { [ZONE]: zone } : {}) } },
  status: {
    ...(cpu ? { allocatable: { cpu } } : {}),
    conditions: [{ type: 'Ready', status: ready as 'True' }],
  },
});

const service = (annotations: Record<string, string> = {}): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default', annotations },
});

test.each([
  [{ 'service.kubernetes.io/topology-mode': 'Auto' }, true],
  [{ 'service.kubernetes.io/topology-mode': 'auto' }, true],
  [{ 'service.kubernetes.io/topology-aware-hints': 'Auto' }, true],
  [{ 'service.kubernetes.io/topology-mode': 'disabled' }, false],
  [{ 'service.kubernetes.io/topology-mode': 'AUTO' }, false],
  [
    {
      'service.kubernetes.io/topology-mode': 'Auto',
      'service.kubernetes.io/topology-aware-hints': 'Disabled',
    },
    false,
  ],
  [{}, false],
])('a Service with %j wants topology aware hints: %j', (annotations, expected) => {
  expect(wantsTopologyHints(service(annotations as Record<string, string>))).toBe(expected);
});

describe('the share of a zone', () => {
  test('is that of the CPUs of its ready nodes that are no control plane', () => {
    const shares = zoneShares([
      node('a', '4'),
      node('a', '2'),
      node('b', '2000m'),
      node('c', '8', {}, 'False'),
      node('c', '8', { 'node-role.kubernetes.io/control-plane': '' }),
    ]);
    expect(shares).toEqual(
      new Map([
        ['a', 0.75],
        ['b', 0.25],
      ]),
    );
  });

  test.each([
    ['zone', node(undefined, '4')],
    ['CPUs', node('b', '')],
  ])('is not known while a node says nothing of its %s', (_, one) => {
    expect(zoneShares([node('a', '4'), one])).toBeUndefined();
  });
});

const endpoints = (...zones: (string | undefined)[]): Endpoint[] =>
  zones.map((zone, index) => ({ addresses: [`10.0.0.${index}`], ...(zone ? { zone } : {}) }));

const served = (all: readonly Endpoint[], shares: Record<string, number>): string => {
  const plan = planHints(all, new Map(Object.entries(shares)));
  if ('problem' in plan) return plan.problem;
  return all.map((one) => plan.zones.get(one)).join(' ');
};

describe('endpoints', () => {
  const half = { a: 0.5, b: 0.5 };

  test.each<[string, (string | undefined)[], Record<string, number>, string]>([
    ['serve their own zones where that is fair', ['a', 'b', 'a', 'b'], half, 'a b a b'],
    ['serve another zone that has too few', ['a', 'a', 'a', 'a'], half, 'a a b b'],
    ['of a zone without nodes serve those that have', ['a', 'b', 'x', 'x'], half, 'a b b a'],
    [
      'stay where the imbalance is small',
      ['a', 'a', 'a', 'a', 'b', 'b', 'b'],
      half,
      'a a a a b b b',
    ],
    [
      'are evened out where a whole one too many is',
      ['a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', ...Array(9).fill('b')],
      half,
      'a a a a a a a a a a b b b b b b b b b b',
    ],
    [
      'of one zone alone have no hints',
      ['a', 'a'],
      { a: 1 },
      'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes',
    ],
    [
      'of no zone that counts have no hints',
      ['a', 'a'],
      {},
      'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes',
    ],
    [
      'without a zone have no hints',
      ['a', undefined],
      half,
      'One or more endpoints do not have a zone specified',
    ],
    [
      'that are fewer than zones have no hints',
      ['a'],
      half,
      'Insufficient number of endpoints (1 endpoints, 2 zones)',
    ],
    [
      'that are too few for the shares have no hints',
      ['a', 'b', 'c'],
      { a: 0.9, b: 0.05, c: 0.05 },
      'Unable to allocate minimum required endpoints to each zone without exceeding overload threshold (3 endpoints, 3 zones)',
    ],
  ])('%s', (_, zones, shares, expected) => {
    expect(served(endpoints(...zones), shares)).toBe(expected);
  });

  test('serve every zone with no less than its minimum, each one zone, and the same each time', () => {
    const zones = fc.array(fc.constantFrom('a', 'b', 'c', 'x'), { minLength: 3, maxLength: 40 });
    const cpus = fc.tuple(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
    );
    fc.assert(
      fc.property(zones, cpus, (names, [a, b, c]) => {
        const total = a + b + c;
        const shares = new Map([
          ['a', a / total],
          ['b', b / total],
          ['c', c / total],
        ]);
        const all = endpoints(...names);
        const plan = planHints(all, shares);
        if ('problem' in plan) return plan.problem.startsWith('Unable to allocate');
        const counts = new Map<string, number>();
        for (const one of all) {
          const zone = plan.zones.get(one) ?? '';
          counts.set(zone, (counts.get(zone) ?? 0) + 1);
        }
        expect([...counts.values()].reduce((sum, one) => sum + one, 0)).toBe(all.length);
        for (const [zone, share] of shares) {
          expect(counts.get(zone) ?? 0).toBeGreaterThanOrEqual(
            Math.ceil((share * all.length) / 1.2),
          );
        }
        const again = planHints(all, shares);
        return 'zones' in again && all.every((one) => again.zones.get(one) === plan.zones.get(one));
      }),
    );
  });
});
