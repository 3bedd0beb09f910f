import { describe, expect, test } from '@jest/globals';
import {
  ageSince,
  formatGoDuration,
  humanDuration,
  parseGoDuration,
} from '../../../src/scheme/duration.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('ages as kubectl prints them', () => {
  test.each([
    [-3 * SECOND, '<invalid>'],
    [-1.5 * SECOND, '0s'],
    [0, '0s'],
    [119 * SECOND, '119s'],
    [2 * MINUTE, '2m'],
    [5 * MINUTE + 12 * SECOND, '5m12s'],
    [9 * MINUTE + 59 * SECOND, '9m59s'],
    [10 * MINUTE + 30 * SECOND, '10m'],
    [179 * MINUTE, '179m'],
    [3 * HOUR, '3h'],
    [7 * HOUR + 59 * MINUTE, '7h59m'],
    [8 * HOUR + 1 * MINUTE, '8h'],
    [47 * HOUR, '47h'],
    [2 * DAY, '2d'],
    [3 * DAY + 4 * HOUR, '3d4h'],
    [8 * DAY + 4 * HOUR, '8d'],
    [729 * DAY, '729d'],
    [730 * DAY, '2y'],
    [3 * 365 * DAY + 10 * DAY, '3y10d'],
    [9 * 365 * DAY + 10 * DAY, '9y'],
  ])('%p ms is %s', (milliseconds, text) => {
    expect(humanDuration(milliseconds)).toBe(text);
  });

  test('of something without a timestamp is unknown', () => {
    expect(ageSince(undefined, 0)).toBe('<unknown>');
    expect(ageSince('2026-01-01T00:00:00Z', Date.UTC(2026, 0, 1, 0, 5, 12))).toBe('5m12s');
  });
});

describe('durations as Go writes them', () => {
  test.each([
    ['1h30m', 90 * MINUTE],
    ['1.5s', 1500],
    ['250ms', 250],
    ['-2m', -2 * MINUTE],
    ['0', 0],
    ['1us', 0.001],
  ])('%s is read', (text, milliseconds) => {
    expect(parseGoDuration(text)).toBeCloseTo(milliseconds, 6);
  });

  test.each(['', '1', 'h', '1x', '1h 30m', '-'])('%p is refused', (text) => {
    expect(parseGoDuration(text)).toBeUndefined();
  });

  test.each([
    [0, '0s'],
    [250, '250ms'],
    [1500, '1.5s'],
    [90 * MINUTE, '1h30m0s'],
    [2 * MINUTE, '2m0s'],
    [-2 * MINUTE, '-2m0s'],
  ])('%p ms is written %s', (milliseconds, text) => {
    expect(formatGoDuration(milliseconds)).toBe(text);
  });
});
