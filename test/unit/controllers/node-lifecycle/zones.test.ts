import { describe, expect, test } from '@jest/globals';
import {
  countZones,
  DEFAULT_EVICTION_RATES,
  evictionRate,
  isFullyDisrupted,
  zoneState,
} from '../../../../src/controllers/node-lifecycle/zones.ts';
import type { Node } from '../../../../src/scheme/generated/types/core-v1.ts';
import { buildNode } from '../../../support/builders.ts';

function node(zone: string, status: string): Node {
  const built = buildNode({
    labels: { 'topology.kubernetes.io/region': 'r', 'topology.kubernetes.io/zone': zone },
  });
  return { ...built, status: { ...built.status, conditions: [{ type: 'Ready', status }] } };
}

describe('the state of a zone', () => {
  test.each([
    [10, 0, 'normal', 0.1],
    [1, 2, 'normal', 0.1],
    [5, 4, 'normal', 0.1],
    [4, 6, 'partial-disruption', 0],
    [40, 60, 'partial-disruption', 0.01],
    [0, 1, 'full-disruption', 0.1],
    [0, 100, 'full-disruption', 0.1],
  ])('with %i ready and %i silent Nodes is %s: %d a second', (ready, notReady, state, rate) => {
    const count = { ready, notReady };
    expect(zoneState(count, DEFAULT_EVICTION_RATES)).toBe(state);
    expect(evictionRate(count, DEFAULT_EVICTION_RATES)).toBe(rate);
  });
});

test('Nodes are counted by region and zone', () => {
  const nodes = [node('a', 'True'), node('a', 'Unknown'), node('b', 'False'), buildNode()];
  expect(countZones(nodes)).toEqual(
    new Map([
      ['r/a', { ready: 1, notReady: 1 }],
      ['r/b', { ready: 0, notReady: 1 }],
      ['/', { ready: 1, notReady: 0 }],
    ]),
  );
});

test('a Node that is excluded from disruption says nothing of its zone, which goes at the usual rate', () => {
  const dead = node('a', 'Unknown');
  const labels = { ...dead.metadata.labels, 'node.kubernetes.io/exclude-disruption': '' };
  const excluded = { ...dead, metadata: { ...dead.metadata, labels } };
  const counts = countZones([excluded, node('b', 'Unknown')]);
  expect(counts.get('r/a')).toEqual({ ready: 0, notReady: 0 });
  expect(evictionRate({ ready: 0, notReady: 0 }, DEFAULT_EVICTION_RATES)).toBe(0.1);
  expect(isFullyDisrupted(counts, DEFAULT_EVICTION_RATES)).toBe(true);
  expect(isFullyDisrupted(countZones([excluded]), DEFAULT_EVICTION_RATES)).toBe(false);
});

test('everything is disrupted when every zone is, and there is one', () => {
  const dead = countZones([node('a', 'Unknown'), node('b', 'Unknown')]);
  const half = countZones([node('a', 'Unknown'), node('b', 'True')]);
  expect(isFullyDisrupted(dead, DEFAULT_EVICTION_RATES)).toBe(true);
  expect(isFullyDisrupted(half, DEFAULT_EVICTION_RATES)).toBe(false);
  expect(isFullyDisrupted(new Map(), DEFAULT_EVICTION_RATES)).toBe(false);
});
