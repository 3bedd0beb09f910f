import { describe, expect, test } from '@jest/globals';
import {
  hasLimitPerIndex,
  isJobFinished,
  isManagedElsewhere,
  replacesOnlyEnded,
} from '../../../../src/controllers/job/job.ts';
import type { Job, JobSpec } from '../../../../src/scheme/generated/types/batch-v1.ts';

const specOf = (spec: object): JobSpec => spec as JobSpec;
const jobOf = (spec: object, conditions: readonly object[] = []): Job =>
  ({ metadata: { name: 'work' }, spec, status: { conditions } }) as unknown as Job;

describe('what the controller asks about a Job', () => {
  test.each([
    [[], false],
    [[{ type: 'Complete', status: 'True' }], true],
    [[{ type: 'Failed', status: 'True' }], true],
    [[{ type: 'Complete', status: 'False' }], false],
    [[{ type: 'FailureTarget', status: 'True' }], false],
    [[{ type: 'SuccessCriteriaMet', status: 'True' }], false],
    [[{ type: 'Suspended', status: 'True' }], false],
  ])('with the conditions %j it is finished: %s', (conditions, expected) => {
    expect(isJobFinished(jobOf({}, conditions))).toBe(expected);
  });

  test.each([
    [undefined, false],
    ['kubernetes.io/job-controller', false],
    ['example.com/queue', true],
  ])('managed by %s, another looks after it: %s', (managedBy, expected) => {
    expect(isManagedElsewhere(jobOf({ managedBy }))).toBe(expected);
  });

  test.each([
    [{}, false],
    [{ completionMode: 'Indexed' }, false],
    [{ completionMode: 'Indexed', backoffLimitPerIndex: 0 }, true],
    [{ completionMode: 'NonIndexed', backoffLimitPerIndex: 1 }, false],
  ])('with %j each index has a limit of its own: %s', (spec, expected) => {
    expect(hasLimitPerIndex(specOf(spec))).toBe(expected);
  });

  test.each([
    [{}, false],
    [{ podReplacementPolicy: 'TerminatingOrFailed' }, false],
    [{ podReplacementPolicy: 'Failed' }, true],
    [{ podFailurePolicy: { rules: [] } }, true],
  ])('with %j a Pod is replaced only once it has ended: %s', (spec, expected) => {
    expect(replacesOnlyEnded(specOf(spec))).toBe(expected);
  });
});
