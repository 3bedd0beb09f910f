import { describe, expect, test } from '@jest/globals';
import { jobFromTemplate, jobName, planRun } from '../../../../src/controllers/cronjob/plan.ts';
import type {
  CronJob,
  CronJobSpec,
  CronJobStatus,
} from '../../../../src/scheme/generated/types/batch-v1.ts';

const at = (time: string): number => Date.parse(`2026-01-01T${time}Z`);
const BORN = '2026-01-01T00:00:30Z';
const MINUTE_0_1 = { lastScheduleTime: '2026-01-01T00:01:00Z' };

function cronJob(spec: Partial<CronJobSpec> = {}, status: CronJobStatus = {}): CronJob {
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'tick', namespace: 'default', uid: 'uid-tick', creationTimestamp: BORN },
    spec: { schedule: '* * * * *', jobTemplate: {}, concurrencyPolicy: 'Allow', ...spec },
    status,
  };
}

/** As the plan says it: the time that is started, the reasons of its events, and seconds until the next look. */
function planned(spec: Partial<CronJobSpec>, now: string, status?: CronJobStatus) {
  const plan = planRun(cronJob(spec, status), at(now));
  const started = plan.scheduledMs && new Date(plan.scheduledMs).toISOString().slice(11, 19);
  return {
    ...(started ? { starts: started } : {}),
    ...(plan.replaces ? { replaces: true } : {}),
    reasons: plan.events.map(({ reason }) => reason),
    nextInS: plan.nextInMs === undefined ? undefined : plan.nextInMs / 1_000,
  };
}

const active = (minute: number) => ({
  active: [{ name: jobName(cronJob(), at(`00:0${minute}:00`)), uid: `uid-${minute}` }],
});

describe('a CronJob', () => {
  test.each<[name: string, spec: Partial<CronJobSpec>, now: string, status: CronJobStatus, object]>(
    [
      ['before its first time waits for it', {}, '00:00:50', {}, { reasons: [], nextInS: 10.1 }],
      [
        'starts what is due',
        {},
        '00:01:00',
        {},
        { starts: '00:01:00', reasons: [], nextInS: 60.1 },
      ],
      ['starts nothing twice', {}, '00:01:30', MINUTE_0_1, { reasons: [], nextInS: 30.1 }],
      [
        'starts the latest of those it missed, alone',
        {},
        '00:05:10',
        MINUTE_0_1,
        { starts: '00:05:00', reasons: [], nextInS: 50.1 },
      ],
      [
        'tells of more than a hundred that it missed',
        {},
        '02:00:10',
        MINUTE_0_1,
        { starts: '02:00:00', reasons: ['TooManyMissedTimes'], nextInS: 50.1 },
      ],
      [
        'does not miss what is older than its deadline',
        { startingDeadlineSeconds: 200 },
        '02:00:10',
        MINUTE_0_1,
        { starts: '02:00:00', reasons: [], nextInS: 50.1 },
      ],
      [
        'leaves out what its deadline is over for',
        { schedule: '*/10 * * * *', startingDeadlineSeconds: 15 },
        '00:10:20',
        MINUTE_0_1,
        { reasons: [], nextInS: 580.1 },
      ],
      [
        'beside one that runs starts another, where that is allowed',
        { concurrencyPolicy: 'Allow' },
        '00:02:00',
        { ...MINUTE_0_1, ...active(1) },
        { starts: '00:02:00', reasons: [], nextInS: 60.1 },
      ],
      [
        'beside one that runs starts none, where that is forbidden',
        { concurrencyPolicy: 'Forbid' },
        '00:02:00',
        { ...MINUTE_0_1, ...active(1) },
        { reasons: ['JobAlreadyActive'], nextInS: 60.1 },
      ],
      [
        'in place of one that runs starts another, where it replaces',
        { concurrencyPolicy: 'Replace' },
        '00:02:00',
        { ...MINUTE_0_1, ...active(1) },
        { starts: '00:02:00', replaces: true, reasons: [], nextInS: 60.1 },
      ],
      [
        'starts none whose Job is there already, although its status did not say so',
        {},
        '00:01:10',
        active(1),
        { reasons: [], nextInS: 50.1 },
      ],
      ['that is suspended does nothing', { suspend: true }, '00:05:00', {}, { reasons: [] }],
      [
        'tells of a schedule that cannot be read',
        { schedule: 'every day' },
        '00:05:00',
        {},
        { reasons: ['UnparseableSchedule'] },
      ],
      [
        'tells of a time zone that is none, suspended or not',
        { timeZone: 'Middle/Earth', suspend: true },
        '00:05:00',
        {},
        { reasons: ['UnknownTimeZone'] },
      ],
      [
        'goes by the clock of its zone',
        { schedule: '0 6 * * *', timeZone: 'Asia/Kolkata' },
        '00:30:00',
        {},
        { starts: '00:30:00', reasons: [], nextInS: 86_400.1 },
      ],
      [
        'tells that a zone in the schedule is not supported',
        { schedule: 'CRON_TZ=UTC 0 6 * * *' },
        '05:59:00',
        {},
        { reasons: ['UnsupportedSchedule'], nextInS: 60.1 },
      ],
      [
        'whose schedule never comes says so and waits for nothing',
        { schedule: '0 0 31 2 *' },
        '00:05:00',
        {},
        { reasons: ['InvalidSchedule'] },
      ],
    ],
  )('%s', (_, spec, now, status, expected) => {
    expect(planned(spec, now, status)).toEqual(expected);
  });

  test('that is being deleted starts nothing more', () => {
    const one = cronJob();
    const metadata = { ...one.metadata, deletionTimestamp: BORN };
    const plan = planRun({ ...one, metadata }, at('00:05:00'));
    expect(plan).toEqual({ replaces: false, events: [], nextInMs: undefined });
  });
});

describe('the Job of a time', () => {
  test('is named after the minute: one that was started and forgotten is not started again', () => {
    expect(jobName(cronJob(), at('00:01:00'))).toBe('tick-29453761');
    expect(jobName(cronJob(), at('00:01:59'))).toBe('tick-29453761');
    expect(jobName(cronJob(), at('00:02:00'))).toBe('tick-29453762');
  });

  test('is made of the template, says its time in its zone, and belongs to the CronJob', () => {
    const jobTemplate = {
      metadata: { labels: { app: 'tick' }, annotations: { team: 'a' } },
      spec: { parallelism: 2, template: { spec: { containers: [] } } },
    };
    const one = cronJob({ jobTemplate, timeZone: 'Asia/Kolkata' });
    const { metadata, spec } = jobFromTemplate(one, at('00:30:00'));
    expect(metadata).toEqual({
      name: 'tick-29453790',
      namespace: 'default',
      labels: { app: 'tick' },
      annotations: {
        team: 'a',
        'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T06:00:00+05:30',
      },
      ownerReferences: [
        {
          apiVersion: 'batch/v1',
          kind: 'CronJob',
          name: 'tick',
          uid: 'uid-tick',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    });
    expect(spec).toEqual(jobTemplate.spec);
    expect(spec).not.toBe(jobTemplate.spec);
  });
});
