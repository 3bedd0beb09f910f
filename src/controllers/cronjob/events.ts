/** The Events of CronJobs. */
import type { EventNote } from '../../machinery/event-recorder.ts';

export const REASON_FAILED_CREATE = 'FailedCreate';
export const REASON_FAILED_DELETE = 'FailedDelete';
export const REASON_INVALID_SCHEDULE = 'InvalidSchedule';
export const REASON_INVALID_TIME_ZONE = 'UnknownTimeZone';
export const REASON_JOB_ALREADY_ACTIVE = 'JobAlreadyActive';
export const REASON_MISSED_SCHEDULE = 'MissSchedule';
export const REASON_MISSING_JOB = 'MissingJob';
export const REASON_SAW_COMPLETED_JOB = 'SawCompletedJob';
export const REASON_SUCCESSFUL_CREATE = 'SuccessfulCreate';
export const REASON_SUCCESSFUL_DELETE = 'SuccessfulDelete';
export const REASON_TOO_MANY_MISSED_TIMES = 'TooManyMissedTimes';
export const REASON_UNEXPECTED_JOB = 'UnexpectedJob';
export const REASON_UNPARSEABLE_SCHEDULE = 'UnparseableSchedule';
export const REASON_UNSUPPORTED_SCHEDULE = 'UnsupportedSchedule';

export const normal = (reason: string, message: string): EventNote => ({
  type: 'Normal',
  reason,
  message,
});

export const warning = (reason: string, message: string): EventNote => ({
  type: 'Warning',
  reason,
  message,
});
