import { describe, expect, test } from '@jest/globals';
import { batchCronJobs, batchJobs, coreEvents } from '../../../src/scheme/generated/resources.ts';
import type { CronJob, CronJobSpec, Job } from '../../../src/scheme/generated/types/batch-v1.ts';
import { type TestPlane, type TestPlaneOptions, testPlane } from '../../support/control-plane.ts';
import { newCronJob } from '../../support/workloads.ts';

const PLACE = { namespace: 'default', name: 'tick' };
const MINUTE_MS = 60_000;

/** One CronJob, called `tick`, and its Jobs, which a test ends. The clock begins at 2026-01-01T00:00:00Z. */
class CronPlane implements AsyncDisposable {
  readonly plane: TestPlane;

  constructor(plane: TestPlane) {
    this.plane = plane;
  }

  start(spec: Partial<CronJobSpec> = {}): Promise<CronJob> {
    return this.plane.client.create(batchCronJobs, newCronJob('tick', spec));
  }

  cronJob(): Promise<CronJob> {
    return this.plane.client.get(batchCronJobs, PLACE);
  }

  async jobs(): Promise<readonly Job[]> {
    const jobs = await this.plane.list(batchJobs, 'default');
    return [...jobs].sort((a, b) => (a.metadata.name ?? '').localeCompare(b.metadata.name ?? ''));
  }

  /** Waits until these Jobs are there, by the minute of 2026 that their name tells. */
  async has(minutes: readonly number[]): Promise<readonly Job[]> {
    return this.plane.eventually(
      () => this.jobs(),
      (jobs) => expect(jobs.map(minuteOf)).toEqual(minutes),
    );
  }

  async pass(minutes: number): Promise<void> {
    this.plane.clock.advance(minutes * MINUTE_MS);
    await this.plane.idle();
  }

  async end(job: Job, type: 'Complete' | 'Failed'): Promise<void> {
    const now = new Date(this.plane.clock.now()).toISOString().replace(/\.\d+/, '');
    const announced = type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget';
    const conditions = [announced, type].map((one) => ({
      type: one,
      status: 'True',
      lastTransitionTime: now,
    }));
    const completed = type === 'Complete' ? { completionTime: now } : {};
    const status = { startTime: job.metadata.creationTimestamp, conditions, ...completed };
    await this.plane.client.update(batchJobs, { ...job, status }, { subresource: 'status' });
    await this.plane.idle();
  }

  async tells(reason: string): Promise<string> {
    const all = await this.plane.eventually(
      () => this.plane.list(coreEvents, 'default'),
      (events) => expect(events.map((event) => event.reason)).toContain(reason),
    );
    return all.find((event) => event.reason === reason)?.message ?? '';
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.plane[Symbol.asyncDispose]();
  }
}

const START_MINUTE = Date.UTC(2026, 0, 1) / MINUTE_MS;
const minuteOf = ({ metadata }: Job): number =>
  Number(metadata.name?.replace('tick-', '')) - START_MINUTE;

const cronPlane = async (options: TestPlaneOptions = {}): Promise<CronPlane> =>
  new CronPlane(await testPlane({ controllers: ['cronjob'], ...options }));

