import { describe, expect, test } from '@jest/globals';
import type { Ending } from '../../../../src/controllers/job/ending.ts';
import { MAX_UNCOUNTED_PODS } from '../../../../src/controllers/job/status.ts';
import type { JobSpec, JobStatus } from '../../../../src/scheme/generated/types/batch-v1.ts';
import type { Pod } from '../../../../src/scheme/generated/types/core-v1.ts';
import { jobPod, secondsAgo, type TrackedFields, trackingOf } from '../../../support/job-census.ts';

const NOW = secondsAgo(0);
const FAILED: Ending = { result: 'Failed', reason: 'DeadlineExceeded', message: 'Too long' };
const COMPLETE: Ending = { result: 'Complete', reason: 'SuccessPolicy', message: 'Enough' };

describe('an ended Pod', () => {
  const good = jobPod('good', { phase: 'Succeeded' });
  const bad = jobPod('bad', { phase: 'Failed' });
  const indexed: Partial<JobSpec> = { completionMode: 'Indexed', completions: 3 };
  const ignores: Partial<JobSpec> = {
    podFailurePolicy: {
      rules: [{ action: 'Ignore', onPodConditions: [{ type: 'Known', status: 'True' }] }],
    },
  };
  const ignored = jobPod('bad', {
    phase: 'Failed',
    status: { conditions: [{ type: 'Known', status: 'True' }] },
  });
  const at = (index: number, phase: 'Succeeded' | 'Failed' | 'Running', endedSecondsAgo = 5): Pod =>
    jobPod(`at-${index}`, { index, phase, endedSecondsAgo });
  const named = (succeeded: string[], failed: string[] = []) => ({
    ...(succeeded.length > 0 ? { succeeded } : {}),
    ...(failed.length > 0 ? { failed } : {}),
  });

  test.each<
    [
      law: string,
      input: TrackedFields,
      release: string[],
      named: JobStatus['uncountedTerminatedPods'],
    ]
  >([
    [
      'is named before it is released',
      { pods: [good, bad] },
      ['good', 'bad'],
      named(['uid-good'], ['uid-bad']),
    ],
    [
      'is named once',
      { pods: [good, bad], status: { uncountedTerminatedPods: named(['uid-good'], ['uid-bad']) } },
      ['good', 'bad'],
      named(['uid-good'], ['uid-bad']),
    ],
    ['is kept while it has not ended', { pods: [jobPod('a')] }, [], {}],
    [
      'is left alone when nothing holds it any more',
      { pods: [jobPod('a', { phase: 'Failed', isReleased: true })] },
      [],
      {},
    ],
    [
      'is left alone when this process has just released it',
      { pods: [good], released: new Set(['uid-good']) },
      [],
      {},
    ],
    [
      'is released and not counted when a rule ignores its failure',
      { spec: ignores, pods: [ignored] },
      ['bad'],
      {},
    ],
    [
      'counts as failed while it is being deleted',
      { pods: [jobPod('a', { isDeleted: true })] },
      ['a'],
      named([], ['uid-a']),
    ],
    [
      'does not count while it is being deleted where only ended ones are replaced',
      { spec: { podReplacementPolicy: 'Failed' }, pods: [jobPod('a', { isDeleted: true })] },
      [],
      {},
    ],
    [
      'counts as failed, although it runs, when its Job has failed',
      { ending: FAILED, pods: [jobPod('a'), good] },
      ['a', 'good'],
      named(['uid-good'], ['uid-a']),
    ],
    [
      'is released and counts for nothing, as it runs, when its Job has succeeded',
      { ending: COMPLETE, pods: [jobPod('a')] },
      ['a'],
      {},
    ],
    [
      'is released as it runs when its Job is being deleted',
      { metadata: { name: 'work', deletionTimestamp: NOW }, pods: [jobPod('a')] },
      ['a'],
      {},
    ],
    [
      'needs no name when the status names its index',
      { spec: indexed, pods: [at(1, 'Succeeded')] },
      ['at-1'],
      {},
    ],
    [
      'is named with its failure, whatever its index',
      { spec: indexed, pods: [at(1, 'Failed')] },
      ['at-1'],
      named([], ['uid-at-1']),
    ],
    [
      'goes by its index: the lowest first',
      { spec: indexed, pods: [at(2, 'Failed'), at(0, 'Failed')] },
      ['at-0', 'at-2'],
      named([], ['uid-at-0', 'uid-at-2']),
    ],
    [
      'counts for nothing without an index',
      { spec: indexed, pods: [good, bad] },
      ['good', 'bad'],
      {},
    ],
    [
      'counts for nothing with an index beyond the last',
      { spec: indexed, pods: [at(3, 'Failed')] },
      ['at-3'],
      {},
    ],
    [
      'stays until its index has another Pod',
      { spec: { ...indexed, backoffLimitPerIndex: 2 }, pods: [at(0, 'Failed')] },
      [],
      {},
    ],
    [
      'goes when its index has another Pod',
      {
        spec: { ...indexed, backoffLimitPerIndex: 2 },
        pods: [at(0, 'Failed'), jobPod('next', { index: 0 })],
      },
      ['at-0'],
      named([], ['uid-at-0']),
    ],
    [
      'goes when its index has failed for good',
      { spec: { ...indexed, backoffLimitPerIndex: 0 }, pods: [at(0, 'Failed')] },
      ['at-0'],
      named([], ['uid-at-0']),
    ],
    [
      'goes when a later one of its index has failed',
      {
        spec: { ...indexed, backoffLimitPerIndex: 2 },
        pods: [
          at(0, 'Failed', 9),
          jobPod('later', { index: 0, phase: 'Failed', endedSecondsAgo: 1 }),
        ],
      },
      ['at-0'],
      named([], ['uid-at-0']),
    ],
  ])('%s', (_, input, release, expected) => {
    const tracking = trackingOf(input);

    expect(tracking.release.map(({ metadata }) => metadata.name)).toEqual(release);
    expect(tracking.status.uncountedTerminatedPods).toEqual(expected);
    expect(tracking.isWhole).toBe(true);
  });

  test.each<[law: string, phase: 'Succeeded' | 'Failed', spec: Partial<JobSpec>]>([
    ['failures', 'Failed', {}],
    ['successes', 'Succeeded', {}],
    ['indexes', 'Succeeded', { completionMode: 'Indexed', completions: 1_000 }],
  ])('waits for the next run when a status holds as many %s as it may', (_, phase, spec) => {
    const pods = Array.from({ length: MAX_UNCOUNTED_PODS + 2 }, (__, index) =>
      jobPod(`pod-${index}`, { phase, index }),
    );
    const { isWhole, release } = trackingOf({ spec, pods });

    expect(isWhole).toBe(false);
    expect(release).toEqual(pods.slice(0, MAX_UNCOUNTED_PODS));
  });

  test('of a list that is full is taken up with those named before', () => {
    const before = Array.from({ length: MAX_UNCOUNTED_PODS }, (_, index) => `uid-${index}`);
    const held = before.map((uid) => jobPod(uid.replace('uid-', ''), { phase: 'Failed' }));
    const status = { uncountedTerminatedPods: { failed: before } };

    expect(trackingOf({ status, pods: [good, ...held] })).toMatchObject({
      isWhole: false,
      release: [],
    });
  });
});

