import { expect, test } from '@jest/globals';
import { planProtection } from '../../../../src/controllers/shared/in-use-protection.ts';

const FINALIZER = 'kubernetes.io/pvc-protection';
const deletionTimestamp = '2026-01-01T00:00:00Z';

test.each([
  ['a new object without the finalizer', {}, 'hold'],
  ['an object with another finalizer', { finalizers: ['a'] }, 'hold'],
  ['an object that has it', { finalizers: ['a', FINALIZER] }, 'leave'],
  ['one that is being deleted with it', { finalizers: [FINALIZER], deletionTimestamp }, 'release'],
  ['one that is being deleted without it', { finalizers: ['a'], deletionTimestamp }, 'leave'],
])('%s (%o) is to be: %s', (_, metadata, expected) => {
  const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata };
  expect(planProtection(claim, FINALIZER)).toBe(expected);
});
