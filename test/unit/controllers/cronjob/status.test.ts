import { describe, expect, test } from '@jest/globals';
import { surplusHistory } from '../../../../src/controllers/cronjob/history.ts';
import {
  endOf,
  followJobs,
  referenceTo,
  unexpectedJobs,
} from '../../../../src/controllers/cronjob/status.ts';
import type {
  CronJobSpec,
  Job,
  JobStatus,
} from '../../../../src/scheme/generated/types/batch-v1.ts';

const minute = (at: number): string => `2026-01-01T00:${String(at).padStart(2, '0')}:00Z`;

function job(name: string, status: JobStatus = {}, metadata: object = {}): Job {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: 'default', uid: `uid-${name}`, ...metadata },
    status,
  };
}

const ended = (type: 'Complete' | 'Failed' | 'Suspended', status: JobStatus = {}): JobStatus => ({
  conditions: [{ type, status: 'True' }],
  ...status,
});

describe('a Job', () => {
  test.each<[name: string, status: JobStatus, end: string | undefined]>([
    ['that says nothing runs', {}, undefined],
    ['that is suspended has not ended', ended('Suspended'), undefined],
    ['that is Complete has ended', ended('Complete'), 'Complete'],
    ['that is Failed has ended', ended('Failed'), 'Failed'],
    ['that is not Failed runs', { conditions: [{ type: 'Failed', status: 'False' }] }, undefined],
  ])('%s', (_, status, end) => {
    expect(endOf(job('a', status))).toBe(end);
  });
});

describe('the active list', () => {
  const a = job('a');
  const active = [referenceTo(a)];

  test('keeps Jobs that run', () => {
    const { status, events } = followJobs({ active }, [a]);
    expect(status.active).toEqual(active);
    expect(events).toEqual([]);
  });

  test.each<[name: string, jobs: Job[], reason: string, message: string]>([
    [
      'loses one that is complete',
      [job('a', ended('Complete'))],
      'SawCompletedJob',
      'Saw completed job: a, condition: Complete',
    ],
    [
      'loses one that has failed',
      [job('a', ended('Failed'))],
      'SawCompletedJob',
      'Saw completed job: a, condition: Failed',
    ],
    ['loses one that is gone', [], 'MissingJob', 'Active job went missing: a'],
  ])('%s, and says so', (_, jobs, reason, message) => {
    const { status, events } = followJobs({ active }, jobs);
    expect(status.active).toEqual([]);
    expect(events).toEqual([{ type: 'Normal', reason, message }]);
  });

  test('does not take up a Job that others started, and says so', () => {
    const other = job('other');
    expect(unexpectedJobs({ active }, [a, other, job('old', ended('Failed'))])).toEqual([other]);
    const { status, events } = followJobs({ active }, [a, other]);
    expect(status.active).toEqual(active);
    const message = 'Saw a job that the controller did not create or forgot: other';
    expect(events).toEqual([{ type: 'Warning', reason: 'UnexpectedJob', message }]);
  });
});

describe('the last success', () => {
  test.each<[name: string, before: string | undefined, jobs: Job[], after: string | undefined]>([
    ['is none before there is one', undefined, [job('a')], undefined],
    [
      'is the latest of several',
      undefined,
      [4, 6, 5].map((at) => job(`j${at}`, ended('Complete', { completionTime: minute(at) }))),
      minute(6),
    ],
    [
      'stays when what it was of is cleaned up',
      minute(9),
      [job('a', ended('Complete', { completionTime: minute(3) }))],
      minute(9),
    ],
    [
      'is no failure',
      minute(1),
      [job('a', ended('Failed', { completionTime: minute(3) }))],
      minute(1),
    ],
  ])('%s', (_, before, jobs, after) => {
    const status = before === undefined ? {} : { lastSuccessfulTime: before };
    expect(followJobs(status, jobs).status.lastSuccessfulTime).toBe(after);
  });
});

describe('what is cleaned up', () => {
  const succeeded = [3, 1, 2].map((at) =>
    job(`s${at}`, ended('Complete', { startTime: minute(at) })),
  );
  const failed = [6, 5].map((at) => job(`f${at}`, ended('Failed', { startTime: minute(at) })));
  const neverStarted = job('f4', ended('Failed'), { creationTimestamp: minute(4) });
  const leaving = job('s0', ended('Complete', { startTime: minute(0) }), {
    deletionTimestamp: minute(9),
  });
  const all = [...succeeded, ...failed, neverStarted, leaving, job('running')];

  test.each<[limits: Partial<CronJobSpec>, names: string[]]>([
    [{}, []],
    [{ successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 3 }, []],
    [{ successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 1 }, ['s1', 's2', 'f4', 'f5']],
    [{ successfulJobsHistoryLimit: 2 }, ['s1']],
    [{ failedJobsHistoryLimit: 0 }, ['f4', 'f5', 'f6']],
    [{ successfulJobsHistoryLimit: 0 }, ['s1', 's2', 's3']],
  ])('with %j is the oldest of those that have ended: %j', (limits, names) => {
    const spec: CronJobSpec = { schedule: '* * * * *', jobTemplate: {}, ...limits };
    expect(surplusHistory(spec, all).map(({ metadata }) => metadata.name)).toEqual(names);
  });
});
