import { expect } from '@jest/globals';
import { batchJobs, coreEvents, corePods } from '../../src/scheme/generated/resources.ts';
import type { Job, JobSpec } from '../../src/scheme/generated/types/batch-v1.ts';
import type { Pod, PodSpec } from '../../src/scheme/generated/types/core-v1.ts';
import { type TestPlane, type TestPlaneOptions, testPlane } from './control-plane.ts';
import { newJob } from './workloads.ts';

const PLACE = { namespace: 'default', name: 'work' };

export const FINALIZER = 'batch.kubernetes.io/job-tracking';
export const INDEX = 'batch.kubernetes.io/job-completion-index';

/** The conditions of a Job that has ended, as {@link JobPlane.ends} expects them. */
export const COMPLETE = [
  'SuccessCriteriaMet=True CompletionsReached',
  'Complete=True CompletionsReached',
];
export const failedBecause = (reason: string): readonly string[] => [
  `FailureTarget=True ${reason}`,
  `Failed=True ${reason}`,
];

export const indexOf = ({ metadata }: Pod): number => Number(metadata.annotations?.[INDEX]);

const isRunning = ({ metadata, status }: Pod): boolean =>
  !metadata.deletionTimestamp && status?.phase === 'Running';

/** One Job, called `work`, and its Pods, which a test lets succeed and fail. */
export class JobPlane implements AsyncDisposable {
  readonly plane: TestPlane;

  constructor(plane: TestPlane) {
    this.plane = plane;
  }

  start(fields: Partial<JobSpec> & { pod?: Partial<PodSpec> } = {}): Promise<Job> {
    return this.plane.client.create(batchJobs, newJob('work', fields));
  }

  patch(spec: Partial<JobSpec>): Promise<Job> {
    return this.plane.client.patch(batchJobs, PLACE, { type: 'merge', patch: { spec } });
  }

  job(): Promise<Job> {
    return this.plane.client.get(batchJobs, PLACE);
  }

  pods(): Promise<readonly Pod[]> {
    return this.plane.list(corePods, 'default');
  }

  /** Waits until `count` Pods run, and gives them by index, or as they were made. */
  async running(count: number): Promise<readonly Pod[]> {
    const all = await this.plane.eventually(
      () => this.pods(),
      (now) => expect(now.filter(isRunning)).toHaveLength(count),
    );
    return all.filter(isRunning).sort((a, b) => indexOf(a) - indexOf(b) || 0);
  }

  async exit(pods: readonly Pod[], exitCode: number): Promise<void> {
    await Promise.all(pods.map((pod) => this.plane.pods.exit(pod, exitCode)));
  }

  /** Waits until the Job has these conditions, as `Type=Status Reason`. */
  ends(conditions: readonly string[]): Promise<Job> {
    return this.plane.eventually(
      () => this.job(),
      ({ status }) =>
        expect(
          status?.conditions?.map(({ reason, status: is, type }) => `${type}=${is} ${reason}`),
        ).toEqual(conditions),
    );
  }

  /** Waits until the status says so. */
  shows(status: object): Promise<Job> {
    return this.plane.eventually(
      () => this.job(),
      (job) => expect(job.status).toMatchObject(status),
    );
  }

  /** Waits for an Event of `reason`, and gives its message. */
  async tells(reason: string): Promise<string> {
    const all = await this.plane.eventually(
      () => this.plane.list(coreEvents, 'default'),
      (events) => expect(events.map((event) => event.reason)).toContain(reason),
    );
    return all.find((event) => event.reason === reason)?.message ?? '';
  }

  /** How often the Pod of the Job that is made next is waited for, in seconds of the plane's clock. */
  async secondsUntil(done: () => Promise<unknown>): Promise<number> {
    const from = this.plane.clock.now();
    await done();
    return (this.plane.clock.now() - from) / 1_000;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.plane[Symbol.asyncDispose]();
  }
}

/** `await using jobs = await jobPlane();` */
export async function jobPlane(options: TestPlaneOptions = {}): Promise<JobPlane> {
  return new JobPlane(await testPlane({ controllers: ['job'], ...options }));
}
