import { describe, expect, test } from '@jest/globals';
import { cronScheduleProblem } from '../../../../../src/scheme/cron-schedule.ts';
import { formatFieldError } from '../../../../../src/scheme/field-error.ts';
import type { CronJob } from '../../../../../src/scheme/generated/types/batch-v1.ts';
import { cronJobStrategy } from '../../../../../src/scheme/groups/batch/cron-job.ts';
import { created, refusesOnCreate, withMembers } from '../harness.ts';

const NIGHTLY: CronJob = {
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'nightly', namespace: 'default' },
  spec: {
    schedule: '0 3 * * *',
    jobTemplate: {
      spec: {
        template: {
          spec: { restartPolicy: 'OnFailure', containers: [{ name: 'a', image: 'a:1' }] },
        },
      },
    },
  },
};

test('a CronJob gets the defaults of Kubernetes', () => {
  expect(created(cronJobStrategy, NIGHTLY).spec).toMatchObject({
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
    jobTemplate: { spec: { template: { spec: { schedulerName: 'default-scheduler' } } } },
  });
});

const NEGATIVE = 'must be greater than or equal to 0';
const LONG = 'a'.repeat(53);

refusesOnCreate(cronJobStrategy, NIGHTLY, [
  [{ 'spec.schedule': '' }, 'spec.schedule: Required value'],
  [
    { 'spec.schedule': 'often' },
    'spec.schedule: Invalid value: "often": expected exactly 5 fields, found 1: [often]',
  ],
  [
    { 'spec.schedule': 'TZ=Europe/Paris 0 3 * * *' },
    'spec.schedule: Invalid value: "TZ=Europe/Paris 0 3 * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
  ],
  [
    { 'spec.schedule': 'CRON_TZ=UTC 0 3 * * *', 'spec.timeZone': 'UTC' },
    'spec.schedule: Invalid value: "CRON_TZ=UTC 0 3 * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
  ],
  [
    { 'spec.timeZone': '' },
    'spec.timeZone: Invalid value: "": timeZone must be nil or non-empty string',
  ],
  [
    { 'spec.timeZone': 'Local' },
    'spec.timeZone: Invalid value: "Local": timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones',
  ],
  [
    { 'spec.timeZone': 'Europe/Atlantis' },
    'spec.timeZone: Invalid value: "Europe/Atlantis": unknown time zone Europe/Atlantis',
  ],
  [
    { 'spec.timeZone': '+01:00' },
    'spec.timeZone: Invalid value: "+01:00": unknown time zone +01:00',
  ],
  [
    { 'spec.startingDeadlineSeconds': -1 },
    `spec.startingDeadlineSeconds: Invalid value: -1: ${NEGATIVE}`,
  ],
  [
    { 'spec.successfulJobsHistoryLimit': -1 },
    `spec.successfulJobsHistoryLimit: Invalid value: -1: ${NEGATIVE}`,
  ],
  [
    { 'spec.failedJobsHistoryLimit': -1 },
    `spec.failedJobsHistoryLimit: Invalid value: -1: ${NEGATIVE}`,
  ],
  [
    { 'spec.concurrencyPolicy': 'Wait' },
    'spec.concurrencyPolicy: Unsupported value: "Wait": supported values: "Allow", "Forbid", "Replace"',
  ],
  [
    { 'spec.jobTemplate.spec.selector': { matchLabels: { a: 'b' } } },
    'spec.jobTemplate.spec.selector: Invalid value: {"matchLabels":{"a":"b"}}: `selector` will be auto-generated',
  ],
  [
    { 'spec.jobTemplate.spec.manualSelector': true },
    'spec.jobTemplate.spec.manualSelector: Unsupported value: true: supported values: "nil", "false"',
  ],
  [
    { 'spec.jobTemplate.spec.parallelism': -1 },
    `spec.jobTemplate.spec.parallelism: Invalid value: -1: ${NEGATIVE}`,
  ],
  [{ 'spec.jobTemplate': {} }, 'spec.jobTemplate.spec.template: Required value'],
  [
    { 'metadata.name': LONG },
    `metadata.name: Invalid value: "${LONG}": must be no more than 52 characters`,
  ],
]);

describe('a schedule', () => {
  test.each([
    '* * * * *',
    '*/5 9-17 * * mon-fri',
    '0,30 0 1 JAN,jul ?',
    '5/10 * * * 0-6/2',
    '@hourly',
    '@every 1h30m',
    'TZ=Europe/Paris 0 0 * * *',
  ])('of %s is one', (text) => {
    expect(cronScheduleProblem(text)).toBeUndefined();
  });

  test.each([
    ['', 'empty spec string'],
    ['60 * * * *', 'end of range (60) above maximum (59): 60'],
    ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
    ['* * * * 7', 'end of range (7) above maximum (6): 7'],
    ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
    ['1/2/3 * * * *', 'too many slashes: 1/2/3'],
    ['a * * * *', 'failed to parse int from a: strconv.Atoi: parsing "a": invalid syntax'],
    ['@often', 'unrecognized descriptor: @often'],
    ['@every day', 'failed to parse duration @every day: time: invalid duration "day"'],
    ['TZ=Nowhere 0 0 * * *', 'provided bad location Nowhere: unknown time zone Nowhere'],
    ['* * * * * *', 'expected exactly 5 fields, found 6: [* * * * * *]'],
  ])('of %j is none: %s', (text, problem) => {
    expect(cronScheduleProblem(text)).toBe(problem);
  });
});

describe('a schedule with a time zone in it', () => {
  const OLD = withMembers(NIGHTLY, { 'spec.schedule': 'CRON_TZ=UTC 0 3 * * *' });
  const changed = (before: CronJob, members: Record<string, unknown>): string[] =>
    (cronJobStrategy.validateUpdate?.(withMembers(before, members), before) ?? []).map(
      formatFieldError,
    );

  test('may stay where it was before', () => {
    expect(changed(OLD, { 'spec.suspend': true })).toEqual([]);
  });

  test('does not go with the field for it, and does not come', () => {
    const spelled = JSON.stringify('CRON_TZ=UTC 0 3 * * *');
    expect(changed(OLD, { 'spec.timeZone': 'UTC' })).toEqual([
      `spec.schedule: Invalid value: ${spelled}: cannot use both timeZone field and TZ or CRON_TZ in schedule`,
    ]);
    expect(changed(NIGHTLY, { 'spec.schedule': 'CRON_TZ=UTC 0 3 * * *' })).toEqual([
      `spec.schedule: Invalid value: ${spelled}: cannot use TZ or CRON_TZ in schedule, use timeZone field instead`,
    ]);
  });
});
