/** Whether a CronJob starts a Job now. All pure. */
import type { NewObject } from '../../apiserver/client.ts';
import { cloneJson } from '../../lib/deep-equal.ts';
import type { EventNote } from '../../machinery/event-recorder.ts';
import type { CronJob, Job } from '../../scheme/generated/types/batch-v1.ts';
import { timeZoneProblem, toZonedRfc3339, UTC } from '../../scheme/time-zone.ts';
import { controllerReference } from '../shared/owner-references.ts';
import {
  normal,
  REASON_INVALID_SCHEDULE,
  REASON_INVALID_TIME_ZONE,
  REASON_JOB_ALREADY_ACTIVE,
  REASON_MISSED_SCHEDULE,
  REASON_TOO_MANY_MISSED_TIMES,
  REASON_UNPARSEABLE_SCHEDULE,
  REASON_UNSUPPORTED_SCHEDULE,
  warning,
} from './events.ts';
import { type CronTimes, cronTimes, missedRun, nextRunInMs } from './times.ts';

/** On a Job: when its CronJob was to start it. */
const ANNOTATION_SCHEDULED_TIMESTAMP = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

/** Past the time itself, however roughly timers tick. */
const NEXT_RUN_DELTA_MS = 100;

export interface RunPlan {
  /** The time whose Job is to be started; undefined when none is. */
  readonly scheduledMs?: number;
  /** Whether the Jobs that run are to be stopped before. */
  readonly replaces: boolean;
  readonly events: readonly EventNote[];
  /** How long from now until the next time; undefined when nothing will happen by itself. */
  readonly nextInMs: number | undefined;
}

const atRest = (...events: readonly EventNote[]): RunPlan => ({
  replaces: false,
  events,
  nextInMs: undefined,
});

/** @param cronJob with the active list as it is now */
export function planRun(cronJob: CronJob, nowMs: number): RunPlan {
  const { metadata, spec } = cronJob;
  const { schedule, suspend, timeZone } = spec;
  if (metadata.deletionTimestamp) return atRest();
  const problem = timeZone === undefined ? undefined : timeZoneProblem(timeZone);
  if (problem) {
    const message = `invalid timeZone: ${JSON.stringify(timeZone)}: ${problem}`;
    return atRest(warning(REASON_INVALID_TIME_ZONE, message));
  }
  if (suspend) return atRest();
  const times = cronTimes(spec);
  if (typeof times === 'string') {
    const message = `unparseable schedule: ${JSON.stringify(schedule)} : ${times}`;
    return atRest(warning(REASON_UNPARSEABLE_SCHEDULE, message));
  }
  return planDue(cronJob, times, nowMs);
}

function planDue(cronJob: CronJob, times: CronTimes, nowMs: number): RunPlan {
  const nextMs = nextRunInMs(times, nowMs);
  if (nextMs === undefined) return atRest(...zoneEvents(cronJob), neverDue(cronJob));
  const run = missedRun(cronJob, times, nowMs);
  const nextInMs = nextMs + NEXT_RUN_DELTA_MS;
  if (!run) return { replaces: false, events: zoneEvents(cronJob), nextInMs };
  const events = [...zoneEvents(cronJob), ...(run.isLate ? [tooManyMissed()] : [])];
  const refusal = refuse(cronJob, run.scheduledMs, nowMs);
  if (refusal) return { replaces: false, events: [...events, ...refusal], nextInMs };
  const replaces = cronJob.spec.concurrencyPolicy === 'Replace';
  return { scheduledMs: run.scheduledMs, replaces, events, nextInMs };
}

/** A zone in the schedule was possible before there was a field for it. */
function zoneEvents({ spec: { schedule } }: CronJob): readonly EventNote[] {
  if (!schedule.includes('TZ')) return [];
  const message = `CRON_TZ or TZ used in schedule ${JSON.stringify(schedule)} is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details`;
  return [warning(REASON_UNSUPPORTED_SCHEDULE, message)];
}

/** Kubernetes notices it by the times themselves, which are all the same one. */
function neverDue({ spec: { schedule } }: CronJob): EventNote {
  const message = `invalid schedule: ${schedule} : time difference between two schedules is less than 1 second: there is no such day`;
  return warning(REASON_INVALID_SCHEDULE, message);
}

function tooManyMissed(): EventNote {
  const message =
    'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';
  return warning(REASON_TOO_MANY_MISSED_TIMES, message);
}

/** Why the Job of that time is not started, as events; undefined when it is. */
function refuse(
  cronJob: CronJob,
  scheduledMs: number,
  nowMs: number,
): readonly EventNote[] | undefined {
  const { concurrencyPolicy, startingDeadlineSeconds } = cronJob.spec;
  const { active = [], lastScheduleTime = '' } = cronJob.status ?? {};
  const deadlineMs = scheduledMs + (startingDeadlineSeconds ?? Number.POSITIVE_INFINITY) * 1_000;
  if (deadlineMs < nowMs) {
    const time = toRfc1123(scheduledMs);
    const message = `Missed scheduled time to start a job: ${time}`;
    return [warning(REASON_MISSED_SCHEDULE, message)];
  }
  const isHandled =
    Date.parse(lastScheduleTime) === scheduledMs ||
    active.some(({ name }) => name === jobName(cronJob, scheduledMs));
  if (isHandled) return [];
  if (concurrencyPolicy !== 'Forbid' || active.length === 0) return undefined;
  const message =
    'Not starting job because prior execution is running and concurrency policy is Forbid';
  return [normal(REASON_JOB_ALREADY_ACTIVE, message)];
}

/** `Mon, 02 Jan 2006 15:04:05 +0000` */
function toRfc1123(epochMs: number): string {
  return new Date(epochMs).toUTCString().replace('GMT', '+0000');
}

/** One name a time: a Job that was started and forgotten is not started again. */
export function jobName({ metadata }: CronJob, scheduledMs: number): string {
  return `${metadata.name}-${Math.floor(scheduledMs / 60_000)}`;
}

/** The Job of that time. */
export function jobFromTemplate(cronJob: CronJob, scheduledMs: number): NewObject<Job> {
  const { jobTemplate, timeZone = UTC } = cronJob.spec;
  const { annotations, labels } = jobTemplate.metadata ?? {};
  const timestamp = toZonedRfc3339(scheduledMs, timeZone);
  return {
    metadata: {
      name: jobName(cronJob, scheduledMs),
      namespace: cronJob.metadata.namespace,
      ...(labels ? { labels: { ...labels } } : {}),
      annotations: { ...annotations, [ANNOTATION_SCHEDULED_TIMESTAMP]: timestamp },
      ownerReferences: [controllerReference(cronJob)],
    },
    // The API takes what it is given, and fills defaults in: the template itself must stay as it is.
    spec: cloneJson(jobTemplate.spec),
  };
}
