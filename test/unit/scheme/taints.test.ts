import { expect, test } from '@jest/globals';
import { findUntolerated, formatTaint, tolerates } from '../../../src/scheme/taints.ts';

const TAINT = { key: 'dedicated', value: 'gpu', effect: 'NoSchedule' };

test.each([
  [
    'the same key, value and effect',
    { key: 'dedicated', value: 'gpu', effect: 'NoSchedule' },
    true,
  ],
  ['every effect', { key: 'dedicated', operator: 'Equal', value: 'gpu' }, true],
  ['every value', { key: 'dedicated', operator: 'Exists' }, true],
  ['everything', { operator: 'Exists' }, true],
  ['another value', { key: 'dedicated', value: 'cpu' }, false],
  ['another key', { key: 'other', operator: 'Exists' }, false],
  ['another effect', { operator: 'Exists', effect: 'NoExecute' }, false],
])('a toleration of %s', (_, toleration, expected) => {
  expect(tolerates(toleration, TAINT)).toBe(expected);
});

test('the first taint of an effect that nothing covers is found', () => {
  const soft = { key: 'soft', effect: 'PreferNoSchedule' };
  expect(findUntolerated([soft, TAINT], [], ['NoSchedule'])).toBe(TAINT);
  expect(findUntolerated([soft, TAINT], [{ operator: 'Exists' }], ['NoSchedule'])).toBeUndefined();
  expect(findUntolerated(undefined, undefined, ['NoSchedule'])).toBeUndefined();
});

test('a taint is written as kubectl does', () => {
  expect(formatTaint(TAINT)).toBe('dedicated=gpu:NoSchedule');
  expect(formatTaint({ key: 'a', effect: 'NoExecute' })).toBe('a:NoExecute');
});
