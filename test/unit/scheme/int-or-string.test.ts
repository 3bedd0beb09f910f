import { expect, test } from '@jest/globals';
import { percentOf, scaledIntOrPercent } from '../../../src/scheme/int-or-string.ts';

test.each([
  ['25%', 10, 'up', 3],
  ['25%', 10, 'down', 2],
  ['100%', 7, 'down', 7],
  ['0%', 7, 'up', 0],
  [3, 10, 'up', 3],
  [0, 10, 'down', 0],
] as const)('%p of %p rounded %s is %p', (value, total, round, expected) => {
  expect(scaledIntOrPercent(value, { total, round })).toBe(expected);
});

test.each(['25', '%', '1.5%', '-1%', 'http'])('%p is no percentage', (text) => {
  expect(percentOf(text)).toBeUndefined();
  expect(() => scaledIntOrPercent(text, { total: 1, round: 'up' })).toThrow('not a percentage');
});
