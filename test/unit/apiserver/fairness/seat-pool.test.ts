import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type LevelSeats, SeatPool } from '../../../../src/apiserver/fairness/seat-pool.ts';
import { dealHand } from '../../../../src/apiserver/fairness/shuffle-sharding.ts';

const share = (nominal: number, lendable = 0, borrowable = Number.POSITIVE_INFINITY) => ({
  nominal,
  lendable,
  borrowable,
});

function levels(...shares: ReturnType<typeof share>[]): readonly LevelSeats[] {
  const pool = new SeatPool();
  return shares.map((one) => {
    const level = pool.add();
    level.share = one;
    return level;
  });
}

/** Neither all levels together nor any of them has more than there is for it. */
function assertWithin(all: readonly LevelSeats[], seats: number): void {
  expect(all.reduce((sum, { inUse }) => sum + inUse, 0)).toBeLessThanOrEqual(seats);
  for (const { inUse, share: own } of all) {
    expect(inUse).toBeLessThanOrEqual(own.nominal + own.borrowable);
  }
}

const takeAll = (level: LevelSeats): number => {
  let taken = 0;
  while (level.take(1)) taken++;
  return taken;
};

describe('the seats of a server', () => {
  test('are a level’s own where nothing is lent', () => {
    const [a, b] = levels(share(3), share(5));
    expect([takeAll(a as LevelSeats), takeAll(b as LevelSeats)]).toEqual([3, 5]);
  });

  test('that a level lends are used by others while it does not, and no more than they may borrow', () => {
    const [a, b] = levels(share(3, 0, 2), share(10, 4));
    expect(takeAll(a as LevelSeats)).toBe(5);
    expect(takeAll(b as LevelSeats)).toBe(8);
  });

  test('that are lent come back to their level when they are given back', () => {
    const [a, b] = levels(share(1), share(4, 4)) as [LevelSeats, LevelSeats];
    expect(takeAll(a)).toBe(5);
    expect(b.take(1)).toBe(false);
    a.give(2);
    expect(takeAll(b)).toBe(2);
    expect(a.take(1)).toBe(false);
  });

  test('are never more than there are, whoever takes and gives', () => {
    const step = fc.record({
      level: fc.nat(2),
      width: fc.integer({ min: 1, max: 4 }),
      give: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const all = levels(share(5, 2), share(7, 7, 3), share(3, 0));
        const held: number[][] = [[], [], []];
        for (const { give, level, width } of steps) {
          const seats = all[level] as LevelSeats;
          const own = held[level] as number[];
          if (give) seats.give(own.pop() ?? 0);
          else if (seats.take(width)) own.push(width);
          assertWithin(all, 15);
        }
      }),
    );
  });

  test('that nobody may lend are there for their own level, whatever the others do', () => {
    const [a, b] = levels(share(4, 1), share(20)) as [LevelSeats, LevelSeats];
    expect(takeAll(b)).toBe(21);
    expect(takeAll(a)).toBe(3);
  });
});

describe('the hand of a flow', () => {
  test('is always the same, of different queues that exist', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 10 }),
        (flow, queues, size) => {
          const hand = dealHand(flow, queues, size);
          expect(hand).toEqual(dealHand(flow, queues, size));
          expect(new Set(hand).size).toBe(Math.min(size, queues));
          for (const queue of hand) expect(queue >= 0 && queue < queues).toBe(true);
        },
      ),
    );
  });

  test('is another for most other flows: no queue is in many more hands than the others', () => {
    const counts = new Array<number>(64).fill(0);
    for (let i = 0; i < 2_000; i++) {
      for (const queue of dealHand(`flow-${i}`, 64, 6)) counts[queue] = (counts[queue] ?? 0) + 1;
    }
    expect(Math.max(...counts) / Math.min(...counts)).toBeLessThan(2);
  });
});
