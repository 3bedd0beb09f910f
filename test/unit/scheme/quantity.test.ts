import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  QuantityError,
  quantityError,
  quantityMilliValue,
  quantityValue,
  roundQuantityUpToMilli,
  subtractQuantities,
} from '../../../src/scheme/quantity.ts';

describe('the canonical form', () => {
  test.each([
    ['0', '0'],
    ['0Ki', '0'],
    ['-0', '0'],
    ['0.5', '500m'],
    ['.5', '500m'],
    ['1.', '1'],
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['1500', '1500'],
    ['2000', '2k'],
    ['1k', '1k'],
    ['100k', '100k'],
    ['1000k', '1M'],
    ['1.5Gi', '1536Mi'],
    ['1024Mi', '1Gi'],
    ['1000Mi', '1000Mi'],
    ['1023', '1023'],
    ['512Ki', '512Ki'],
    ['0.5Ki', '512'],
    ['0.1Ki', '102400m'],
    ['1.5Ki', '1536'],
    ['12e6', '12e6'],
    ['1e3', '1e3'],
    ['1000e3', '1e6'],
    ['5E-3', '5e-3'],
    ['1E', '1E'],
    ['1E2', '100'],
    ['1Ei', '1Ei'],
    ['1n', '1n'],
    ['1u', '1u'],
    ['0.1n', '1n'],
    ['-1.5', '-1500m'],
    ['+3', '3'],
    ['0001', '1'],
    ['9223372036854775808Ki', '9223372036854775807'],
  ])('of %s is %s', (text, canonical) => {
    expect(canonicalQuantity(text)).toBe(canonical);
  });

  test('stays what it is when it is read and written again', () => {
    const suffix = fc.constantFrom('', 'm', 'u', 'n', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'e3', 'e-6');
    fc.assert(
      fc.property(fc.integer(), fc.nat(999), suffix, (whole, fraction, unit) => {
        const once = canonicalQuantity(`${whole}.${fraction}${unit}`);
        expect(canonicalQuantity(once)).toBe(once);
        expect(compareQuantities(once, `${whole}.${fraction}${unit}`)).toBe(0);
      }),
    );
  });
});

test.each([
  ['', 'quantities must match'],
  ['abc', 'quantities must match'],
  ['Ki', 'quantities must match'],
  ['.', 'quantities must match'],
  ['1 Gi', 'quantities must match'],
  ['1.2.3', 'quantities must match'],
  ['1Kb', 'quantities must match'],
  ['1ki', "unable to parse quantity's suffix"],
  ['1KiKi', "unable to parse quantity's suffix"],
  ['1e', "unable to parse quantity's suffix"],
])('%p is no quantity', (text, reason) => {
  expect(quantityError(text)).toContain(reason);
  expect(() => parseQuantity(text)).toThrow(QuantityError);
});

test('values are rounded up to whole units and to thousandths', () => {
  expect(quantityValue('1500m')).toBe(2);
  expect(quantityValue('-1500m')).toBe(-2);
  expect(quantityMilliValue('0.0001')).toBe(1);
  expect(quantityMilliValue('2')).toBe(2000);
  expect(quantityValue('64Gi')).toBe(64 * 2 ** 30);
  expect(roundQuantityUpToMilli('1u')).toBe('1m');
  expect(roundQuantityUpToMilli('0.5')).toBe('500m');
});

test('an exponent of any size is read in no time', () => {
  expect(canonicalQuantity('1e999999999')).toBe('9223372036854775807');
  expect(canonicalQuantity('1e-999999999')).toBe('1e-9');
});

test('quantities of different suffixes compare by value', () => {
  expect(compareQuantities('1Gi', '1G')).toBeGreaterThan(0);
  expect(compareQuantities('1000m', '1')).toBe(0);
  expect(compareQuantities('-1', '0')).toBeLessThan(0);
});

test('a sum is written like its first part unless that is nothing', () => {
  expect(formatQuantity(addQuantities('512Mi', '512Mi'))).toBe('1Gi');
  expect(formatQuantity(addQuantities('0', '1Gi'))).toBe('1Gi');
  expect(formatQuantity(addQuantities('500m', '500m'))).toBe('1');
  expect(formatQuantity(subtractQuantities('1Gi', '512Mi'))).toBe('512Mi');
  expect(formatQuantity(subtractQuantities('0', '1Gi'))).toBe('-1Gi');
});

test('addition and subtraction undo each other', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer(), (a, b) => {
      const sum = addQuantities(`${a}m`, `${b}u`);
      expect(compareQuantities(subtractQuantities(sum, `${b}u`), `${a}m`)).toBe(0);
    }),
  );
});
