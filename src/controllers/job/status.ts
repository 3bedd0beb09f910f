/**
 * A Job's status, in the two steps that count each Pod once: first the status names the ended Pods (uncounted), and only
 * when that is stored are their finalizers removed; then the counters take them over. Whatever fails between, the next run
 * finds each ended Pod either still held by its finalizer, or named, or counted. All pure.
 */
import { toRfc3339 } from '../../lib/clock.ts';
import { findCondition } from '../../scheme/conditions.ts';
import type { JobCondition, JobStatus } from '../../scheme/generated/types/batch-v1.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { type Census, hasPlace, isHeld } from './census.ts';
import type { Ending } from './ending.ts';
import {
  CONDITION_COMPLETE,
  CONDITION_FAILED,
  CONDITION_FAILURE_TARGET,
  CONDITION_SUCCESS_CRITERIA_MET,
  CONDITION_SUSPENDED,
} from './job.ts';
import { judgeFailure } from './pod-failure-policy.ts';
import { completionIndexOf, hasFailed, hasSucceeded } from './pods.ts';

/** How many Pods a status names at most, so that it stays small and one Job does not hold up the others. */
export const MAX_UNCOUNTED_PODS = 500;

export const REASON_JOB_SUSPENDED = 'JobSuspended';
export const REASON_JOB_RESUMED = 'JobResumed';

/** The Pods as they are after what this run did. */
export interface PodCounts {
  readonly active: number;
  readonly ready: number;
  readonly terminating: number;
}

export interface StatusInput {
  readonly census: Census;
  readonly counts: PodCounts;
  readonly ending: Ending | undefined;
  /** Whether this run may say that the Job is suspended or resumed: only after it has looked after the Pods. */
  readonly managed: boolean;
  readonly nowMs: number;
}

/** What to store before finalizers are removed. */
export interface Tracking {
  readonly status: JobStatus;
  /** The Pods whose finalizers may go once `status` is stored. */
  readonly release: readonly Pod[];
  /** Uids of the Pods that keep their finalizer so far. */
  readonly held: ReadonlySet<string>;
  /** False when more ended Pods wait for the next run. */
  readonly isWhole: boolean;
}

export function trackPods(input: StatusInput): Tracking {
  const { census, counts } = input;
  const held = new Set(
    census.pods.filter((pod) => isHeld(census, pod)).map(({ metadata }) => metadata.uid ?? ''),
  );
  const before: JobStatus = { uncountedTerminatedPods: {}, ...census.job.status };
  const counted = countReleased(before, held);
  const { isWhole, release, ...uncounted } = nameEnded(input, counted);
  const status: JobStatus = {
    ...counted,
    ...uncounted,
    active: counts.active || undefined,
    ready: counts.ready,
    terminating: counts.terminating,
    ...indexStatus(census),
    ...lifeOf(input),
  };
  return { status, release, held, isWhole };
}

/** The status with the named Pods that are no longer held moved to the counters. */
export function countReleased(status: JobStatus, held: ReadonlySet<string>): JobStatus {
  const { failed = [], succeeded = [] } = status.uncountedTerminatedPods ?? {};
  const stillFailed = failed.filter((uid) => held.has(uid));
  const stillSucceeded = succeeded.filter((uid) => held.has(uid));
  const add = (count: number | undefined, more: number): number | undefined =>
    (count ?? 0) + more || undefined;
  return {
    ...status,
    succeeded: add(status.succeeded, succeeded.length - stillSucceeded.length),
    failed: add(status.failed, failed.length - stillFailed.length),
    uncountedTerminatedPods: namesOf(stillSucceeded, stillFailed),
  };
}

function namesOf(
  succeeded: readonly string[],
  failed: readonly string[],
): JobStatus['uncountedTerminatedPods'] {
  return {
    ...(succeeded.length > 0 ? { succeeded: [...succeeded] } : {}),
    ...(failed.length > 0 ? { failed: [...failed] } : {}),
  };
}

type Named = Pick<JobStatus, 'uncountedTerminatedPods'> & Pick<Tracking, 'release' | 'isWhole'>;

function nameEnded(input: StatusInput, status: JobStatus): Named {
  const { census } = input;
  const succeeded = [...(status.uncountedTerminatedPods?.succeeded ?? [])];
  const failed = [...(status.uncountedTerminatedPods?.failed ?? [])];
  const release: Pod[] = [];
  let newIndexes = 0;
  let isWhole = true;
  for (const pod of inIndexOrder(census)) {
    if (!mayRelease(input, pod)) continue;
    if (newIndexes + succeeded.length + failed.length >= MAX_UNCOUNTED_PODS) {
      isWhole = false;
      break;
    }
    release.push(pod);
    const uid = pod.metadata.uid ?? '';
    const name = nameFor(input, pod);
    if (name === 'index') newIndexes++;
    else if (name === 'succeeded') succeeded.push(uid);
    else if (name === 'failed') failed.push(uid);
  }
  return { uncountedTerminatedPods: namesOf(succeeded, failed), release, isWhole };
}

