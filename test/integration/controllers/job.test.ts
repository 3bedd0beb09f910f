import { describe, expect, test } from '@jest/globals';
import { createAdmissionPlugins } from '../../../src/apiserver/admission/plugin-table.ts';
import { batchJobs, coreEvents, corePods } from '../../../src/scheme/generated/resources.ts';
import type { Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import { COMPLETE, FINALIZER, failedBecause, jobPlane } from '../../support/jobs.ts';
import { PodQuota } from '../../support/pod-quota.ts';
import { newPod } from '../../support/workloads.ts';

const PLACE = { namespace: 'default', name: 'work' };

describe('a Job', () => {
  test('runs its Pod to the end, counts it once and is Complete', async () => {
    await using jobs = await jobPlane();
    await jobs.start();
    const [pod] = (await jobs.running(1)) as [Pod];
    expect(pod.metadata).toMatchObject({
      generateName: 'work-',
      finalizers: [FINALIZER],
      labels: { 'batch.kubernetes.io/job-name': 'work', 'job-name': 'work' },
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'work', controller: true }],
    });
    await jobs.shows({ active: 1, ready: 1, terminating: 0, uncountedTerminatedPods: {} });
    await jobs.exit([pod], 0);
    const { status } = await jobs.ends(COMPLETE);
    expect(status).toMatchObject({ succeeded: 1, ready: 0, uncountedTerminatedPods: {} });
    expect(status?.active).toBeUndefined();
    expect(status?.failed).toBeUndefined();
    expect(Date.parse(status?.completionTime ?? '')).toBeGreaterThanOrEqual(
      Date.parse(status?.startTime ?? ''),
    );
    const [ended] = (await jobs.pods()) as [Pod];
    expect(ended.metadata.finalizers).toBeUndefined();
    expect(await jobs.tells('Completed')).toBe('Job completed');
    expect(await jobs.tells('SuccessfulCreate')).toBe(`Created pod: ${pod.metadata.name}`);
    const [event] = await jobs.plane.list(coreEvents, 'default');
    expect(event?.source).toEqual({ component: 'job-controller' });
  });

  test('runs as many Pods at once as parallelism says until its completions are reached', async () => {
    await using jobs = await jobPlane();
    await jobs.start({ parallelism: 2, completions: 3 });
    const [first, second] = (await jobs.running(2)) as [Pod, Pod];
    await jobs.exit([first], 0);
    await jobs.shows({ succeeded: 1, active: 2 });
    const now = await jobs.running(2);
    expect(now.map(({ metadata }) => metadata.uid)).toContain(second.metadata.uid);
    await jobs.exit(now, 0);
    const { status } = await jobs.ends(COMPLETE);
    expect(status?.succeeded).toBe(3);
    expect(await jobs.pods()).toHaveLength(3);
  });

  test('without a number of completions is Complete when one Pod has succeeded and all have ended', async () => {
    await using jobs = await jobPlane();
    await jobs.start({ parallelism: 3 });
    const [first, ...others] = (await jobs.running(3)) as [Pod, Pod, Pod];
    await jobs.exit([first], 0);
    await jobs.shows({ succeeded: 1, active: 2 });
    await jobs.exit(others, 1);
    const { status } = await jobs.ends(COMPLETE);
    expect(status).toMatchObject({ succeeded: 1, failed: 2 });
    expect(await jobs.pods()).toHaveLength(3);
  });

  test('follows a parallelism that changes, and counts the Pods that it gives up for nothing', async () => {
    await using jobs = await jobPlane();
    await jobs.start({ parallelism: 4, completions: 9 });
    await jobs.running(4);
    await jobs.patch({ parallelism: 1 });
    await jobs.running(1);
    const { status } = await jobs.shows({ active: 1, terminating: 0 });
    expect(status?.failed).toBeUndefined();
    await jobs.patch({ parallelism: 3 });
    await jobs.running(3);
  });

  test('waits ten seconds before it replaces a failed Pod, and twice as long after each further failure', async () => {
    await using jobs = await jobPlane();
    await jobs.start({ backoffLimit: 10 });
    const waited: number[] = [];
    for (let failures = 0; failures < 3; failures++) {
      await jobs.exit(await jobs.running(1), 1);
      waited.push(await jobs.secondsUntil(() => jobs.running(1)));
    }
    for (const [index, seconds] of [10, 20, 40].entries()) {
      expect(waited[index]).toBeGreaterThan(seconds - 1.5);
      expect(waited[index]).toBeLessThan(seconds + 5);
    }
  });

  test('knows after a restart how often Pods have failed, by those that are there', async () => {
    await using jobs = await jobPlane();
    await jobs.start({ backoffLimit: 10 });
    await jobs.exit(await jobs.running(1), 1);
    await jobs.exit(await jobs.running(1), 1);
    await jobs.shows({ failed: 2 });
    await jobs.plane.restartControllers();
    const seconds = await jobs.secondsUntil(() => jobs.running(1));
    expect(seconds).toBeGreaterThan(15);
  });

  test('fails once more Pods have failed than its back-off limit', async () => {
    await using jobs = await jobPlane();
    await jobs.start({ backoffLimit: 1, parallelism: 2, completions: 2 });
    const [first, second] = (await jobs.running(2)) as [Pod, Pod];
    await jobs.exit([first], 1);
    await jobs.exit(
      (await jobs.running(2)).filter(({ metadata }) => metadata.uid !== second.metadata.uid),
      1,
    );
    const { status } = await jobs.ends(failedBecause('BackoffLimitExceeded'));
    // The Pod that still ran was stopped, and counts as failed.
    expect(status).toMatchObject({ failed: 3, ready: 0, terminating: 0 });
    expect(status?.completionTime).toBeUndefined();
    expect(await jobs.tells('BackoffLimitExceeded')).toBe(
      'Job has reached the specified backoff limit',
    );
  });

  test('that restarts containers in their Pods fails once these were restarted too often', async () => {
    await using jobs = await jobPlane();
    await jobs.start({ backoffLimit: 2, pod: { restartPolicy: 'OnFailure' } });
    const [pod] = (await jobs.running(1)) as [Pod];
    const restarted = { name: 'web', image: '', imageID: '', ready: false, restartCount: 2 };
    const status = { ...pod.status, containerStatuses: [restarted] };
    await jobs.plane.client.update(corePods, { ...pod, status }, { subresource: 'status' });
    await jobs.ends(failedBecause('BackoffLimitExceeded'));
  });

  test('fails when it has been active longer than its deadline, and stops its Pods', async () => {
    await using jobs = await jobPlane();
    await jobs.start({ activeDeadlineSeconds: 30, parallelism: 2, completions: 2 });
    await jobs.running(2);
    const seconds = await jobs.secondsUntil(() => jobs.ends(failedBecause('DeadlineExceeded')));
    expect(seconds).toBeGreaterThan(25);
    expect((await jobs.job()).status).toMatchObject({ failed: 2 });
    expect(await jobs.tells('DeadlineExceeded')).toBe(
      'Job was active longer than specified deadline',
    );
    await jobs.running(0);
  });

  test('makes no Pod while it is suspended, and begins anew when it is resumed', async () => {
    await using jobs = await jobPlane();
    await jobs.start({ suspend: true, activeDeadlineSeconds: 600 });
    const suspended = await jobs.ends(['Suspended=True JobSuspended']);
    expect(suspended.status?.startTime).toBeUndefined();
    expect(await jobs.pods()).toEqual([]);
    expect(await jobs.tells('Suspended')).toBe('Job suspended');
    await jobs.patch({ suspend: false });
    await jobs.ends(['Suspended=False JobResumed']);
    expect(await jobs.tells('Resumed')).toBe('Job resumed');
    await jobs.running(1);
    const { status: first } = await jobs.job();
    jobs.plane.clock.advance(300_000);
    await jobs.patch({ suspend: true });
    await jobs.ends(['Suspended=True JobSuspended']);
    await jobs.running(0);
    jobs.plane.clock.advance(400_000);
    await jobs.patch({ suspend: false });
    await jobs.running(1);
    const { status } = await jobs.ends(['Suspended=False JobResumed']);
    // Neither were its Pods failures, nor does the time before count for the deadline.
    expect(status?.failed).toBeUndefined();
    expect(Date.parse(status?.startTime ?? '')).toBeGreaterThan(
      Date.parse(first?.startTime ?? '') + 600_000,
    );
  });

  test('that another controller manages is left alone', async () => {
    await using jobs = await jobPlane();
    await jobs.start({ managedBy: 'example.com/queue' });
    await jobs.plane.idle();
    expect(await jobs.pods()).toEqual([]);
    expect((await jobs.job()).status).toEqual({});
  });

  test('replaces a Pod as soon as it is deleted, and counts it as failed', async () => {
    await using jobs = await jobPlane();
    jobs.plane.pods.shouldEnd = () => false;
    await jobs.start({ pod: { nodeName: 'node-1' } });
    const [pod] = (await jobs.running(1)) as [Pod];
    await jobs.plane.client.delete(corePods, { ...PLACE, name: pod.metadata.name ?? '' });
    await jobs.shows({ failed: 1, active: 1, terminating: 1 });
    const [next] = (await jobs.running(1)) as [Pod];
    await jobs.exit([next], 0);
    // It does not end before its last Pod has.
    await jobs.ends(COMPLETE.slice(0, 1));
    jobs.plane.pods.shouldEnd = () => true;
    jobs.plane.pods.driveAll();
    expect((await jobs.ends(COMPLETE)).status).toMatchObject({ succeeded: 1, failed: 1 });
  });

  test('that replaces only failed Pods waits until a deleted one has ended', async () => {
    await using jobs = await jobPlane();
    jobs.plane.pods.shouldEnd = () => false;
    await jobs.start({ podReplacementPolicy: 'Failed' });
    const [pod] = (await jobs.running(1)) as [Pod];
    await jobs.plane.client.delete(corePods, { ...PLACE, name: pod.metadata.name ?? '' });
    await jobs.shows({ terminating: 1, ready: 0 });
    await jobs.plane.idle();
    expect(await jobs.pods()).toHaveLength(1);
    expect((await jobs.job()).status?.failed).toBeUndefined();
    const [deleted] = (await jobs.pods()) as [Pod];
    await jobs.exit([deleted], 143);
    await jobs.running(1);
    await jobs.shows({ failed: 1, terminating: 0, active: 1 });
  });

  test('adopts a Pod that its selector matches, and lets one go whose labels change', async () => {
    await using jobs = await jobPlane();
    await jobs.plane.client.create(corePods, newPod('orphan', { restartPolicy: 'Never' }));
    const labels = { app: 'web' };
    await jobs.plane.client.create(batchJobs, {
      metadata: PLACE,
      spec: {
        manualSelector: true,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'a' }] },
        },
      },
    });
    await jobs.shows({ active: 1 });
    const [adopted] = (await jobs.pods()) as [Pod];
    expect(adopted.metadata).toMatchObject({
      name: 'orphan',
      finalizers: [FINALIZER],
      ownerReferences: [{ kind: 'Job', name: 'work', controller: true }],
    });
    const target = { ...PLACE, name: 'orphan' };
    const patch = { metadata: { labels: { app: 'other' } } };
    await jobs.plane.client.patch(corePods, target, { type: 'merge', patch });
    await jobs.running(2);
    const left = await jobs.plane.client.get(corePods, target);
    expect(left.metadata.finalizers ?? []).toEqual([]);
    expect(left.metadata.ownerReferences ?? []).toEqual([]);
  });

  test('that is deleted lets go of all its Pods', async () => {
    await using jobs = await jobPlane({ controllers: ['job', 'garbage-collector'] });
    await jobs.start({ parallelism: 2, completions: 2 });
    await jobs.running(2);
    await jobs.plane.client.delete(batchJobs, PLACE, { propagationPolicy: 'Background' });
    await jobs.plane.eventually(
      () => jobs.pods(),
      (left) => expect(left).toEqual([]),
    );
  });

  test('that is deleted and leaves its Pods behind lets them go as well', async () => {
    await using jobs = await jobPlane({ controllers: ['job', 'garbage-collector'] });
    await jobs.start({ parallelism: 2, completions: 2 });
    await jobs.running(2);
    await jobs.plane.client.delete(batchJobs, PLACE, { propagationPolicy: 'Orphan' });
    const left = await jobs.plane.eventually(
      () => jobs.pods(),
      (all) => expect(all.flatMap(({ metadata }) => metadata.ownerReferences ?? [])).toEqual([]),
    );
    expect(left).toHaveLength(2);
    await jobs.plane.eventually(
      () => jobs.pods(),
      (all) => expect(all.flatMap(({ metadata }) => metadata.finalizers ?? [])).toEqual([]),
    );
  });

  test('lets go of Pods whose Job went while no controller ran', async () => {
    await using jobs = await jobPlane();
    await jobs.start();
    await jobs.running(1);
    await jobs.plane.restartControllers([]);
    await jobs.plane.client.delete(batchJobs, PLACE, { propagationPolicy: 'Background' });
    await jobs.plane.restartControllers(['job']);
    await jobs.plane.eventually(
      () => jobs.pods(),
      (all) => expect(all.flatMap(({ metadata }) => metadata.finalizers ?? [])).toEqual([]),
    );
  });

  test('tries one Pod, then two, then four, so that a refusal shows before hundreds were tried', async () => {
    const quota = new PodQuota(2);
    await using jobs = await jobPlane({
      admissionPlugins: [...createAdmissionPlugins(), quota],
    });
    await jobs.start({ parallelism: 100, completions: 100 });
    await jobs.shows({ active: 2 });
    expect(await jobs.tells('FailedCreate')).toContain('exceeded quota');
    expect(quota.tried).toBeLessThan(20);
    quota.limit = 1_000;
    await jobs.running(100);
  });
});
