import { describe, expect, test } from '@jest/globals';
import { cronTimes, missedRun } from '../../../../src/controllers/cronjob/times.ts';
import type { CronJob, CronJobSpec } from '../../../../src/scheme/generated/types/batch-v1.ts';

const DAY = '2026-01-01T';

function missed(
  spec: Partial<CronJobSpec>,
  now: string,
  lastScheduleTime?: string,
): { at: string; isLate: boolean } | undefined {
  const cronJob: CronJob = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'tick', creationTimestamp: `${DAY}00:00:30Z` },
    spec: { schedule: '* * * * *', jobTemplate: {}, ...spec },
    status: lastScheduleTime ? { lastScheduleTime } : {},
  };
  const times = cronTimes(cronJob.spec);
  if (typeof times === 'string') throw new Error(times);
  const run = missedRun(cronJob, times, Date.parse(now));
  if (!run) return undefined;
  const at = new Date(run.scheduledMs).toISOString().replace('.000', '');
  return { at, isLate: run.isLate };
}

describe('the run that a CronJob owes', () => {
  test.each<
    [
      name: string,
      spec: Partial<CronJobSpec>,
      now: string,
      last: string | undefined,
      at: string | undefined,
      isLate?: boolean,
    ]
  >([
    ['none before its first time', {}, `${DAY}00:00:59Z`, undefined, undefined],
    ['the first, on time', {}, `${DAY}00:01:00Z`, undefined, `${DAY}00:01:00Z`],
    ['none that has been', {}, `${DAY}00:01:30Z`, `${DAY}00:01:00Z`, undefined],
    ['the next', {}, `${DAY}00:02:00Z`, `${DAY}00:01:00Z`, `${DAY}00:02:00Z`],
    ['the latest of several', {}, `${DAY}00:07:30Z`, `${DAY}00:01:00Z`, `${DAY}00:07:00Z`],
    ['the latest of a hundred', {}, `${DAY}01:41:30Z`, `${DAY}00:01:00Z`, `${DAY}01:41:00Z`],
    [
      'the latest of more, as late',
      {},
      `${DAY}01:42:30Z`,
      `${DAY}00:01:00Z`,
      `${DAY}01:42:00Z`,
      true,
    ],
    ['the latest of a year', {}, '2026-12-31T23:59:59Z', undefined, '2026-12-31T23:59:00Z', true],
    [
      'none past its deadline',
      { schedule: '@hourly', startingDeadlineSeconds: 60 },
      `${DAY}01:02:00Z`,
      undefined,
      undefined,
    ],
    [
      'one within its deadline',
      { schedule: '@hourly', startingDeadlineSeconds: 60 },
      `${DAY}01:00:50Z`,
      undefined,
      `${DAY}01:00:00Z`,
    ],
    [
      'the latest, not as late, when the deadline leaves few',
      { startingDeadlineSeconds: 120 },
      '2026-01-02T00:00:10Z',
      undefined,
      '2026-01-02T00:00:00Z',
    ],
    [
      'the latest of times that lie close together and then far apart',
      { schedule: '0,1 9 * * *' },
      '2026-01-05T08:00:00Z',
      undefined,
      '2026-01-04T09:01:00Z',
      true,
    ],
    [
      'the latest in step with the first',
      { schedule: '@every 7m' },
      `${DAY}00:40:00Z`,
      undefined,
      `${DAY}00:35:30Z`,
    ],
    [
      'none that never comes',
      { schedule: '0 0 31 2 *' },
      '2027-01-01T00:00:00Z',
      undefined,
      undefined,
    ],
  ])('is %s', (_, spec, now, last, at, isLate = false) => {
    expect(missed(spec, now, last)).toEqual(at === undefined ? undefined : { at, isLate });
  });
});
