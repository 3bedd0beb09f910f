/** Which ended Jobs of a CronJob are cleaned up. Pure. */
import type { CronJobSpec, Job } from '../../scheme/generated/types/batch-v1.ts';
import { endOf } from './status.ts';

/** The oldest beyond what the CronJob keeps of succeeded and of failed Jobs. */
export function surplusHistory(spec: CronJobSpec, jobs: readonly Job[]): readonly Job[] {
  const { failedJobsHistoryLimit, successfulJobsHistoryLimit } = spec;
  return [
    ...beyond(successfulJobsHistoryLimit, jobs, 'Complete'),
    ...beyond(failedJobsHistoryLimit, jobs, 'Failed'),
  ];
}

function beyond(
  limit: number | undefined,
  jobs: readonly Job[],
  end: 'Complete' | 'Failed',
): readonly Job[] {
  if (limit === undefined) return [];
  const ended = jobs.filter((job) => !job.metadata.deletionTimestamp && endOf(job) === end);
  if (ended.length <= limit) return [];
  return ended.sort((a, b) => startedMs(a) - startedMs(b)).slice(0, ended.length - limit);
}

function startedMs({ metadata, status }: Job): number {
  return Date.parse(status?.startTime ?? metadata.creationTimestamp ?? '');
}
