import { describe, expect, test } from '@jest/globals';
import { formatFieldError } from '../../../../../src/scheme/field-error.ts';
import type { Job } from '../../../../../src/scheme/generated/types/batch-v1.ts';
import { jobStrategy } from '../../../../../src/scheme/groups/batch/job.ts';
import { judgesStatuses, withMembers } from '../harness.ts';

const PI: Job = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'pi', namespace: 'default', uid: 'u1' },
  spec: {
    template: {
      spec: { restartPolicy: 'Never', containers: [{ name: 'pi', image: 'perl:5' }] },
    },
  },
};

const INDEXED = withMembers(PI, { 'spec.completionMode': 'Indexed', 'spec.completions': 5 });
const NEGATIVE = 'must be greater than or equal to 0';

describe('what is reported of a Job', () => {
  const is = (...types: string[]) => types.map((type) => ({ type, status: 'True' }));
  const startTime = '2026-01-01T00:00:00Z';
  const completionTime = '2026-01-01T00:01:00Z';
  const done = { startTime, completionTime, conditions: is('SuccessCriteriaMet', 'Complete') };
  judgesStatuses(jobStrategy, PI, [
    [done],
    [{ active: 1, startTime }],
    [{ failed: 1, startTime, conditions: is('FailureTarget', 'Failed') }],
    [{ active: -1 }, `status.active: Invalid value: -1: ${NEGATIVE}`],
    [
      { ...done, active: 1 },
      'status.active: Invalid value: 1: active>0 is invalid for finished job',
    ],
    [
      { ...done, terminating: 1 },
      'status.terminating: Invalid value: 1: terminating>0 is invalid for finished job',
    ],
    [
      { ...done, completionTime: undefined },
      'status.completionTime: Required value: completionTime is required for Complete jobs',
    ],
    [
      { startTime, completionTime },
      `status.completionTime: Invalid value: "${completionTime}": cannot set completionTime when there is no Complete=True condition`,
    ],
    [
      { ...done, completionTime: '2025-12-31T00:00:00Z' },
      'status.completionTime: Invalid value: "2025-12-31T00:00:00Z": completionTime cannot be set before startTime',
    ],
    [
      { ...done, startTime: undefined },
      'status.startTime: Required value: startTime is required for finished job',
    ],
    [
      { startTime, conditions: is('Failed') },
      'status.conditions: Invalid value: cannot set Failed=True condition without the FailureTarget=true condition',
    ],
    [
      { ...done, conditions: is('Complete') },
      'status.conditions: Invalid value: cannot set Complete=True condition without the SuccessCriteriaMet=true condition',
    ],
    [
      { ...done, conditions: is('SuccessCriteriaMet', 'Complete', 'FailureTarget') },
      'status.conditions: Invalid value: cannot set Complete=True and FailureTarget=true conditions',
      'status.conditions: Invalid value: cannot set SuccessCriteriaMet=True and FailureTarget=true conditions',
    ],
    [
      { uncountedTerminatedPods: { succeeded: ['a', 'a'], failed: [''] } },
      'status.uncountedTerminatedPods.succeeded[1]: Duplicate value: "a"',
      'status.uncountedTerminatedPods.failed[0]: Invalid value: "": must not be empty',
    ],
    [
      { ...done, uncountedTerminatedPods: { succeeded: ['a'] } },
      'status.uncountedTerminatedPods: Invalid value: {"succeeded":["a"]}: uncountedTerminatedPods needs to be empty for finished job',
    ],
    [
      { failedIndexes: '' },
      'status.failedIndexes: Invalid value: "": cannot set non-null failedIndexes when backoffLimitPerIndex is null',
    ],
  ]);
  judgesStatuses(jobStrategy, INDEXED, [
    [{ completedIndexes: '0-2,4' }],
    [
      { completedIndexes: '9' },
      'status.completedIndexes: Invalid value: "9": error parsing completedIndexes: too large index: "9"',
    ],
  ]);

  const PER_INDEX = withMembers(INDEXED, { 'spec.backoffLimitPerIndex': 1 });
  judgesStatuses(jobStrategy, PER_INDEX, [
    [{ completedIndexes: '0-2', failedIndexes: '3,4' }],
    [
      { completedIndexes: '0,2-4', failedIndexes: '1,3' },
      'status.failedIndexes: Invalid value: "1,3": failedIndexes and completedIndexes overlap at index: 3',
    ],
    [
      { completedIndexes: '0,x', failedIndexes: '0' },
      'status.completedIndexes: Invalid value: "0,x": error parsing completedIndexes: cannot convert string to integer for index: "x"',
      'status.failedIndexes: Invalid value: "0": failedIndexes and completedIndexes overlap at index: 0',
    ],
  ]);

  const progress = (before: object, after: object): string[] =>
    (
      jobStrategy.validateStatusUpdate?.(
        { ...PI, status: after } as Job,
        { ...PI, status: before } as Job,
      ) ?? []
    ).map(formatFieldError);
  const ended = { startTime, conditions: is('FailureTarget', 'Failed'), failed: 2 };

  test.each<[title: string, before: object, after: object, ...problems: string[]]>([
    ['goes on counting', { failed: 1, succeeded: 1 }, { failed: 2, succeeded: 3 }],
    [
      'does not count backwards',
      { failed: 2, succeeded: 2 },
      { failed: 1, succeeded: 1 },
      'status.failed: Invalid value: 1: cannot decrease the failed counter',
      'status.succeeded: Invalid value: 1: cannot decrease the succeeded counter',
    ],
    [
      'begins anew when it is resumed',
      { startTime, conditions: is('Suspended') },
      { startTime: completionTime },
    ],
    [
      'does not change its start while it runs',
      { startTime },
      { startTime: completionTime },
      `status.startTime: Invalid value: "${completionTime}": startTime cannot be modified for unsuspended job`,
    ],
    [
      'does not take its end back',
      ended,
      { startTime, failed: 2 },
      'status.conditions: Invalid value: cannot disable the terminal Failed=True condition',
      'status.conditions: Invalid value: cannot disable the terminal FailureTarget=True condition',
    ],
    [
      'does not take its success back',
      { startTime, conditions: is('SuccessCriteriaMet') },
      { startTime },
      'status.conditions: Invalid value: cannot disable the SuccessCriteriaMet=True condition',
    ],
    [
      'does not succeed after it was complete',
      { ...done, conditions: is('Complete') },
      done,
      'status.conditions: Invalid value: cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions',
    ],
    [
      'ends once',
      done,
      { ...done, completionTime: '2026-01-01T01:00:00Z' },
      'status.completionTime: Invalid value: "2026-01-01T01:00:00Z": completionTime cannot be mutated',
    ],
    [
      'has no more Pods ready than active',
      { active: 1 },
      { active: 1, ready: 2 },
      'status.ready: Invalid value: 2: cannot set more ready pods than active',
    ],
    ['may keep what it said before', { active: 1, ready: 2 }, { active: 1, ready: 2, failed: 1 }],
  ])('%s', (_, before, after, ...problems) => {
    expect(progress(before, after)).toEqual(problems);
  });
});
