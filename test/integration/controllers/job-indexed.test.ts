import { describe, expect, test } from '@jest/globals';
import { corePods } from '../../../src/scheme/generated/resources.ts';
import type { JobSpec } from '../../../src/scheme/generated/types/batch-v1.ts';
import type { Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import {
  COMPLETE,
  failedBecause,
  INDEX,
  indexOf,
  type JobPlane,
  jobPlane,
} from '../../support/jobs.ts';

const indexed = (completions: number, spec: Partial<JobSpec> = {}): Partial<JobSpec> => ({
  completionMode: 'Indexed',
  completions,
  parallelism: completions,
  ...spec,
});

/** Waits until the Pods that run are those of these indexes, and gives them. */
async function runningIndexes(jobs: JobPlane, indexes: readonly number[]): Promise<readonly Pod[]> {
  const pods = await jobs.running(indexes.length);
  expect(pods.map(indexOf)).toEqual(indexes);
  return pods;
}

describe('an Indexed Job', () => {
  test('gives each Pod an index: as name, annotation, label, host name and variable', async () => {
    await using jobs = await jobPlane();
    const initContainers = [{ name: 'prepare', image: 'busybox' }];
    const own = { name: 'JOB_COMPLETION_INDEX', value: 'mine' };
    const containers = [
      { name: 'web', image: 'nginx' },
      { name: 'other', image: 'nginx', env: [own] },
    ];
    await jobs.start({ ...indexed(2), pod: { initContainers, containers } });
    const [, second] = await runningIndexes(jobs, [0, 1]);
    expect(second?.metadata.generateName).toBe('work-1-');
    expect(second?.metadata.labels?.[INDEX]).toBe('1');
    expect(second?.spec?.hostname).toBe('work-1');
    const variable = {
      name: 'JOB_COMPLETION_INDEX',
      valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: `metadata.labels['${INDEX}']` } },
    };
    const variables = [
      ...(second?.spec?.initContainers ?? []),
      ...(second?.spec?.containers ?? []),
    ];
    expect(variables.map(({ env }) => env)).toEqual([[variable], [variable], [own]]);
  });

  test('is Complete when each index has succeeded once, and tells which have', async () => {
    await using jobs = await jobPlane();
    await jobs.start(indexed(5, { parallelism: 4 }));
    const pods = await runningIndexes(jobs, [0, 1, 2, 3]);
    await jobs.exit(
      pods.filter((pod) => indexOf(pod) !== 1),
      0,
    );
    await jobs.shows({ completedIndexes: '0,2,3', succeeded: 3, active: 2 });
    const rest = await runningIndexes(jobs, [1, 4]);
    await jobs.exit(rest, 0);
    const { status } = await jobs.ends(COMPLETE);
    expect(status).toMatchObject({ completedIndexes: '0-4', succeeded: 5 });
  });

  test('gives a failed index a new Pod', async () => {
    await using jobs = await jobPlane();
    await jobs.start(indexed(2));
    const [first] = await runningIndexes(jobs, [0, 1]);
    await jobs.exit([first as Pod], 1);
    await runningIndexes(jobs, [0, 1]);
    const { status } = await jobs.shows({ failed: 1, active: 2 });
    expect(status?.failedIndexes).toBeUndefined();
  });

  test('follows completions and parallelism that change together', async () => {
    await using jobs = await jobPlane();
    await jobs.start(indexed(3));
    await runningIndexes(jobs, [0, 1, 2]);
    await jobs.patch({ completions: 1, parallelism: 1 });
    const kept = await runningIndexes(jobs, [0]);
    await jobs.exit(kept, 0);
    expect((await jobs.ends(COMPLETE)).status).toMatchObject({ completedIndexes: '0' });
  });

  test('keeps one Pod of an index that has two', async () => {
    await using jobs = await jobPlane();
    await jobs.start(indexed(2));
    const [first] = await runningIndexes(jobs, [0, 1]);
    const { annotations, finalizers, labels, namespace, ownerReferences } = first?.metadata ?? {};
    const ref = {
      metadata: { name: 'double', namespace, annotations, finalizers, labels, ownerReferences },
    };
    await jobs.plane.client.create(corePods, { ...ref, spec: first?.spec });
    await jobs.tells('SuccessfulDelete');
    await runningIndexes(jobs, [0, 1]);
    expect((await jobs.job()).status?.failed).toBeUndefined();
  });
});

