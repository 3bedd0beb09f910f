import { expect, test } from '@jest/globals';
import {
  findCondition,
  isConditionTrue,
  removeCondition,
  setCondition,
} from '../../../src/scheme/conditions.ts';

const READY = { type: 'Ready', status: 'True', reason: 'Up', lastTransitionTime: 'then' };
const OTHER = { type: 'Other', status: 'False', lastTransitionTime: 'then' };

test('a condition is found by its type', () => {
  expect(findCondition([OTHER, READY], 'Ready')).toBe(READY);
  expect(findCondition(undefined, 'Ready')).toBeUndefined();
  expect(isConditionTrue([OTHER, READY], 'Ready')).toBe(true);
  expect(isConditionTrue([OTHER, READY], 'Other')).toBe(false);
});

test('a new condition comes last', () => {
  expect(setCondition([OTHER], READY)).toEqual([OTHER, READY]);
  expect(setCondition(undefined, READY)).toEqual([READY]);
});

test('the time of transition is kept while the status is', () => {
  const next = { ...READY, reason: 'StillUp', lastTransitionTime: 'now' };
  expect(setCondition([READY], next)).toEqual([{ ...next, lastTransitionTime: 'then' }]);
});

test('the time of transition moves with the status', () => {
  const next = { ...READY, status: 'False', lastTransitionTime: 'now' };
  expect(setCondition([OTHER, READY], next)).toEqual([OTHER, next]);
});

test('the list is the same list when nothing changes', () => {
  const conditions = [OTHER, READY];
  expect(setCondition(conditions, { ...READY, lastTransitionTime: 'now' })).toBe(conditions);
  expect(removeCondition(conditions, 'Missing')).toBe(conditions);
  expect(removeCondition(conditions, 'Ready')).toEqual([OTHER]);
});