describe('the indexes of a Job, as its status tells them', () => {
  test.each<
    [
      law: string,
      spec: Partial<JobSpec>,
      status: JobStatus,
      pods: readonly Pod[],
      expected: JobStatus,
    ]
  >([
    [
      'are none where its Pods are all alike',
      { completionMode: 'NonIndexed' },
      {},
      [jobPod('a', { phase: 'Succeeded', index: 1 })],
      {},
    ],
    [
      'are those that have succeeded',
      {},
      { completedIndexes: '0' },
      [jobPod('a', { phase: 'Succeeded', index: 1 })],
      { succeeded: 2, completedIndexes: '0,1' },
    ],
    [
      'count once, however many Pods succeed',
      {},
      { completedIndexes: '1' },
      [jobPod('a', { phase: 'Succeeded', index: 1 })],
      { succeeded: 1, completedIndexes: '1' },
    ],
    [
      'are none that failed unless each has a limit of its own',
      {},
      {},
      [jobPod('a', { phase: 'Failed', index: 1 })],
      {},
    ],
    [
      'are those that have failed as well where each has a limit of its own',
      { backoffLimitPerIndex: 0 },
      { failedIndexes: '4' },
      [jobPod('a', { phase: 'Failed', index: 1 })],
      { failedIndexes: '1,4' },
    ],
    [
      'go on before the limit is reached',
      { backoffLimitPerIndex: 1 },
      {},
      [jobPod('a', { phase: 'Failed', index: 1 })],
      { failedIndexes: '' },
    ],
    [
      'fail by a rule before the limit is reached',
      {
        backoffLimitPerIndex: 9,
        podFailurePolicy: {
          rules: [{ action: 'FailIndex', onPodConditions: [{ type: 'Bad', status: 'True' }] }],
        },
      },
      {},
      [
        jobPod('a', {
          phase: 'Failed',
          index: 1,
          status: { conditions: [{ type: 'Bad', status: 'True' }] },
        }),
      ],
      { failedIndexes: '1' },
    ],
    [
      'do not fail by a failure that is ignored',
      {
        backoffLimitPerIndex: 0,
        podFailurePolicy: {
          rules: [{ action: 'Ignore', onPodConditions: [{ type: 'Bad', status: 'True' }] }],
        },
      },
      {},
      [
        jobPod('a', {
          phase: 'Failed',
          index: 1,
          status: { conditions: [{ type: 'Bad', status: 'True' }] },
        }),
      ],
      { failedIndexes: '' },
    ],
  ])('%s', (_, spec, status, pods, expected) => {
    const indexed: Partial<JobSpec> = { completionMode: 'Indexed', completions: 5, ...spec };
    const { completedIndexes, failedIndexes, succeeded } = trackingOf({
      spec: indexed,
      status,
      pods,
    }).status;

    expect({ completedIndexes, failedIndexes, succeeded }).toEqual(expected);
  });
});
