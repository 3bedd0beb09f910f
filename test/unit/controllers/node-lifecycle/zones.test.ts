import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  DEFAULT_EVICTION_RATES,
  evictionRate,
  isFullyDisrupted,
  ZoneCensus,
  type ZoneCount,
  zoneState,
} from '../../../../src/controllers/node-lifecycle/zones.ts';
import type { Node } from '../../../../src/scheme/generated/types/core-v1.ts';
import { buildNode } from '../../../support/builders.ts';

const EXCLUDED = { 'node.kubernetes.io/exclude-disruption': '' };

function node(name: string, zone: string, labels: Record<string, string> = {}): Node {
  const place = { 'topology.kubernetes.io/region': 'r', 'topology.kubernetes.io/zone': zone };
  return buildNode({ name, labels: { ...place, ...labels } });
}

function census(nodes: readonly (readonly [node: Node, isHealthy: boolean])[]): ZoneCensus {
  const built = new ZoneCensus();
  for (const [one, isHealthy] of nodes) built.count(one, isHealthy);
  return built;
}

/** What a census says, in a form that can be compared. */
function countsOf({ counts }: ZoneCensus): Record<string, ZoneCount> {
  return Object.fromEntries(
    [...counts].map(([zone, { notReady, ready }]) => [zone, { ready, notReady }]),
  );
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
  const nodes = census([
    [node('1', 'a'), true],
    [node('2', 'a'), false],
    [node('3', 'b'), false],
    [buildNode({ name: '4' }), true],
  ]);
  expect(countsOf(nodes)).toEqual({
    'r/a': { ready: 1, notReady: 1 },
    'r/b': { ready: 0, notReady: 1 },
    '/': { ready: 1, notReady: 0 },
  });
});

test('a Node that is excluded from disruption says nothing of its zone, which goes at the usual rate', () => {
  const alone = census([[node('1', 'a', EXCLUDED), false]]);
  expect(countsOf(alone)).toEqual({ 'r/a': { ready: 0, notReady: 0 } });
  expect(evictionRate({ ready: 0, notReady: 0 }, DEFAULT_EVICTION_RATES)).toBe(0.1);
  expect(isFullyDisrupted(alone.counts, DEFAULT_EVICTION_RATES)).toBe(false);
  alone.count(node('2', 'b'), false);
  expect(isFullyDisrupted(alone.counts, DEFAULT_EVICTION_RATES)).toBe(true);
});

test('everything is disrupted when every zone is, and there is one', () => {
  const dead = census([
    [node('1', 'a'), false],
    [node('2', 'b'), false],
  ]);
  expect(isFullyDisrupted(dead.counts, DEFAULT_EVICTION_RATES)).toBe(true);
  dead.count(node('2', 'b'), true);
  expect(isFullyDisrupted(dead.counts, DEFAULT_EVICTION_RATES)).toBe(false);
  expect(isFullyDisrupted(new Map(), DEFAULT_EVICTION_RATES)).toBe(false);
});

test('whatever becomes of its Nodes, a census is that of those there are', () => {
  const zone = fc.constantFrom('a', 'b', 'c');
  const change = fc.record({
    name: fc.constantFrom('1', '2', '3', '4'),
    zone,
    isExcluded: fc.boolean(),
    isHealthy: fc.boolean(),
    isGone: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(change), (changes) => {
      const kept = new ZoneCensus();
      const present = new Map<string, readonly [Node, boolean]>();
      for (const { isExcluded, isGone, isHealthy, name, zone: place } of changes) {
        const one = node(name, place, isExcluded ? EXCLUDED : {});
        if (isGone) {
          kept.forget(name);
          present.delete(name);
        } else {
          kept.count(one, isHealthy);
          present.set(name, [one, isHealthy]);
        }
        expect(countsOf(kept)).toEqual(countsOf(census([...present.values()])));
      }
    }),
  );
});
