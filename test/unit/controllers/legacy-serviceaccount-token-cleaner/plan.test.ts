import { describe, expect, test } from '@jest/globals';
import {
  isTrackedLongEnough,
  planCleanUp,
} from '../../../../src/controllers/legacy-serviceaccount-token-cleaner/plan.ts';
import type { Secret, ServiceAccount } from '../../../../src/scheme/generated/types/core-v1.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 5, 1, 12);
const PERIOD_MS = 365 * DAY_MS;
const USED = 'kubernetes.io/legacy-token-last-used';
const INVALID = 'kubernetes.io/legacy-token-invalid-since';

interface Fields {
  readonly labels?: Record<string, string>;
  readonly created?: string;
  readonly deletionTimestamp?: string;
  readonly type?: string;
}

const secretOf = ({ created = '2020-01-01T00:00:00Z', type, ...metadata }: Fields): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'robot-token', namespace: 'default', creationTimestamp: created, ...metadata },
  type: type ?? 'kubernetes.io/service-account-token',
});

const ACCOUNT: ServiceAccount = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'robot', namespace: 'default' },
  secrets: [{ name: 'robot-token' }],
};

function verdict(
  fields: Fields,
  {
    account = ACCOUNT,
    isMounted = false,
  }: { account?: ServiceAccount | null; isMounted?: boolean } = {},
): 'kept' | 'invalidated' | 'removed' {
  const { invalidate, remove } = planCleanUp({
    secrets: [secretOf(fields)],
    accountOf: () => account ?? undefined,
    isMounted: () => isMounted,
    nowMs: NOW_MS,
    periodMs: PERIOD_MS,
  });
  if (invalidate.length > 0) return 'invalidated';
  return remove.length > 0 ? 'removed' : 'kept';
}

describe('a token', () => {
  test.each<[title: string, fields: Fields, expected: string]>([
    ['that nobody has ever used', {}, 'invalidated'],
    ['that was last used long ago', { labels: { [USED]: '2025-05-31' } }, 'invalidated'],
    ['that was used within the year', { labels: { [USED]: '2025-06-01' } }, 'kept'],
    ['whose last use cannot be read', { labels: { [USED]: 'yesterday' } }, 'kept'],
    ['that was made within the year', { created: '2025-06-01T13:00:00Z' }, 'kept'],
    ['that is being deleted', { deletionTimestamp: '2026-01-01T00:00:00Z' }, 'kept'],
    ['of another type', { type: 'Opaque' }, 'kept'],
    ['that has been of no use for a year', { labels: { [INVALID]: '2025-05-31' } }, 'removed'],
    ['that has been of no use for less', { labels: { [INVALID]: '2025-06-01' } }, 'kept'],
    ['whose mark cannot be read', { labels: { [INVALID]: 'x' } }, 'invalidated'],
    [
      'that was used since it was marked',
      { labels: { [INVALID]: '2024-01-01', [USED]: '2026-01-01' } },
      'kept',
    ],
  ])('%s is as it should be: %j, %s', (_, fields, expected) => {
    expect(verdict(fields)).toBe(expected);
  });

  test('that somebody made by hand is kept: its account does not name it', () => {
    expect(verdict({}, { account: { ...ACCOUNT, secrets: [] } })).toBe('kept');
    expect(verdict({}, { account: null })).toBe('kept');
  });

  test('that a Pod mounts is kept', () => {
    expect(verdict({}, { isMounted: true })).toBe('kept');
  });
});

test.each([
  [undefined, false],
  ['nonsense', false],
  ['2025-06-01', false],
  ['2025-05-31', true],
])(
  'nobody can be said not to have used a token when uses are noted since %s: %s',
  (since, expected) => {
    expect(isTrackedLongEnough(since, { nowMs: NOW_MS, periodMs: PERIOD_MS })).toBe(expected);
  },
);
