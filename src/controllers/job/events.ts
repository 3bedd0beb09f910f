/** The Events that tell the life of a Job. All pure. */
import type { EventNote } from '../../machinery/event-recorder.ts';
import { findCondition } from '../../scheme/conditions.ts';
import type { Job, JobStatus } from '../../scheme/generated/types/batch-v1.ts';
import type { Ending } from './ending.ts';
import { CONDITION_SUSPENDED } from './job.ts';

export const REASON_SUSPENDED = 'Suspended';
export const REASON_RESUMED = 'Resumed';
export const REASON_COMPLETED = 'Completed';
export const REASON_TOO_MANY_SUCCEEDED_PODS = 'TooManySucceededPods';

/** That the Job has been suspended or resumed, when `next` is the first to say so. */
export function announcedEvents(
  before: JobStatus | undefined,
  next: JobStatus,
): readonly EventNote[] {
  const was = findCondition(before?.conditions, CONDITION_SUSPENDED)?.status;
  const is = findCondition(next.conditions, CONDITION_SUSPENDED);
  if (!is || is.status === was) return [];
  const reason = is.status === 'True' ? REASON_SUSPENDED : REASON_RESUMED;
  return [{ type: 'Normal', reason, message: is.message ?? '' }];
}

/** That the Job has ended. */
export function endEvents({ spec, status }: Job, { message, reason, result }: Ending): EventNote[] {
  if (result === 'Failed') return [{ type: 'Warning', reason, message }];
  const completed = { type: 'Normal', reason: REASON_COMPLETED, message: 'Job completed' } as const;
  const { completions = Number.POSITIVE_INFINITY } = spec ?? {};
  if ((status?.succeeded ?? 0) <= completions) return [completed];
  const tooMany = 'Too many succeeded pods running after completion count reached';
  return [{ type: 'Warning', reason: REASON_TOO_MANY_SUCCEEDED_PODS, message: tooMany }, completed];
}
