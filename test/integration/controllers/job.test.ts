import { describe, expect, test } from '@jest/globals';
import { batchJobs, coreEvents, corePods } from '../../../src/scheme/generated/resources.ts';
import type { Job, JobSpec } from '../../../src/scheme/generated/types/batch-v1.ts';
import type { Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';
import { newJob } from '../../support/workloads.ts';

const PLACE = { namespace: 'default', name: 'work' };
const TRACKING = 'batch.kubernetes.io/job-tracking';

const jobPlane = (): Promise<TestPlane> => testPlane({ controllers: ['job'] });
const pods = (plane: TestPlane): Promise<readonly Pod[]> => plane.list(corePods, 'default');
const work = (plane: TestPlane): Promise<Job> => plane.client.get(batchJobs, PLACE);

type Fields = Partial<JobSpec> & {
  pod?: Parameters<typeof newJob>[1] extends infer O
    ? O extends { pod?: infer P }
      ? P
      : never
    : never;
};
const start = (plane: TestPlane, fields: Fields = {}): Promise<Job> =>
  plane.client.create(batchJobs, newJob('work', fields));

const isRunning = ({ metadata, status }: Pod): boolean =>
  !metadata.deletionTimestamp && status?.phase === 'Running';

/** Waits until `count` Pods run, and gives them. */
async function running(plane: TestPlane, count: number): Promise<readonly Pod[]> {
  const all = await plane.eventually(
    () => pods(plane),
    (now) => expect(now.filter(isRunning)).toHaveLength(count),
  );
  return all.filter(isRunning);
}

async function endAll(plane: TestPlane, ended: readonly Pod[], exitCode = 0): Promise<void> {
  await Promise.all(ended.map((pod) => plane.pods.exit(pod, exitCode)));
}

const conditionsOf = ({ status }: Job) =>
  status?.conditions?.map(({ type, status: is, reason }) => `${type}=${is} ${reason}`);

const endsAs =
  (...conditions: readonly string[]) =>
  (job: Job): void =>
    expect(conditionsOf(job)).toEqual(conditions);

const COMPLETE = ['SuccessCriteriaMet=True CompletionsReached', 'Complete=True CompletionsReached'];
const failedWith = (reason: string) => [`FailureTarget=True ${reason}`, `Failed=True ${reason}`];

const events = async (plane: TestPlane): Promise<readonly string[]> =>
  (await plane.list(coreEvents, 'default')).map(({ reason, message }) => `${reason}: ${message}`);

describe('a Job', () => {
  test('runs its Pod to the end, counts it once and is Complete', async () => {
    await using plane = await jobPlane();
    await start(plane);
    const [pod] = (await running(plane, 1)) as [Pod];
    expect(pod.metadata).toMatchObject({
      generateName: 'work-',
      finalizers: [TRACKING],
      labels: { 'batch.kubernetes.io/job-name': 'work', 'job-name': 'work' },
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'work', controller: true }],
    });
    const before = await plane.eventually(
      () => work(plane),
      ({ status }) => expect(status).toMatchObject({ active: 1, ready: 1 }),
    );
    expect(before.status).toMatchObject({ terminating: 0, uncountedTerminatedPods: {} });
    await plane.pods.exit(pod, 0);
    const { status } = await plane.eventually(() => work(plane), endsAs(...COMPLETE));
    expect(status).toMatchObject({ succeeded: 1, ready: 0, uncountedTerminatedPods: {} });
    expect(status?.active).toBeUndefined();
    expect(status?.failed).toBeUndefined();
    expect(Date.parse(status?.completionTime ?? '')).toBeGreaterThanOrEqual(
      Date.parse(status?.startTime ?? ''),
    );
    const [ended] = (await pods(plane)) as [Pod];
    expect(ended.metadata.finalizers).toBeUndefined();
    await plane.eventually(
      () => events(plane),
      (all) => {
        expect(all).toContain('Completed: Job completed');
        expect(all).toContain(`SuccessfulCreate: Created pod: ${pod.metadata.name}`);
      },
    );
  });

  test('runs as many Pods at once as parallelism says until its completions are reached', async () => {
    await using plane = await jobPlane();
    await start(plane, { parallelism: 2, completions: 3 });
    const [first, second] = (await running(plane, 2)) as [Pod, Pod];
    await plane.pods.exit(first, 0);
    const now = await running(plane, 2);
    expect(now.map(({ metadata }) => metadata.uid)).toContain(second.metadata.uid);
    await endAll(plane, now);
    const { status } = await plane.eventually(() => work(plane), endsAs(...COMPLETE));
    expect(status?.succeeded).toBe(3);
    expect(await pods(plane)).toHaveLength(3);
  });

  test('fails once more Pods have failed than its back-off limit', async () => {
    await using plane = await jobPlane();
    await start(plane, { backoffLimit: 1 });
    for (let failures = 0; failures < 2; failures++) {
      await endAll(plane, await running(plane, 1), 1);
    }
    const { status } = await plane.eventually(
      () => work(plane),
      endsAs(...failedWith('BackoffLimitExceeded')),
    );
    expect(status?.failed).toBe(2);
    expect(status?.completionTime).toBeUndefined();
  });
});
