import { describe, expect, test } from '@jest/globals';
import { deadlineInMs, decideEnding, isComplete } from '../../../../src/controllers/job/ending.ts';
import type {
  JobCondition,
  JobSpec,
  JobStatus,
} from '../../../../src/scheme/generated/types/batch-v1.ts';
import type { Pod } from '../../../../src/scheme/generated/types/core-v1.ts';
import { censusOf, jobOf, jobPod, NOW_MS, secondsAgo } from '../../../support/job-census.ts';

interface Case {
  readonly spec?: Partial<JobSpec>;
  readonly status?: JobStatus;
  readonly pods?: readonly Pod[];
}

const condition = (
  type: string,
  status = 'True',
  reason = 'Told',
  message = 'As told.',
): JobCondition => ({
  type,
  status,
  reason,
  message,
});
const indexed = (completions: number, spec: Partial<JobSpec> = {}): Partial<JobSpec> => ({
  completionMode: 'Indexed',
  completions,
  ...spec,
});
const restarting = (
  restartCount: number,
  phase: 'Running' | 'Pending' | 'Failed',
  where: 'containerStatuses' | 'initContainerStatuses' = 'containerStatuses',
): Pod =>
  jobPod(`restarting-${where}-${phase}`, {
    phase,
    status: {
      containerStatuses: [],
      [where]: [{ name: 'a', image: 'a', imageID: '', ready: true, restartCount }],
    },
  });
const restarts = (backoffLimit: number): Partial<JobSpec> => ({
  backoffLimit,
  template: { spec: { restartPolicy: 'OnFailure', containers: [] } },
});
const failedPods = (count: number): readonly Pod[] =>
  Array.from({ length: count }, (_, index) =>
    jobPod(`bad-${index}`, { phase: 'Failed', endedSecondsAgo: 1 }),
  );
const failsJob: Partial<JobSpec> = {
  podFailurePolicy: {
    rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [1] } }],
  },
};
const DEADLINE = { activeDeadlineSeconds: 100 };

