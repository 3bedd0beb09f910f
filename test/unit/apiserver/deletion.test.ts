import { expect, test } from '@jest/globals';
import {
  type Deletion,
  type DeletionRules,
  decideDeletion,
} from '../../../src/apiserver/registry/deletion.ts';
import type { ObjectMeta } from '../../../src/scheme/object.ts';

const NOW = Date.UTC(2026, 0, 1);
const NOW_TEXT = '2026-01-01T00:00:00Z';

function decide(metadata: ObjectMeta, rules: Partial<DeletionRules> = {}): Deletion {
  return decideDeletion(
    { apiVersion: 'v1', kind: 'Pod', metadata },
    {
      gracePeriodSeconds: undefined,
      defaultGracePeriodSeconds: undefined,
      propagationPolicy: undefined,
      defaultPolicy: 'Background',
      nowMs: NOW,
      ...rules,
    },
  );
}

const marked = (metadata: ObjectMeta): Deletion => ({ kind: 'mark', metadata });

test('an object that nothing holds goes at once', () => {
  expect(decide({})).toEqual({ kind: 'remove' });
  expect(decide({}, { gracePeriodSeconds: 30 })).toEqual({ kind: 'remove' });
});

test('a finalizer holds an object, which is marked and counts a generation', () => {
  expect(decide({ finalizers: ['example.com/a'], generation: 4 })).toEqual(
    marked({
      finalizers: ['example.com/a'],
      generation: 5,
      deletionTimestamp: NOW_TEXT,
      deletionGracePeriodSeconds: 0,
    }),
  );
});

test('a grace period is the kind’s unless the client says another', () => {
  const rules = { defaultGracePeriodSeconds: 30 };
  expect(decide({}, rules)).toEqual(
    marked({ deletionTimestamp: '2026-01-01T00:00:30Z', deletionGracePeriodSeconds: 30 }),
  );
  expect(decide({}, { ...rules, gracePeriodSeconds: 90 })).toEqual(
    marked({ deletionTimestamp: '2026-01-01T00:01:30Z', deletionGracePeriodSeconds: 90 }),
  );
  expect(decide({}, { ...rules, gracePeriodSeconds: 0 })).toEqual({ kind: 'remove' });
  expect(decide({}, { ...rules, gracePeriodSeconds: -5 })).toEqual(
    marked({ deletionTimestamp: '2026-01-01T00:00:01Z', deletionGracePeriodSeconds: 1 }),
  );
});

test('a second delete can shorten the grace period, counted from the first delete', () => {
  const first: ObjectMeta = {
    deletionTimestamp: '2026-01-01T00:00:20Z',
    deletionGracePeriodSeconds: 30,
  };
  const rules = { defaultGracePeriodSeconds: 30 };
  expect(decide(first, rules)).toEqual({ kind: 'pending' });
  expect(decide(first, { ...rules, gracePeriodSeconds: 30 })).toEqual({ kind: 'pending' });
  expect(decide(first, { ...rules, gracePeriodSeconds: 60 })).toEqual({ kind: 'pending' });
  expect(decide(first, { ...rules, gracePeriodSeconds: 15 })).toEqual(
    marked({ deletionTimestamp: '2026-01-01T00:00:05Z', deletionGracePeriodSeconds: 15 }),
  );
  expect(decide(first, { ...rules, gracePeriodSeconds: 0 })).toEqual({ kind: 'remove' });
});

test('a grace period of zero does not get past finalizers', () => {
  const first: ObjectMeta = {
    finalizers: ['example.com/a'],
    deletionTimestamp: '2026-01-01T00:00:30Z',
    deletionGracePeriodSeconds: 30,
  };
  expect(decide(first, { defaultGracePeriodSeconds: 30, gracePeriodSeconds: 0 })).toEqual(
    marked({ ...first, deletionTimestamp: NOW_TEXT, deletionGracePeriodSeconds: 0 }),
  );
});

test.each([
  ['Foreground', ['example.com/a', 'foregroundDeletion']],
  ['Orphan', ['example.com/a', 'orphan']],
  ['Background', ['example.com/a']],
] as const)(
  'the policy %s replaces what an earlier one left in the finalizers',
  (propagationPolicy, finalizers) => {
    for (const earlier of ['orphan', 'foregroundDeletion']) {
      const decided = decide({ finalizers: [earlier, 'example.com/a'] }, { propagationPolicy });
      expect(decided).toMatchObject({ kind: 'mark', metadata: { finalizers } });
    }
  },
);

test('without a policy the finalizers that are there decide, then the kind’s default', () => {
  expect(decide({ finalizers: ['orphan'] })).toMatchObject({
    metadata: { finalizers: ['orphan'] },
  });
  expect(decide({}, { defaultPolicy: 'Orphan' })).toMatchObject({
    metadata: { finalizers: ['orphan'] },
  });
  expect(decide({ finalizers: ['orphan'] }, { propagationPolicy: 'Background' })).toEqual({
    kind: 'remove',
  });
});
