/** Whether a Job is to end, and why: Kubernetes' order of reasons. Pure. */
import { findCondition, isConditionTrue } from '../../scheme/conditions.ts';
import type { Job, JobSpec } from '../../scheme/generated/types/batch-v1.ts';
import type { ContainerStatus, Pod } from '../../scheme/generated/types/core-v1.ts';
import type { Census } from './census.ts';
import {
  CONDITION_FAILURE_TARGET,
  CONDITION_SUCCESS_CRITERIA_MET,
  CONDITION_SUSPENDED,
} from './job.ts';
import { judgeFailure } from './pod-failure-policy.ts';
import { hasFailed } from './pods.ts';
import { successMessage } from './success-policy.ts';

export const REASON_BACKOFF_LIMIT_EXCEEDED = 'BackoffLimitExceeded';
export const REASON_DEADLINE_EXCEEDED = 'DeadlineExceeded';
export const REASON_MAX_FAILED_INDEXES_EXCEEDED = 'MaxFailedIndexesExceeded';
export const REASON_FAILED_INDEXES = 'FailedIndexes';
export const REASON_POD_FAILURE_POLICY = 'PodFailurePolicy';
export const REASON_SUCCESS_POLICY = 'SuccessPolicy';
export const REASON_COMPLETIONS_REACHED = 'CompletionsReached';

export interface Ending {
  readonly result: 'Complete' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

const failed = (reason: string, message: string): Ending => ({ result: 'Failed', reason, message });

/** That all completions are reached. */
export const COMPLETIONS_REACHED: Ending = {
  result: 'Complete',
  reason: REASON_COMPLETIONS_REACHED,
  message: 'Reached expected number of succeeded pods',
};

/** How the Job ends although Pods of it may still run; undefined when it goes on. What was announced before stays. */
export function decideEnding(census: Census, nowMs: number): Ending | undefined {
  return (
    announcedEnding(census.job) ??
    policyFailure(census) ??
    limitFailure(census) ??
    deadlineFailure(census, nowMs) ??
    indexFailure(census) ??
    policySuccess(census)
  );
}

/** The ending that the status announces. */
function announcedEnding({ status }: Job): Ending | undefined {
  for (const [type, result] of [
    [CONDITION_SUCCESS_CRITERIA_MET, 'Complete'],
    [CONDITION_FAILURE_TARGET, 'Failed'],
  ] as const) {
    const condition = findCondition(status?.conditions, type);
    if (condition?.status !== 'True') continue;
    return { result, reason: condition.reason ?? '', message: condition.message ?? '' };
  }
  return undefined;
}

function policyFailure({ pods, spec }: Census): Ending | undefined {
  if (!spec.podFailurePolicy) return undefined;
  for (const pod of pods) {
    if (!hasFailed(pod, spec)) continue;
    const { message } = judgeFailure(spec.podFailurePolicy, pod);
    if (message !== undefined) return failed(REASON_POD_FAILURE_POLICY, message);
  }
  return undefined;
}

function limitFailure(census: Census): Ending | undefined {
  const { backoffLimit = 6 } = census.spec;
  if (census.failed <= backoffLimit && !restartsExceed(census)) return undefined;
  return failed(REASON_BACKOFF_LIMIT_EXCEEDED, 'Job has reached the specified backoff limit');
}

/** Containers that their Pod starts again fail within it: their restarts count as failures. */
function restartsExceed({ pods, spec }: Census): boolean {
  if (spec.template.spec?.restartPolicy !== 'OnFailure') return false;
  const { backoffLimit = 6 } = spec;
  const restarts = pods.reduce((total, pod) => total + restartsOf(pod), 0);
  return backoffLimit === 0 ? restarts > 0 : restarts >= backoffLimit;
}

function restartsOf({ status }: Pod): number {
  if (status?.phase !== 'Running' && status?.phase !== 'Pending') return 0;
  const sum = (statuses: readonly ContainerStatus[] = []): number =>
    statuses.reduce((total, { restartCount }) => total + restartCount, 0);
  return sum(status.initContainerStatuses) + sum(status.containerStatuses);
}

function deadlineFailure({ job, spec }: Census, nowMs: number): Ending | undefined {
  const leftMs = deadlineInMs(job, spec, nowMs);
  if (leftMs === undefined || leftMs > 0) return undefined;
  return failed(REASON_DEADLINE_EXCEEDED, 'Job was active longer than specified deadline');
}

/** How long from now until the Job has run too long; undefined where it may run for ever, has not begun, or is suspended. */
export function deadlineInMs(
  { status }: Job,
  { activeDeadlineSeconds, suspend }: JobSpec,
  nowMs: number,
): number | undefined {
  if (activeDeadlineSeconds === undefined || suspend || !status?.startTime) return undefined;
  // One that is about to be resumed still has the start time of before, which will not count.
  if (isConditionTrue(status.conditions, CONDITION_SUSPENDED)) return undefined;
  return Date.parse(status.startTime) + activeDeadlineSeconds * 1_000 - nowMs;
}

function indexFailure({ indexes, spec }: Census): Ending | undefined {
  if (!indexes?.failed) return undefined;
  const { size } = indexes.failed;
  if (spec.maxFailedIndexes !== undefined && size > spec.maxFailedIndexes) {
    const message = 'Job has exceeded the specified maximal number of failed indexes';
    return failed(REASON_MAX_FAILED_INDEXES_EXCEEDED, message);
  }
  if (size === 0 || size + indexes.succeeded.size < indexes.completions) return undefined;
  return failed(REASON_FAILED_INDEXES, 'Job has failed indexes');
}

function policySuccess({ indexes, spec }: Census): Ending | undefined {
  if (!indexes) return undefined;
  const message = successMessage(spec.successPolicy, indexes.completions, indexes.succeeded);
  if (message === undefined) return undefined;
  return { result: 'Complete', reason: REASON_SUCCESS_POLICY, message };
}

/** Whether the Job has all the successes it wants, with `active` Pods still running. */
export function isComplete({ spec, succeeded }: Census, active: number): boolean {
  if (active > 0) return false;
  // Without a number the first success ends the Job, once the other Pods have ended.
  return spec.completions === undefined ? succeeded > 0 : succeeded >= spec.completions;
}
