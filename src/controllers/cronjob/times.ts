/** When a CronJob was to run last, and when it runs next. All pure; times in milliseconds since the Unix epoch. */
import { type CronSchedule, parseCronSchedule } from '../../scheme/cron-schedule.ts';
import { nextCronTime } from '../../scheme/cron-times.ts';
import type { CronJob, CronJobSpec } from '../../scheme/generated/types/batch-v1.ts';

/** More starts missed than this are an error of somebody's: a clock, or a deadline that is missing. */
const MANY_MISSED = 100;

/** The times of a schedule in its zone. */
export interface CronTimes {
  next(afterMs: number): number | undefined;
}

/** The times of the CronJob, or why its schedule has none. */
export function cronTimes({ schedule, timeZone }: CronJobSpec): CronTimes | string {
  const parsed: CronSchedule | string = parseCronSchedule(schedule);
  if (typeof parsed === 'string') return parsed;
  return { next: (afterMs) => nextCronTime(parsed, afterMs, timeZone) };
}

export interface MissedRun {
  /** The latest time at which it was to run, of those that are not dealt with. */
  readonly scheduledMs: number;
  /** Whether so many were missed that somebody should be told. */
  readonly isLate: boolean;
}

/** The run that is due; undefined when none is. */
export function missedRun(
  cronJob: CronJob,
  times: CronTimes,
  nowMs: number,
): MissedRun | undefined {
  const { startingDeadlineSeconds } = cronJob.spec;
  const lastMs = lastHandledMs(cronJob);
  const fromMs =
    startingDeadlineSeconds === undefined
      ? lastMs
      : Math.max(lastMs, nowMs - startingDeadlineSeconds * 1_000);
  const firstMs = times.next(fromMs);
  if (firstMs === undefined || firstMs > nowMs) return undefined;
  const secondMs = times.next(firstMs);
  if (secondMs === undefined || secondMs > nowMs) return { scheduledMs: firstMs, isLate: false };
  return latestRun(times, { firstMs, intervalMs: secondMs - firstMs, nowMs });
}

/** Before this nothing is missed: the last run, or the birth of the CronJob. */
function lastHandledMs({ metadata, status }: CronJob): number {
  return Date.parse(status?.lastScheduleTime ?? metadata.creationTimestamp ?? '');
}

interface Regularity {
  readonly firstMs: number;
  /** Between the first two times: others may be farther apart. */
  readonly intervalMs: number;
  readonly nowMs: number;
}

function latestRun(times: CronTimes, { firstMs, intervalMs, nowMs }: Regularity): MissedRun {
  const intervals = Math.floor((nowMs - firstMs) / intervalMs);
  const isLate = intervals + 1 > MANY_MISSED;
  // Back from now in leaps that double, so that a year of missed minutes is not walked through.
  for (let leap = 1; leap < intervals; leap *= 2) {
    const scheduledMs = lastBetween(times, firstMs + (intervals - leap) * intervalMs, nowMs);
    if (scheduledMs !== undefined) return { scheduledMs, isLate };
  }
  return { scheduledMs: lastBetween(times, firstMs, nowMs) ?? firstMs, isLate };
}

/** The last time after `fromMs` and not after `untilMs`. */
function lastBetween(times: CronTimes, fromMs: number, untilMs: number): number | undefined {
  let last: number | undefined;
  for (
    let nextMs = times.next(fromMs);
    nextMs !== undefined && nextMs <= untilMs;
    nextMs = times.next(nextMs)
  ) {
    last = nextMs;
  }
  return last;
}

/** How long from now until the next time; undefined when there is none. */
export function nextRunInMs(times: CronTimes, nowMs: number): number | undefined {
  const nextMs = times.next(nowMs);
  return nextMs === undefined ? undefined : nextMs - nowMs;
}
