import { describe, expect, test } from '@jest/globals';
import {
  isFinished,
  isStarted,
  progressOf,
  withFailure,
  withProgress,
  withStart,
} from '../../../../src/controllers/storage-version-migrator/status.ts';
import type { StorageVersionMigration } from '../../../../src/scheme/generated/types/storagemigration-v1beta1.ts';

const FIRST = '2026-01-01T00:00:00Z';
const LATER = '2026-01-01T00:01:00Z';

const fresh: StorageVersionMigration = {
  apiVersion: 'storagemigration.k8s.io/v1beta1',
  kind: 'StorageVersionMigration',
  metadata: { name: 'move', annotations: { team: 'a' } },
  spec: { resource: { group: 'apps', resource: 'deployments' } },
};

const halfWay = withProgress(
  fresh,
  { done: 500, remaining: 300, continueToken: 'token' },
  { resourceVersion: '77', now: FIRST },
);

const said = ({ status }: StorageVersionMigration) =>
  status?.conditions?.map(({ type, status: value, message }) => [type, value, message]);

describe('a migration', () => {
  test('that has not begun has done nothing, and has not ended', () => {
    expect(progressOf(fresh)).toEqual({ done: 0, remaining: 0, continueToken: undefined });
    expect(isFinished(fresh)).toBe(false);
  });

  test('that begins says that it runs, before it has done anything', () => {
    const begun = withStart(fresh, FIRST);
    expect([isStarted(fresh), isStarted(begun)]).toEqual([false, true]);
    expect(said(begun)).toEqual([['Running', 'True', '']]);
    expect(begun.status?.conditions?.[0]?.reason).toBe('StorageVersionMigrationInProgress');
  });

  test('on its way says how far it is, and where it goes on after a restart', () => {
    expect(said(halfWay)).toEqual([
      ['Running', 'True', '500 of 800 objects are in the storage version'],
    ]);
    expect(halfWay.status?.resourceVersion).toBe('77');
    expect(halfWay.metadata.annotations).toMatchObject({ team: 'a' });
    expect(progressOf(halfWay)).toEqual({ done: 500, remaining: 0, continueToken: 'token' });
    expect(isFinished(halfWay)).toBe(false);
  });

  test.each([
    [1, '1 object is in the storage version'],
    [800, '800 objects are in the storage version'],
    [0, '0 objects are in the storage version'],
  ])('that has done all %i of its objects has succeeded, and runs no more', (done, message) => {
    const end = withProgress(
      halfWay,
      { done, remaining: 0, continueToken: undefined },
      { resourceVersion: '99', now: LATER },
    );
    expect(said(end)).toEqual([
      ['Running', 'False', message],
      ['Succeeded', 'True', message],
    ]);
    expect(end.status?.resourceVersion).toBe('77');
    expect(progressOf(end).continueToken).toBeUndefined();
    expect(isFinished(end)).toBe(true);
  });

  test('that cannot go on has failed, says why, and keeps what it has done', () => {
    const end = withFailure(halfWay, 'the resource is gone', LATER);
    expect(said(end)).toEqual([
      ['Running', 'False', 'the resource is gone'],
      ['Failed', 'True', 'the resource is gone'],
    ]);
    expect(new Set(end.status?.conditions?.map(({ reason }) => reason))).toEqual(
      new Set(['StorageVersionMigrationFailed']),
    );
    expect(isFinished(end)).toBe(true);
    expect(progressOf(end).done).toBe(500);
  });

  test('that fails before it began does not say that it ran', () => {
    expect(said(withFailure(fresh, 'no such resource', FIRST))).toEqual([
      ['Failed', 'True', 'no such resource'],
    ]);
  });
});