describe('a Job with a back-off limit per index', () => {
  test('gives up an index that failed too often, runs the others to the end, and fails', async () => {
    await using jobs = await jobPlane();
    await jobs.start(indexed(2, { backoffLimitPerIndex: 1 }));
    const [first] = await runningIndexes(jobs, [0, 1]);
    expect(first?.metadata.annotations).toMatchObject({
      'batch.kubernetes.io/job-index-failure-count': '0',
    });
    await jobs.exit([first as Pod], 1);
    const waited = await jobs.secondsUntil(() => runningIndexes(jobs, [0, 1]));
    expect(waited).toBeGreaterThan(8);
    const [again, second] = await jobs.running(2);
    expect(again?.metadata.annotations).toMatchObject({
      'batch.kubernetes.io/job-index-failure-count': '1',
    });
    await jobs.exit([again as Pod], 1);
    await jobs.shows({ failedIndexes: '0', failed: 2, active: 1 });
    await jobs.exit([second as Pod], 0);
    const { status } = await jobs.ends(failedBecause('FailedIndexes'));
    expect(status).toMatchObject({ completedIndexes: '1', failedIndexes: '0', succeeded: 1 });
    expect(await jobs.tells('FailedIndexes')).toBe('Job has failed indexes');
  });

  test('does not let one index wait for the back-off of another', async () => {
    await using jobs = await jobPlane();
    await jobs.start(indexed(2, { backoffLimitPerIndex: 5 }));
    for (let failures = 0; failures < 2; failures++) {
      const [first] = await runningIndexes(jobs, [0, 1]);
      await jobs.exit([first as Pod], 1);
    }
    const [second] = await jobs.running(1);
    await jobs.exit([second as Pod], 1);
    const waited = await jobs.secondsUntil(() => runningIndexes(jobs, [1]));
    expect(waited).toBeLessThan(15);
    await runningIndexes(jobs, [0, 1]);
  });

  test('fails at once when more indexes have failed than it allows', async () => {
    await using jobs = await jobPlane();
    await jobs.start(indexed(4, { backoffLimitPerIndex: 0, maxFailedIndexes: 1 }));
    const pods = await runningIndexes(jobs, [0, 1, 2, 3]);
    await jobs.exit(pods.slice(0, 2), 1);
    const { status } = await jobs.ends(failedBecause('MaxFailedIndexesExceeded'));
    expect(status).toMatchObject({ failedIndexes: '0,1', failed: 4, ready: 0 });
  });
});

describe('a Job with a success policy', () => {
  test('succeeds when the indexes have that it asks for, and counts those that it stops for nothing', async () => {
    await using jobs = await jobPlane();
    const rules = [{ succeededIndexes: '1-3', succeededCount: 2 }];
    await jobs.start(indexed(4, { successPolicy: { rules } }));
    const pods = await runningIndexes(jobs, [0, 1, 2, 3]);
    await jobs.exit([pods[0] as Pod, pods[1] as Pod], 0);
    await jobs.shows({ completedIndexes: '0,1' });
    await jobs.exit([pods[3] as Pod], 0);
    const { status } = await jobs.ends([
      'SuccessCriteriaMet=True SuccessPolicy',
      'Complete=True SuccessPolicy',
    ]);
    expect(status).toMatchObject({ completedIndexes: '0,1,3', succeeded: 3 });
    expect(status?.failed).toBeUndefined();
    expect(status?.conditions?.[0]?.message).toBe('Matched rules at index 0');
    await jobs.running(0);
  });
});

describe('a Job with a Pod failure policy', () => {
  const policy = (rule: NonNullable<JobSpec['podFailurePolicy']>['rules'][number]) => ({
    podFailurePolicy: { rules: [rule] },
  });
  const onExit = (...values: number[]) => ({ onExitCodes: { operator: 'In' as const, values } });

  test('fails at once on the exit code that it names', async () => {
    await using jobs = await jobPlane();
    await jobs.start(policy({ action: 'FailJob', ...onExit(42) }));
    const [pod] = (await jobs.running(1)) as [Pod];
    await jobs.exit([pod], 42);
    await jobs.ends(failedBecause('PodFailurePolicy'));
    expect(await jobs.tells('PodFailurePolicy')).toBe(
      `Container web for pod default/${pod.metadata.name} failed with exit code 42 matching FailJob rule at index 0`,
    );
  });

  test('does not count failures that it ignores', async () => {
    await using jobs = await jobPlane();
    const onPodConditions = [{ type: 'DisruptionTarget', status: 'True' }];
    await jobs.start({ backoffLimit: 0, ...policy({ action: 'Ignore', onPodConditions }) });
    const [pod] = (await jobs.running(1)) as [Pod];
    await jobs.plane.pods.exit(pod, 137, [{ type: 'DisruptionTarget', status: 'True' }]);
    const next = await jobs.running(1);
    expect((await jobs.job()).status?.failed).toBeUndefined();
    await jobs.exit(next, 1);
    await jobs.ends(failedBecause('BackoffLimitExceeded'));
  });

  test('gives up the index whose Pod failed as it says', async () => {
    await using jobs = await jobPlane();
    await jobs.start(
      indexed(2, {
        backoffLimitPerIndex: 5,
        ...policy({ action: 'FailIndex', onExitCodes: { operator: 'NotIn', values: [1] } }),
      }),
    );
    const [first, second] = await runningIndexes(jobs, [0, 1]);
    await jobs.exit([first as Pod], 2);
    await jobs.shows({ failedIndexes: '0' });
    await jobs.exit([second as Pod], 0);
    await jobs.ends(failedBecause('FailedIndexes'));
  });

  test('counts failures that it says to count', async () => {
    await using jobs = await jobPlane();
    await jobs.start({ backoffLimit: 0, ...policy({ action: 'Count', ...onExit(3) }) });
    await jobs.exit(await jobs.running(1), 3);
    await jobs.ends(failedBecause('BackoffLimitExceeded'));
  });
});
