import { expect, test } from '@jest/globals';
import { expiresAtMs } from '../../../../src/controllers/ttl-after-finished/plan.ts';
import type { Job, JobCondition } from '../../../../src/scheme/generated/types/batch-v1.ts';

const END = '2026-01-01T00:00:00Z';
const is = (type: string, status = 'True'): JobCondition => ({
  type,
  status,
  lastTransitionTime: END,
});

test.each<
  [name: string, ttl: number | undefined, conditions: JobCondition[], afterMs: number | undefined]
>([
  ['complete', 60, [is('SuccessCriteriaMet'), is('Complete')], 60_000],
  ['failed', 0, [is('FailureTarget'), is('Failed')], 0],
  ['about to end', 60, [is('SuccessCriteriaMet')], undefined],
  ['running', 60, [], undefined],
  ['not failed', 60, [is('Failed', 'False')], undefined],
  ['kept', undefined, [is('Complete')], undefined],
])('a Job that is %s expires when it says', (_, ttlSecondsAfterFinished, conditions, afterMs) => {
  const job: Job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {},
    spec: {
      template: { spec: { containers: [] } },
      ...(ttlSecondsAfterFinished === undefined ? {} : { ttlSecondsAfterFinished }),
    },
    status: { conditions },
  };
  const expected = afterMs === undefined ? undefined : Date.parse(END) + afterMs;
  expect(expiresAtMs(job)).toBe(expected);
  const deleted = { ...job, metadata: { deletionTimestamp: END } };
  expect(expiresAtMs(deleted)).toBeUndefined();
});
