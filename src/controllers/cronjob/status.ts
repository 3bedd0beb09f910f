/** What the Jobs of a CronJob make of its status. All pure. */
import type { EventNote } from '../../machinery/event-recorder.ts';
import { isConditionTrue } from '../../scheme/conditions.ts';
import type { CronJobStatus, Job } from '../../scheme/generated/types/batch-v1.ts';
import {
  normal,
  REASON_MISSING_JOB,
  REASON_SAW_COMPLETED_JOB,
  REASON_UNEXPECTED_JOB,
  warning,
} from './events.ts';

type JobReference = NonNullable<CronJobStatus['active']>[number];

/** How the Job ended; undefined while it has not. */
export function endOf({ status }: Job): 'Complete' | 'Failed' | undefined {
  if (isConditionTrue(status?.conditions, 'Complete')) return 'Complete';
  return isConditionTrue(status?.conditions, 'Failed') ? 'Failed' : undefined;
}

export function referenceTo({ apiVersion, kind, metadata }: Job): JobReference {
  const { name, namespace, resourceVersion, uid } = metadata;
  return { apiVersion, kind, name, namespace, resourceVersion, uid };
}

export interface CronJobReport {
  readonly status: CronJobStatus;
  readonly events: readonly EventNote[];
}

/** The status without Jobs that have ended or gone, and with the time of the last success. @param jobs all that it controls */
export function followJobs(status: CronJobStatus, jobs: readonly Job[]): CronJobReport {
  const known = new Map(jobs.map((job) => [job.metadata.uid, job]));
  const events: EventNote[] = [];
  const active = (status.active ?? []).filter(({ name, uid }) => {
    const job = known.get(uid);
    const end = job && endOf(job);
    if (job && !end) return true;
    events.push(
      end
        ? normal(REASON_SAW_COMPLETED_JOB, `Saw completed job: ${name}, condition: ${end}`)
        : normal(REASON_MISSING_JOB, `Active job went missing: ${name}`),
    );
    return false;
  });
  for (const job of unexpectedJobs(status, jobs)) {
    const message = `Saw a job that the controller did not create or forgot: ${job.metadata.name}`;
    events.push(warning(REASON_UNEXPECTED_JOB, message));
  }
  return { status: { ...status, active, lastSuccessfulTime: lastSuccess(status, jobs) }, events };
}

/** Jobs that run and are not in the active list: started by others, or forgotten. */
export function unexpectedJobs({ active = [] }: CronJobStatus, jobs: readonly Job[]): Job[] {
  const uids = new Set(active.map(({ uid }) => uid));
  return jobs.filter((job) => !endOf(job) && !uids.has(job.metadata.uid));
}

function lastSuccess(
  { lastSuccessfulTime }: CronJobStatus,
  jobs: readonly Job[],
): string | undefined {
  let latest = lastSuccessfulTime;
  for (const job of jobs) {
    const { completionTime } = job.status ?? {};
    if (endOf(job) !== 'Complete' || !completionTime) continue;
    if (!latest || Date.parse(completionTime) > Date.parse(latest)) latest = completionTime;
  }
  return latest;
}
