import { describe, expect, test } from '@jest/globals';
import { EvictionTurns } from '../../../../src/controllers/node-lifecycle/eviction-turns.ts';

/** When each Node is named, with a look at every one of these moments. */
function grants(turns: EvictionTurns, ...looksMs: number[]): [number, string[]][] {
  return looksMs.map((nowMs) => [nowMs, turns.grant(nowMs)]);
}

function withRate(ratePerSecond: number): EvictionTurns {
  const turns = new EvictionTurns();
  turns.setRate('a', ratePerSecond, 0);
  return turns;
}

describe('turns', () => {
  test('come one at once, then at the rate, to those who asked first', () => {
    const turns = withRate(0.1);
    expect(['n1', 'n2', 'n3', 'n2'].map((node) => turns.take('a', node, 0))).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(turns.nextTurnMs()).toBe(10_000);
    expect(grants(turns, 9_999, 10_000, 12_000, 20_000)).toEqual([
      [9_999, []],
      [10_000, ['n2']],
      [12_000, []],
      [20_000, ['n3']],
    ]);
    expect(turns.nextTurnMs()).toBeUndefined();
    expect(turns.take('a', 'n2', 20_000)).toBe(true);
    expect(turns.take('a', 'n2', 20_000)).toBe(false);
  });

  test('that nobody wants are not saved up', () => {
    const turns = withRate(0.1);
    expect(turns.take('a', 'n1', 3_600_000)).toBe(true);
    expect(turns.take('a', 'n2', 3_600_000)).toBe(false);
  });

  test('that Nodes wait for are all given by a look that is a little late, and by one that is very late a few', () => {
    const waitingFor = (count: number): EvictionTurns => {
      const turns = withRate(10);
      turns.take('a', 'first', 0);
      for (let i = 0; i < count; i++) turns.take('a', `n${i}`, 0);
      return turns;
    };
    expect(waitingFor(100).grant(500)).toHaveLength(5);
    expect(waitingFor(100).grant(3_600_000)).toHaveLength(11);
  });

  test('go by their zone alone', () => {
    const turns = withRate(0.1);
    turns.setRate('b', 1, 0);
    expect([turns.take('a', 'a1', 0), turns.take('b', 'b1', 0)]).toEqual([true, true]);
    expect([turns.take('a', 'a2', 0), turns.take('b', 'b2', 0)]).toEqual([false, false]);
    expect(turns.nextTurnMs()).toBe(1_000);
    expect(turns.grant(10_000)).toEqual(['a2', 'b2']);
  });

  test('stop with a rate of nothing, and for zones that nobody has judged', () => {
    const turns = withRate(0);
    expect([turns.take('a', 'a1', 60_000), turns.take('b', 'b1', 60_000)]).toEqual([false, false]);
    expect(turns.nextTurnMs()).toBeUndefined();
    expect(turns.grant(3_600_000)).toEqual([]);
  });

  test('wait a whole interval of the new rate when it changes and none was there, whatever the old rate was', () => {
    const turns = withRate(0.01);
    turns.take('a', 'n1', 0);
    turns.take('a', 'n2', 0);
    turns.setRate('a', 0.1, 50_000);
    expect(turns.nextTurnMs()).toBe(60_000);
    turns.setRate('a', 0.1, 55_000);
    expect(turns.nextTurnMs()).toBe(60_000);
    turns.setRate('a', 0, 55_000);
    expect(turns.nextTurnMs()).toBeUndefined();
    turns.setRate('a', 1_000, 70_000);
    expect(turns.nextTurnMs()).toBe(70_001);
  });

  test('are not for a Node that no longer wants one', () => {
    const turns = withRate(0.1);
    turns.take('a', 'n1', 0);
    turns.take('a', 'n2', 0);
    turns.take('a', 'n3', 0);
    turns.withdraw('n2');
    expect(turns.grant(10_000)).toEqual(['n3']);
    turns.withdraw('n3');
    expect(turns.take('a', 'n3', 10_000)).toBe(false);
  });

  test('go with a Node to its new zone', () => {
    const turns = withRate(0.1);
    turns.take('a', 'n1', 0);
    turns.take('a', 'n2', 0);
    turns.setRate('b', 0.1, 0);
    expect(turns.take('b', 'n2', 0)).toBe(true);
    turns.withdraw('n2');
    expect(turns.grant(10_000)).toEqual([]);
  });
});
