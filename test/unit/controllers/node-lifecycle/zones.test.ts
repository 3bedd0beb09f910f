import { describe, expect, test } from '@jest/globals';
import { EvictionTurns } from '../../../../src/controllers/node-lifecycle/eviction-turns.ts';
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

test('everything is disrupted when every zone is, and there is one', () => {
  const dead = countZones([node('a', 'Unknown'), node('b', 'Unknown')]);
  const half = countZones([node('a', 'Unknown'), node('b', 'True')]);
  expect(isFullyDisrupted(dead, DEFAULT_EVICTION_RATES)).toBe(true);
  expect(isFullyDisrupted(half, DEFAULT_EVICTION_RATES)).toBe(false);
  expect(isFullyDisrupted(new Map(), DEFAULT_EVICTION_RATES)).toBe(false);
});

describe('turns', () => {
  test('come one at once, then at the rate', () => {
    const turns = new EvictionTurns();
    turns.setRate('a', 0.1, 0);
    const taken = [0, 5_000, 10_000, 12_000, 20_000].map((nowMs) => turns.take('a', nowMs));
    expect(taken).toEqual([true, false, true, false, true]);
  });

  test('are not saved up', () => {
    const turns = new EvictionTurns();
    turns.setRate('a', 0.1, 0);
    expect([turns.take('a', 3_600_000), turns.take('a', 3_600_000)]).toEqual([true, false]);
  });

  test('stop with a rate of nothing, and for zones that nobody has judged', () => {
    const turns = new EvictionTurns();
    turns.setRate('a', 0, 0);
    expect([turns.take('a', 60_000), turns.take('b', 60_000)]).toEqual([false, false]);
    turns.setRate('a', 0.1, 60_000);
    expect(turns.take('a', 60_000)).toBe(true);
  });

  test('of one zone are not those of another', () => {
    const turns = new EvictionTurns();
    turns.setRate('a', 0.1, 0);
    turns.setRate('b', 0.1, 0);
    expect([turns.take('a', 0), turns.take('b', 0), turns.take('a', 0)]).toEqual([
      true,
      true,
      false,
    ]);
  });
});