const BACKOFF = ['Failed', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit'];
const TOO_LONG = ['Failed', 'DeadlineExceeded', 'Job was active longer than specified deadline'];
const TOO_MANY_INDEXES = [
  'Failed',
  'MaxFailedIndexesExceeded',
  'Job has exceeded the specified maximal number of failed indexes',
];
const INDEXES = ['Failed', 'FailedIndexes', 'Job has failed indexes'];

describe('a Job that still has Pods', () => {
  test.each<[law: string, input: Case, expected: readonly unknown[] | undefined]>([
    ['goes on while nothing ends it', { pods: [jobPod('a')] }, undefined],
    [
      'stays the failure that its status announces',
      { status: { conditions: [condition('FailureTarget')] } },
      ['Failed', 'Told', 'As told.'],
    ],
    [
      'stays the success that its status announces, although it runs too long now',
      { spec: DEADLINE, status: { conditions: [condition('SuccessCriteriaMet')] } },
      ['Complete', 'Told', 'As told.'],
    ],
    [
      'goes on when its status denies a failure',
      { status: { conditions: [condition('FailureTarget', 'False')] } },
      undefined,
    ],
    [
      'ends without words where the status announces it so',
      { status: { conditions: [{ type: 'FailureTarget', status: 'True' }] } },
      ['Failed', '', ''],
    ],
    [
      'goes on after as many failures as it may have',
      { spec: { backoffLimit: 2 }, status: { failed: 2 } },
      undefined,
    ],
    [
      'fails with one failure more than it may have',
      { spec: { backoffLimit: 2 }, status: { failed: 3 } },
      BACKOFF,
    ],
    [
      'counts failures that have just been seen',
      { spec: { backoffLimit: 2 }, status: { failed: 1 }, pods: failedPods(2) },
      BACKOFF,
    ],
    [
      'may fail six times where it does not say how often',
      { spec: { backoffLimit: undefined }, status: { failed: 7 } },
      BACKOFF,
    ],
    [
      'fails with the first failure where it may have none',
      { spec: { backoffLimit: 0 }, pods: failedPods(1) },
      BACKOFF,
    ],
    [
      'counts restarts within Pods that start their containers again',
      { spec: restarts(3), pods: [restarting(2, 'Running'), restarting(1, 'Pending')] },
      BACKOFF,
    ],
    [
      'counts restarts of init containers as well',
      { spec: restarts(3), pods: [restarting(3, 'Running', 'initContainerStatuses')] },
      BACKOFF,
    ],
    [
      'goes on with fewer restarts than failures that it may have',
      { spec: restarts(3), pods: [restarting(2, 'Running')] },
      undefined,
    ],
    [
      'fails with the first restart where it may not fail',
      { spec: restarts(0), pods: [restarting(1, 'Running')] },
      BACKOFF,
    ],
    [
      'goes on without a restart where it may not fail',
      { spec: restarts(0), pods: [restarting(0, 'Running')] },
      undefined,
    ],
    [
      'does not count restarts of a Pod that has ended',
      { spec: restarts(3), pods: [restarting(5, 'Failed')] },
      undefined,
    ],
    [
      'does not count restarts where Pods do not start their containers again',
      { spec: { backoffLimit: 3 }, pods: [restarting(5, 'Running')] },
      undefined,
    ],
    [
      'fails when it has been active for as long as it may',
      { spec: DEADLINE, status: { startTime: secondsAgo(100) } },
      TOO_LONG,
    ],
    [
      'goes on one second before that',
      { spec: DEADLINE, status: { startTime: secondsAgo(99) } },
      undefined,
    ],
    [
      'tells of too many failures before too long a time',
      { spec: { ...DEADLINE, backoffLimit: 0 }, status: { failed: 1 } },
      BACKOFF,
    ],
    [
      'fails by its policy before anything else',
      { spec: { ...failsJob, ...DEADLINE, backoffLimit: 0 }, pods: failedPods(1) },
      [
        'Failed',
        'PodFailurePolicy',
        'Container main for pod default/bad-0 failed with exit code 1 matching FailJob rule at index 0',
      ],
    ],
    [
      'goes on when its policy has nothing against Pods that run',
      { spec: failsJob, pods: [jobPod('a')] },
      undefined,
    ],
    [
      'goes on when its policy has nothing against how Pods failed',
      { spec: { podFailurePolicy: { rules: [] } }, pods: failedPods(1) },
      undefined,
    ],
    [
      'fails when more of its indexes have failed than may',
      {
        spec: indexed(5, { backoffLimitPerIndex: 0, maxFailedIndexes: 1 }),
        status: { failedIndexes: '0,3' },
      },
      TOO_MANY_INDEXES,
    ],
    [
      'goes on when as many of its indexes have failed as may',
      {
        spec: indexed(5, { backoffLimitPerIndex: 0, maxFailedIndexes: 2 }),
        status: { failedIndexes: '0,3' },
      },
      undefined,
    ],
    [
      'fails when all its indexes have ended and one has failed',
      {
        spec: indexed(3, { backoffLimitPerIndex: 0 }),
        status: { completedIndexes: '0-1', failedIndexes: '2' },
      },
      INDEXES,
    ],
    [
      'goes on while an index has not ended',
      {
        spec: indexed(3, { backoffLimitPerIndex: 0 }),
        status: { completedIndexes: '0', failedIndexes: '2' },
      },
      undefined,
    ],
    [
      'does not fail for its indexes when all have succeeded',
      { spec: indexed(2, { backoffLimitPerIndex: 0 }), status: { completedIndexes: '0-1' } },
      undefined,
    ],
    [
      'tells of too long a time before failed indexes',
      {
        spec: indexed(1, { ...DEADLINE, backoffLimitPerIndex: 0 }),
        status: { failedIndexes: '0' },
      },
      TOO_LONG,
    ],
    [
      'succeeds as soon as its policy is content',
      {
        spec: indexed(3, { successPolicy: { rules: [{ succeededCount: 1 }] } }),
        status: { completedIndexes: '1' },
      },
      ['Complete', 'SuccessPolicy', 'Matched rules at index 0'],
    ],
    [
      'tells of failed indexes before the success of its policy',
      {
        spec: indexed(2, {
          backoffLimitPerIndex: 0,
          successPolicy: { rules: [{ succeededCount: 1 }] },
        }),
        status: { completedIndexes: '1', failedIndexes: '0' },
      },
      INDEXES,
    ],
  ])('%s', (_, { pods = [], ...fields }, expected) => {
    const ending = decideEnding(censusOf(fields, pods), NOW_MS);

    expect(ending && [ending.result, ending.reason, ending.message]).toEqual(expected);
  });
});

describe('the time that a Job has left', () => {
  test.each<[law: string, spec: Partial<JobSpec>, status: JobStatus, expected: number | undefined]>(
    [
      ['counts from its start', DEADLINE, { startTime: secondsAgo(40) }, 60_000],
      ['is below nothing when it is over', DEADLINE, { startTime: secondsAgo(130) }, -30_000],
      ['has no end without a deadline', {}, { startTime: secondsAgo(40) }, undefined],
      ['does not run before the start', DEADLINE, { startTime: undefined }, undefined],
      [
        'does not run while the Job is suspended',
        { ...DEADLINE, suspend: true },
        { startTime: secondsAgo(40) },
        undefined,
      ],
      [
        'does not run before the status says that the Job goes on again',
        DEADLINE,
        { startTime: secondsAgo(40), conditions: [condition('Suspended')] },
        undefined,
      ],
      [
        'runs again when the Job has been resumed',
        DEADLINE,
        { startTime: secondsAgo(40), conditions: [condition('Suspended', 'False')] },
        60_000,
      ],
    ],
  )('%s', (_, spec, status, expected) => {
    const { job, spec: whole } = censusOf({ spec, status }, []);

    expect(deadlineInMs(job, whole, NOW_MS)).toBe(expected);
  });

  test('does not run before there is a status', () => {
    const { spec, status: _, ...job } = jobOf({ spec: DEADLINE });

    expect(spec && deadlineInMs({ ...job, spec }, spec, NOW_MS)).toBeUndefined();
  });
});

describe('a Job is complete', () => {
  test.each<
    [
      law: string,
      completions: number | undefined,
      succeeded: number,
      active: number,
      expected: boolean,
    ]
  >([
    ['with all the successes that it asks for', 3, 3, 0, true],
    ['with more of them', 3, 4, 0, true],
    ['not with fewer', 3, 2, 0, false],
    ['not while a Pod still runs', 3, 3, 1, false],
    ['at once when it asks for none', 0, 0, 0, true],
    ['with the first success when it does not say how many', undefined, 1, 0, true],
    ['not without one', undefined, 0, 0, false],
    ['not before its other Pods have ended as well', undefined, 1, 1, false],
  ])('%s', (_, completions, succeeded, active, expected) => {
    expect(isComplete(censusOf({ spec: { completions }, status: { succeeded } }, []), active)).toBe(
      expected,
    );
  });
});