describe('a CronJob', () => {
  test('starts a Job at each time of its schedule, named for the minute', async () => {
    await using cron = await cronPlane();
    const { metadata } = await cron.start({ schedule: '*/5 * * * *' });
    await cron.pass(4);
    expect(await cron.jobs()).toEqual([]);
    await cron.pass(2);
    const [job] = await cron.has([5]);
    expect(job?.metadata).toMatchObject({
      labels: { app: 'web' },
      annotations: { 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T00:05:00Z' },
      ownerReferences: [
        {
          apiVersion: 'batch/v1',
          kind: 'CronJob',
          name: 'tick',
          uid: metadata.uid,
          controller: true,
        },
      ],
    });
    const { status } = await cron.cronJob();
    expect(status?.lastScheduleTime).toBe('2026-01-01T00:05:00Z');
    expect(status?.active).toMatchObject([{ kind: 'Job', name: job?.metadata.name }]);
    expect(await cron.tells('SuccessfulCreate')).toBe(`Created job ${job?.metadata.name}`);
    await cron.pass(5);
    await cron.has([5, 10]);
  });

  test('reads its schedule in its time zone', async () => {
    await using cron = await cronPlane();
    await cron.start({ schedule: '30 9 * * *', timeZone: 'Asia/Kolkata' });
    await cron.pass(5 * 60);
    const [job] = await cron.has([4 * 60]);
    expect(job?.metadata.annotations).toMatchObject({
      'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T09:30:00+05:30',
    });
  });

  test('follows its Jobs: active, last success, gone', async () => {
    await using cron = await cronPlane();
    await cron.start();
    await cron.pass(1);
    const [job] = await cron.has([1]);
    await cron.end(job as Job, 'Complete');
    await cron.plane.eventually(
      () => cron.cronJob(),
      ({ status }) => {
        expect(status?.active).toBeUndefined();
        expect(status?.lastSuccessfulTime).toBeDefined();
      },
    );
    expect(await cron.tells('SawCompletedJob')).toBe(
      `Saw completed job: ${job?.metadata.name}, condition: Complete`,
    );
    await cron.pass(1);
    const [, second] = await cron.has([1, 2]);
    await cron.plane.client.delete(
      batchJobs,
      { ...PLACE, name: second?.metadata.name ?? '' },
      { propagationPolicy: 'Background' },
    );
    expect(await cron.tells('MissingJob')).toBe(
      `Active job went missing: ${second?.metadata.name}`,
    );
  });

  test('that forbids it starts no Job while one runs', async () => {
    await using cron = await cronPlane();
    await cron.start({ concurrencyPolicy: 'Forbid' });
    await cron.pass(1);
    const [first] = await cron.has([1]);
    await cron.pass(3);
    await cron.has([1]);
    expect(await cron.tells('JobAlreadyActive')).toContain('concurrency policy is Forbid');
    await cron.end(first as Job, 'Complete');
    // The last time that was missed is made up for.
    expect((await cron.jobs()).map(minuteOf)).toEqual([1, 4]);
  });

  test('that replaces stops the Job that runs before it starts the next', async () => {
    await using cron = await cronPlane({ controllers: ['cronjob', 'garbage-collector'] });
    await cron.start({ concurrencyPolicy: 'Replace' });
    await cron.pass(1);
    await cron.has([1]);
    await cron.pass(1);
    await cron.has([2]);
    expect((await cron.cronJob()).status?.active).toHaveLength(1);
    expect(await cron.tells('SuccessfulDelete')).toMatch(/^Deleted job tick-/);
  });

  test('that allows it starts Jobs beside those that run', async () => {
    await using cron = await cronPlane();
    await cron.start();
    for (let minute = 0; minute < 3; minute++) await cron.pass(1);
    await cron.has([1, 2, 3]);
    expect((await cron.cronJob()).status?.active).toHaveLength(3);
  });

  test('starts only the latest of the times that it missed', async () => {
    await using cron = await cronPlane();
    await cron.start();
    await cron.plane.restartControllers([]);
    await cron.pass(20);
    await cron.plane.restartControllers(['cronjob']);
    const [job] = await cron.plane.eventually(
      () => cron.jobs(),
      (jobs) => expect(jobs).toHaveLength(1),
    );
    expect(minuteOf(job as Job)).toBeGreaterThanOrEqual(20);
  });

  test('warns when it has missed more than a hundred times, and goes on with the latest', async () => {
    await using cron = await cronPlane();
    await cron.start();
    await cron.plane.restartControllers([]);
    await cron.pass(300);
    await cron.plane.restartControllers(['cronjob']);
    expect(await cron.tells('TooManyMissedTimes')).toBe(
      'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
    );
    await cron.plane.eventually(
      () => cron.jobs(),
      (jobs) => expect(jobs.map(minuteOf).every((minute) => minute >= 300)).toBe(true),
    );
  });

  test('starts no Job later than its deadline', async () => {
    await using cron = await cronPlane();
    await cron.start({ schedule: '@hourly', startingDeadlineSeconds: 60 });
    await cron.plane.restartControllers([]);
    await cron.pass(75);
    await cron.plane.restartControllers(['cronjob']);
    await cron.plane.idle();
    expect(await cron.jobs()).toEqual([]);
    await cron.pass(44);
    await cron.pass(1);
    await cron.has([120]);
  });

  test('starts no Job while it is suspended', async () => {
    await using cron = await cronPlane();
    await cron.start({ suspend: true });
    await cron.pass(5);
    expect(await cron.jobs()).toEqual([]);
    const resume = { spec: { suspend: false } };
    await cron.plane.client.patch(batchCronJobs, PLACE, { type: 'merge', patch: resume });
    await cron.plane.eventually(
      () => cron.jobs(),
      (jobs) => expect(jobs).toHaveLength(1),
    );
  });

  test('keeps as many ended Jobs as its history limits say', async () => {
    await using cron = await cronPlane({ controllers: ['cronjob', 'garbage-collector'] });
    await cron.start({ successfulJobsHistoryLimit: 2, failedJobsHistoryLimit: 1 });
    for (const end of ['Complete', 'Failed', 'Complete', 'Failed', 'Complete'] as const) {
      await cron.pass(1);
      const running = (await cron.jobs()).filter(({ status }) => !status?.conditions);
      for (const job of running) await cron.end(job, end);
    }
    await cron.plane.eventually(
      () => cron.jobs(),
      (jobs) =>
        expect(jobs.map(({ status }) => status?.conditions?.[1]?.type).sort()).toEqual([
          'Complete',
          'Complete',
          'Failed',
        ]),
    );
  });

  test('tells of a Job that it did not start', async () => {
    await using cron = await cronPlane();
    const { metadata } = await cron.start({ suspend: true });
    const { spec } = newCronJob('tick').spec.jobTemplate;
    const owner = {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      name: 'tick',
      uid: metadata.uid ?? '',
    };
    await cron.plane.client.create(batchJobs, {
      metadata: { ...PLACE, name: 'manual', ownerReferences: [{ ...owner, controller: true }] },
      spec,
    });
    expect(await cron.tells('UnexpectedJob')).toBe(
      'Saw a job that the controller did not create or forgot: manual',
    );
  });

  test('does not start the Job of a time twice when its status was lost', async () => {
    await using cron = await cronPlane();
    await cron.start();
    await cron.pass(1);
    await cron.has([1]);
    const cronJob = await cron.cronJob();
    await cron.plane.client.update(
      batchCronJobs,
      { ...cronJob, status: {} },
      { subresource: 'status' },
    );
    await cron.plane.eventually(
      () => cron.cronJob(),
      ({ status }) => expect(status?.active).toHaveLength(1),
    );
    expect(await cron.jobs()).toHaveLength(1);
  });

  test('runs through a day of minutes and misses none', async () => {
    await using cron = await cronPlane({ controllers: ['cronjob', 'job'] });
    await cron.start({ schedule: '*/10 * * * *', successfulJobsHistoryLimit: 200 });
    for (let hour = 0; hour < 24; hour++) {
      for (let ten = 0; ten < 6; ten++) {
        cron.plane.clock.advance(10 * MINUTE_MS);
        await cron.plane.eventually(
          () => cron.cronJob(),
          ({ status }) =>
            expect(Date.parse(status?.lastScheduleTime ?? '')).toBeGreaterThan(
              cron.plane.clock.now() - 10 * MINUTE_MS,
            ),
        );
      }
    }
    const minutes = (await cron.jobs()).map(minuteOf);
    expect(minutes.slice(0, 144)).toEqual(Array.from({ length: 144 }, (_, at) => 10 * (at + 1)));
  });
});
