/**
 * The times of a schedule. All pure. Where clocks are put forward, times that do not exist are left out; where they are put
 * back, times that come twice count twice, as in Kubernetes.
 */
import type { CronFields, CronSchedule } from './cron-schedule.ts';
import { fromWallTime, toWallTime, UTC } from './time-zone.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A schedule without a time in so many years has none (`0 0 31 2 *`). */
const MAX_YEARS = 5;
const YEAR_MS = 366 * 24 * HOUR_MS;

/**
 * The first time of the schedule after `afterMs`, in milliseconds since the epoch; undefined when it never runs.
 * @param timeZone where the schedule names none itself
 */
export function nextCronTime(
  schedule: CronSchedule,
  afterMs: number,
  timeZone: string = UTC,
): number | undefined {
  if (schedule.kind === 'every') {
    return Math.floor(afterMs / 1_000) * 1_000 + schedule.everyMs;
  }
  const zone = schedule.timeZone ?? timeZone;
  const endMs = afterMs + MAX_YEARS * YEAR_MS;
  let candidateMs = Math.floor(afterMs / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
  while (candidateMs < endMs) {
    const laterMs = laterCandidate(schedule.fields, candidateMs, zone);
    if (laterMs === undefined) return candidateMs;
    candidateMs = laterMs;
  }
  return undefined;
}

/** The earliest time that may fit instead of `candidateMs`; undefined when that one fits. */
function laterCandidate(fields: CronFields, candidateMs: number, zone: string): number | undefined {
  const wall = new Date(toWallTime(candidateMs, zone));
  const [minutes, hours, , months] = fields;
  if (!months.values.has(wall.getUTCMonth() + 1)) return startOfDay(wall, { months: 1 }, zone);
  if (!fitsDay(fields, wall)) return startOfDay(wall, { days: 1 }, zone);
  const minute = wall.getUTCMinutes();
  const nextHourMs = candidateMs + HOUR_MS - minute * MINUTE_MS;
  if (!hours.values.has(wall.getUTCHours())) return nextHourMs;
  if (minutes.values.has(minute)) return undefined;
  for (let later = minute + 1; later < 60; later++) {
    if (minutes.values.has(later)) return candidateMs + (later - minute) * MINUTE_MS;
  }
  return nextHourMs;
}

function fitsDay([, , monthDays, , weekDays]: CronFields, wall: Date): boolean {
  const fitsMonth = monthDays.values.has(wall.getUTCDate());
  const fitsWeek = weekDays.values.has(wall.getUTCDay());
  return monthDays.isOpen || weekDays.isOpen ? fitsMonth && fitsWeek : fitsMonth || fitsWeek;
}

/** The first moment of the next day, or of the next month. */
function startOfDay(wall: Date, step: { months: 1 } | { days: 1 }, zone: string): number {
  const [months, days] = 'months' in step ? [1, 1] : [0, wall.getUTCDate() + 1];
  const midnight = Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() + months, days);
  const startMs = fromWallTime(midnight, zone);
  // Where clocks are put forward at midnight, the day begins an hour late.
  return toWallTime(startMs, zone) < midnight ? startMs + HOUR_MS : startMs;
}
