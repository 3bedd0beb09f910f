import { describe, expect, test } from '@jest/globals';
import { NO_FAILURES, nextRecord, remainingMs } from '../../../../src/controllers/job/backoff.ts';
import type { Pod } from '../../../../src/scheme/generated/types/core-v1.ts';

/** Ended so many seconds after the epoch. */
const ended = (seconds: number): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { creationTimestamp: '1970-01-01T00:00:00Z' },
  status: {
    containerStatuses: [
      {
        name: 'a',
        image: 'a',
        imageID: '',
        ready: false,
        restartCount: 0,
        state: {
          terminated: { exitCode: 1, finishedAt: new Date(seconds * 1_000).toISOString() },
        },
      },
    ],
  },
});

describe('the back-off of a Job', () => {
  test.each<[failures: number, seconds: number]>([
    [0, 0],
    [1, 10],
    [2, 20],
    [3, 40],
    [6, 320],
    [7, 600],
    [70, 600],
  ])('after %i failures is %i seconds', (failuresSinceSuccess, seconds) => {
    expect(remainingMs({ failuresSinceSuccess, lastFailureMs: 5_000 }, 5_000)).toBe(
      seconds * 1_000,
    );
  });

  test('passes', () => {
    const record = { failuresSinceSuccess: 1, lastFailureMs: 5_000 };
    expect(remainingMs(record, 12_000)).toBe(3_000);
    expect(remainingMs(record, 20_000)).toBe(0);
  });

  test.each<[name: string, succeeded: number[], failed: number[], count: number, last: number]>([
    ['nothing new', [], [], 2, 50],
    ['failures', [], [60, 70], 4, 70],
    ['a success', [60], [], 0, 0],
    ['failures before a success', [60], [55, 58], 0, 0],
    ['failures around a success', [60], [55, 61, 65], 2, 65],
  ])('follows %s', (_, succeeded, failed, failuresSinceSuccess, lastSeconds) => {
    const before = { failuresSinceSuccess: 2, lastFailureMs: 50_000 };
    const record = nextRecord(before, succeeded.map(ended), failed.map(ended));
    expect(record).toEqual({ failuresSinceSuccess, lastFailureMs: lastSeconds * 1_000 });
  });

  test('begins with nothing', () => {
    expect(nextRecord(NO_FAILURES, [], [])).toEqual(NO_FAILURES);
  });
});
