import { expect, test } from '@jest/globals';
import { exponentialBackoffMs, fullJitterMs } from '../../../src/lib/backoff.ts';
import { randomSuffix, seededRandom } from '../../../src/lib/random.ts';

test('the backoff doubles from the base up to the maximum', () => {
  const options = { baseMs: 5, maxMs: 1_000_000 };
  const delays = [1, 2, 3, 10].map((failures) => exponentialBackoffMs(failures, options));
  expect(delays).toEqual([5, 10, 20, 2_560]);
  expect(exponentialBackoffMs(10_000, options)).toBe(1_000_000);
});

test('jitter stays below the delay', () => {
  expect(fullJitterMs(1_000, () => 0)).toBe(0);
  expect(fullJitterMs(1_000, () => 0.999)).toBeLessThan(1_000);
});

test('a seed repeats its sequence, and another seed gives another', () => {
  const draw = (seed: number): string => randomSuffix(20, seededRandom(seed));
  expect(draw(1)).toBe(draw(1));
  expect(draw(1)).not.toBe(draw(2));
});

test('a suffix uses only characters that are safe in names', () => {
  expect(randomSuffix(500, seededRandom(7))).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{500}$/);
});