function inIndexOrder({ indexes, pods }: Census): readonly Pod[] {
  if (!indexes) return pods;
  const indexOf = (pod: Pod): number => completionIndexOf(pod) ?? -1;
  return [...pods].sort((a, b) => indexOf(a) - indexOf(b));
}

function mayRelease({ census, ending }: StatusInput, pod: Pod): boolean {
  const { indexes, job, spec } = census;
  if (!isHeld(census, pod)) return false;
  if (job.metadata.deletionTimestamp || ending || hasSucceeded(pod)) return true;
  if (!hasFailed(pod, spec)) return false;
  const index = completionIndexOf(pod);
  return index === undefined || indexes?.replaceable.get(index) !== pod;
}

/** How a Pod that is released is remembered until it is counted; undefined when it counts for nothing or is named already. */
function nameFor(
  { census, ending }: StatusInput,
  pod: Pod,
): 'index' | 'succeeded' | 'failed' | undefined {
  const { indexes, spec, uncountedFailed, uncountedSucceeded } = census;
  const uid = pod.metadata.uid ?? '';
  if (uncountedFailed.has(uid) || !hasPlace(pod, spec)) return undefined;
  if (hasSucceeded(pod)) {
    // The status names the index, so a success cannot count twice: its Pod needs no name.
    if (indexes) return indexes.counted.has(completionIndexOf(pod) ?? -1) ? undefined : 'index';
    return uncountedSucceeded.has(uid) ? undefined : 'succeeded';
  }
  // When the Job has failed, so has what still ran.
  if (!hasFailed(pod, spec) && ending?.result !== 'Failed') return undefined;
  return judgeFailure(spec.podFailurePolicy, pod).counts ? 'failed' : undefined;
}

function indexStatus({ indexes }: Census): JobStatus {
  if (!indexes) return {};
  return {
    succeeded: indexes.succeeded.size || undefined,
    completedIndexes: indexes.succeeded.toString() || undefined,
    failedIndexes: indexes.failed?.toString(),
  };
}

/** Start time and conditions: suspended, resumed, about to end. */
function lifeOf(input: StatusInput): JobStatus {
  const { census, ending, nowMs } = input;
  const { spec, job } = census;
  const { conditions: before = [], startTime } = job.status ?? {};
  const suspension = suspensionOf(input, before);
  const conditions = ending
    ? announce(suspension ?? before, ending, nowMs)
    : (suspension ?? before);
  const isResumed = suspension !== undefined && !spec.suspend;
  return {
    conditions: conditions.length > 0 ? [...conditions] : undefined,
    // The deadline counts from here: a Job that is resumed begins anew.
    startTime: isResumed || (!startTime && !spec.suspend) ? toRfc3339(nowMs) : startTime,
  };
}

/** The conditions with the change of suspension; undefined when there is none. */
function suspensionOf(
  { census, managed, nowMs }: StatusInput,
  conditions: readonly JobCondition[],
): readonly JobCondition[] | undefined {
  if (!managed) return undefined;
  const isSuspended = census.spec.suspend ?? false;
  const status = isSuspended ? 'True' : 'False';
  const current = findCondition(conditions, CONDITION_SUSPENDED);
  if (current ? current.status === status : !isSuspended) return undefined;
  const reason = isSuspended ? REASON_JOB_SUSPENDED : REASON_JOB_RESUMED;
  const message = isSuspended ? 'Job suspended' : 'Job resumed';
  const next = newCondition({ type: CONDITION_SUSPENDED, status, reason, message }, nowMs);
  return current ? conditions.map((one) => (one === current ? next : one)) : [...conditions, next];
}

function announce(
  conditions: readonly JobCondition[],
  { message, reason, result }: Ending,
  nowMs: number,
): readonly JobCondition[] {
  const type = result === 'Failed' ? CONDITION_FAILURE_TARGET : CONDITION_SUCCESS_CRITERIA_MET;
  if (findCondition(conditions, type)) return conditions;
  return [...conditions, newCondition({ type, status: 'True', reason, message }, nowMs)];
}

/** The status of a Job that has ended; undefined while Pods are uncounted or still end. */
export function finished(
  status: JobStatus,
  { message, reason, result }: Ending,
  nowMs: number,
): JobStatus | undefined {
  const { failed = [], succeeded = [] } = status.uncountedTerminatedPods ?? {};
  if (failed.length + succeeded.length > 0 || (status.terminating ?? 0) > 0) return undefined;
  const type = result === 'Failed' ? CONDITION_FAILED : CONDITION_COMPLETE;
  const condition = newCondition({ type, status: 'True', reason, message }, nowMs);
  return {
    ...status,
    conditions: [...(status.conditions ?? []), condition],
    ...(result === 'Complete' ? { completionTime: toRfc3339(nowMs) } : {}),
  };
}

function newCondition(
  {
    message,
    reason,
    status,
    type,
  }: Required<Pick<JobCondition, 'type' | 'status' | 'reason' | 'message'>>,
  nowMs: number,
): JobCondition {
  const now = toRfc3339(nowMs);
  return { type, status, lastProbeTime: now, lastTransitionTime: now, reason, message };
}
