import { describe, expect, test } from '@jest/globals';
import { decideEnding, isComplete } from '../../../../src/controllers/job/ending.ts';
import type { JobSpec, JobStatus } from '../../../../src/scheme/generated/types/batch-v1.ts';
import { ago, censusOf, NOW, type PodState } from '../../../support/job-census.ts';

const INDEXED = { completionMode: 'Indexed' } as const;

describe('a Job ends', () => {
  const limit = (backoffLimit: number) => ({ completions: 3, backoffLimit });
  const failedPods = (count: number): PodState[] =>
    Array.from({ length: count }, () => ({ phase: 'Failed' }));
  const onFailure = { template: { spec: { containers: [], restartPolicy: 'OnFailure' } } };
  const started = { startTime: ago(100) };

  test.each<
    [name: string, spec: Partial<JobSpec>, pods: PodState[], reason: string | undefined, JobStatus?]
  >([
    ['not while it has failed as often as it may', limit(2), failedPods(2), undefined],
    ['when it has failed once more', limit(2), failedPods(3), 'BackoffLimitExceeded'],
    [
      'counting what was counted before',
      limit(2),
      failedPods(1),
      'BackoffLimitExceeded',
      { failed: 2 },
    ],
    [
      'when containers were restarted in their Pods as often as it may fail',
      { ...limit(3), ...onFailure },
      [{ restarts: 1 }, { restarts: 2 }],
      'BackoffLimitExceeded',
    ],
    ['not for restarts where Pods are not to restart', limit(3), [{ restarts: 5 }], undefined],
    [
      'at the first restart where none may fail',
      { ...limit(0), ...onFailure },
      [{ restarts: 1 }],
      'BackoffLimitExceeded',
    ],
    ['when its time is up', { activeDeadlineSeconds: 100 }, [], 'DeadlineExceeded', started],
    ['not before its time is up', { activeDeadlineSeconds: 101 }, [], undefined, started],
    [
      'not by its time while it is suspended',
      { activeDeadlineSeconds: 10, suspend: true },
      [],
      undefined,
      started,
    ],
    [
      'not by the time of before it was suspended',
      { activeDeadlineSeconds: 10 },
      [],
      undefined,
      { ...started, conditions: [{ type: 'Suspended', status: 'True' }] },
    ],
    [
      'when more of its indexes have failed than may',
      { ...INDEXED, completions: 4, backoffLimitPerIndex: 0, maxFailedIndexes: 1, backoffLimit: 9 },
      [0, 1].map((index) => ({ index, phase: 'Failed' }) as const),
      'MaxFailedIndexesExceeded',
    ],
    [
      'when each index has ended, and some have failed',
      { ...INDEXED, completions: 2, backoffLimitPerIndex: 0, backoffLimit: 9 },
      [
        { index: 0, phase: 'Failed' },
        { index: 1, phase: 'Succeeded' },
      ],
      'FailedIndexes',
    ],
    [
      'not while an index that has not ended may succeed',
      { ...INDEXED, completions: 2, backoffLimitPerIndex: 0, backoffLimit: 9 },
      [{ index: 0, phase: 'Failed' }, { index: 1 }],
      undefined,
    ],
    [
      'as was announced, whatever has happened since',
      limit(0),
      failedPods(3),
      'PodFailurePolicy',
      { conditions: [{ type: 'FailureTarget', status: 'True', reason: 'PodFailurePolicy' }] },
    ],
    [
      'by its rules for success',
      { ...INDEXED, completions: 3, successPolicy: { rules: [{ succeededIndexes: '0' }] } },
      [{ index: 0, phase: 'Succeeded' }, { index: 1 }],
      'SuccessPolicy',
    ],
    [
      'by its rules for failure before its limit',
      {
        ...limit(0),
        podFailurePolicy: {
          rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [1] } }],
        },
      },
      failedPods(1),
      'PodFailurePolicy',
    ],
  ])('%s', (_, spec, pods, reason, status = {}) => {
    expect(decideEnding(censusOf(spec, pods, status), NOW)?.reason).toBe(reason);
  });

  test.each<[completions: number | undefined, succeeded: number, active: number, ends: boolean]>([
    [3, 3, 0, true],
    [3, 2, 0, false],
    [3, 3, 1, false],
    [undefined, 1, 0, true],
    [undefined, 0, 0, false],
    [undefined, 2, 1, false],
  ])(
    'complete of %p with %i succeeded and %i active: %p',
    (completions, succeeded, active, ends) => {
      const spec = completions === undefined ? {} : { completions };
      expect(isComplete(censusOf(spec, [], { succeeded }), active)).toBe(ends);
    },
  );
});
