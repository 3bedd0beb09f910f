import { describe, expect, test } from '@jest/globals';
import type { Ending } from '../../../../src/controllers/job/ending.ts';
import { finished } from '../../../../src/controllers/job/status.ts';
import type { JobCondition, JobStatus } from '../../../../src/scheme/generated/types/batch-v1.ts';
import { NOW_MS, secondsAgo, type TrackedFields, trackingOf } from '../../../support/job-census.ts';

const NOW = secondsAgo(0);
const FAILED: Ending = { result: 'Failed', reason: 'DeadlineExceeded', message: 'Too long' };
const COMPLETE: Ending = { result: 'Complete', reason: 'SuccessPolicy', message: 'Enough' };

const told = ({ conditions = [] }: JobStatus): string[] =>
  conditions.map(({ reason, status, type }) => `${type}=${status} ${reason}`);
const suspended = (status: string): JobCondition => ({
  type: 'Suspended',
  status,
  reason: 'Before',
});

describe('the life of a Job, as its status tells it', () => {
  const BEFORE = secondsAgo(900);
  test.each<
    [law: string, input: TrackedFields, startTime: string | undefined, conditions: string[]]
  >([
    ['begins with the first look', { status: { startTime: undefined } }, NOW, []],
    ['goes on from when it began', {}, BEFORE, []],
    [
      'does not begin while it is suspended',
      { spec: { suspend: true }, status: { startTime: undefined } },
      undefined,
      ['Suspended=True JobSuspended'],
    ],
    [
      'keeps when it began while it is suspended',
      { spec: { suspend: true } },
      BEFORE,
      ['Suspended=True JobSuspended'],
    ],
    [
      'says once that it is suspended',
      { spec: { suspend: true }, status: { conditions: [suspended('True')] } },
      BEFORE,
      ['Suspended=True Before'],
    ],
    [
      'begins anew when it goes on',
      { status: { conditions: [suspended('True')] } },
      NOW,
      ['Suspended=False JobResumed'],
    ],
    [
      'says once that it goes on',
      { status: { conditions: [suspended('False')] } },
      BEFORE,
      ['Suspended=False Before'],
    ],
    [
      'is suspended a second time',
      { spec: { suspend: true }, status: { conditions: [suspended('False')] } },
      BEFORE,
      ['Suspended=True JobSuspended'],
    ],
    [
      'is not suspended before its Pods have been looked after',
      { isUnmanaged: true, spec: { suspend: true } },
      BEFORE,
      [],
    ],
    ['announces a failure', { ending: FAILED }, BEFORE, ['FailureTarget=True DeadlineExceeded']],
    [
      'announces a success',
      { ending: COMPLETE },
      BEFORE,
      ['SuccessCriteriaMet=True SuccessPolicy'],
    ],
    [
      'announces an ending once',
      {
        ending: FAILED,
        status: { conditions: [{ type: 'FailureTarget', status: 'True', reason: 'Before' }] },
      },
      BEFORE,
      ['FailureTarget=True Before'],
    ],
    [
      'announces an ending beside what it says already',
      { ending: FAILED, status: { conditions: [suspended('False')] } },
      BEFORE,
      ['Suspended=False Before', 'FailureTarget=True DeadlineExceeded'],
    ],
  ])('%s', (_, input, startTime, conditions) => {
    const { status } = trackingOf(input);

    expect([status.startTime, told(status)]).toEqual([startTime, conditions]);
  });

  test('dates what it says', () => {
    expect(trackingOf({ ending: FAILED }).status.conditions).toEqual([
      {
        type: 'FailureTarget',
        status: 'True',
        reason: 'DeadlineExceeded',
        message: 'Too long',
        lastProbeTime: NOW,
        lastTransitionTime: NOW,
      },
    ]);
  });
});

describe('a Job that ends', () => {
  test.each<[law: string, status: JobStatus, ending: Ending, expected: unknown]>([
    ['has succeeded now', {}, COMPLETE, [['Complete=True SuccessPolicy'], NOW]],
    [
      'has failed, and has no time of completion',
      {},
      FAILED,
      [['Failed=True DeadlineExceeded'], undefined],
    ],
    [
      'keeps what it said before',
      { conditions: [suspended('False')] },
      FAILED,
      [['Suspended=False Before', 'Failed=True DeadlineExceeded'], undefined],
    ],
    [
      'waits for successes that are not counted',
      { uncountedTerminatedPods: { succeeded: ['a'] } },
      COMPLETE,
      undefined,
    ],
    [
      'waits for failures that are not counted',
      { uncountedTerminatedPods: { failed: ['a'] } },
      COMPLETE,
      undefined,
    ],
    [
      'waits for Pods that still end',
      { terminating: 1, uncountedTerminatedPods: {} },
      FAILED,
      undefined,
    ],
  ])('%s', (_, status, ending, expected) => {
    const end = finished(status, ending, NOW_MS);

    expect(end && [told(end), end.completionTime]).toEqual(expected);
  });
});
