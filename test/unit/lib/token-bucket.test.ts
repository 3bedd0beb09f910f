import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TokenBucket } from '../../../src/lib/token-bucket.ts';

test('a burst goes through at once, and then so many a second', () => {
  const bucket = new TokenBucket({ perSecond: 2, burst: 3 });
  const taken = (nowMs: number) => [1, 2, 3, 4].map(() => bucket.take(nowMs));
  expect(taken(0)).toEqual([true, true, true, false]);
  expect(taken(500)).toEqual([true, false, false, false]);
  expect(taken(10_000)).toEqual([true, true, true, false]);
});

test('a rate of nothing lets nothing through, whatever the burst', () => {
  const bucket = new TokenBucket({ perSecond: 0, burst: 5 });
  expect([0, 1_000, 1_000_000].map((nowMs) => bucket.take(nowMs))).toEqual([false, false, false]);
});

test('what is charged afterwards is waited for, even where it was too much', () => {
  const bucket = new TokenBucket({ perSecond: 10, burst: 20 });
  expect(bucket.allows(0)).toBe(true);
  bucket.charge(50);
  expect([1_000, 3_000, 3_100].map((nowMs) => bucket.allows(nowMs))).toEqual([false, false, true]);
});

test('over any time no more go through than the burst and the rate together allow', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(700), { maxLength: 60 }),
      fc.integer({ min: 1, max: 9 }),
      (steps, rate) => {
        const bucket = new TokenBucket({ perSecond: rate, burst: 4 });
        let nowMs = 0;
        let taken = 0;
        for (const step of steps) {
          nowMs += step;
          if (bucket.take(nowMs)) taken++;
          expect(taken).toBeLessThanOrEqual(4 + (nowMs * rate) / 1_000 + 1e-6);
        }
      },
    ),
  );
});
