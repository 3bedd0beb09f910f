/**
 * What the Pods of a Job say, before anything is done about it. Pure.
 *
 * A Pod is counted once: as long as it has the tracking finalizer and its uid is not in `status.uncountedTerminatedPods`, it
 * has not been; when it is in that list, the counters do not hold it yet, and its finalizer may go; when the finalizer is
 * gone, the counters take it from the list.
 */
import type { Job, JobSpec } from '../../scheme/generated/types/batch-v1.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { isPodActive, isPodReady, isPodTerminating } from '../shared/pods.ts';
import { type BackoffRecord, NO_FAILURES, nextRecord } from './backoff.ts';
import { indexFailureCount, type Replaceable, replaceablePods } from './index-failures.ts';
import { IndexSet } from './index-set.ts';
import { hasLimitPerIndex, isIndexed } from './job.ts';
import { judgeFailure } from './pod-failure-policy.ts';
import { completionIndexOf, hasFailed, hasSucceeded, isTracked } from './pods.ts';

export interface CensusInput {
  readonly job: Job;
  readonly spec: JobSpec;
  /** Every Pod that is the Job's, ended ones included. */
  readonly pods: readonly Pod[];
  /** Uids of Pods whose finalizer is gone, although the informer may still show it. */
  readonly released: ReadonlySet<string>;
  /** The failures so far; undefined when this process has not seen the Job before. */
  readonly backoff: BackoffRecord | undefined;
}

export interface Census extends CensusInput {
  readonly activePods: readonly Pod[];
  readonly ready: number;
  /** How many are being deleted and have not ended. */
  readonly terminating: number;
  readonly uncountedFailed: ReadonlySet<string>;
  readonly uncountedSucceeded: ReadonlySet<string>;
  /** Counted, to be counted, and ended since the last look. */
  readonly succeeded: number;
  readonly failed: number;
  readonly nextBackoff: BackoffRecord;
  /** Of an Indexed Job. */
  readonly indexes: IndexCensus | undefined;
}

export interface IndexCensus {
  readonly completions: number;
  /** Those that the status has. */
  readonly counted: IndexSet;
  readonly succeeded: IndexSet;
  /** Undefined unless each index has a limit of its own. */
  readonly failed: IndexSet | undefined;
  /** The last failed Pod of each index that waits for a new one; empty unless each index has a limit of its own. */
  readonly replaceable: Replaceable;
}

/** Whether the Pod's finalizer is still to be removed, as far as this process knows. */
export function isHeld({ released }: Pick<CensusInput, 'released'>, pod: Pod): boolean {
  return isTracked(pod) && !released.has(pod.metadata.uid ?? '');
}

export function takeCensus(input: CensusInput): Census {
  const { job, pods, spec } = input;
  const activePods = pods.filter(isPodActive);
  const { failed = [], succeeded = [] } = job.status?.uncountedTerminatedPods ?? {};
  const uncountedFailed = new Set(failed);
  const uncountedSucceeded = new Set(succeeded);
  const fresh = pods.filter((pod) => isHeld(input, pod) && hasPlace(pod, spec));
  const isNew = ({ metadata }: Pod, uncounted: ReadonlySet<string>): boolean =>
    !uncounted.has(metadata.uid ?? '');
  const newlySucceeded = fresh.filter((pod) => hasSucceeded(pod) && isNew(pod, uncountedSucceeded));
  const newlyFailed = fresh.filter((pod) => hasFailed(pod, spec) && isNew(pod, uncountedFailed));
  const counting = newlyFailed.filter((pod) => judgeFailure(spec.podFailurePolicy, pod).counts);
  const indexes = isIndexed(spec) ? indexCensus(input, activePods, newlySucceeded) : undefined;
  return {
    ...input,
    activePods,
    ready: activePods.filter(isPodReady).length,
    terminating: pods.filter(isPodTerminating).length,
    uncountedFailed,
    uncountedSucceeded,
    succeeded:
      indexes?.succeeded.size ??
      (job.status?.succeeded ?? 0) + newlySucceeded.length + uncountedSucceeded.size,
    failed: (job.status?.failed ?? 0) + counting.length + uncountedFailed.size,
    nextBackoff: nextRecord(input.backoff ?? earlierFailures(input), newlySucceeded, newlyFailed),
    indexes,
  };
}

/** What this process would know, had it seen those end that are there and counted. */
function earlierFailures(input: CensusInput): BackoffRecord {
  const { pods, spec } = input;
  const counted = pods.filter((pod) => !isHeld(input, pod));
  const failed = counted.filter((pod) => hasFailed(pod, spec));
  return nextRecord(NO_FAILURES, counted.filter(hasSucceeded), failed);
}

/** Pods of an Indexed Job count by their index: one without, or beyond the last, counts for nothing. */
export function hasPlace(pod: Pod, spec: JobSpec): boolean {
  if (!isIndexed(spec)) return true;
  const index = completionIndexOf(pod);
  return index !== undefined && index < (spec.completions ?? 0);
}

function indexCensus(
  input: CensusInput,
  activePods: readonly Pod[],
  newlySucceeded: readonly Pod[],
): IndexCensus {
  const { job, pods, spec } = input;
  const { completions = 0 } = spec;
  const counted = IndexSet.parse(job.status?.completedIndexes, completions);
  const succeeded = counted.union(indexesOf(newlySucceeded));
  if (!hasLimitPerIndex(spec)) {
    return { completions, counted, succeeded, failed: undefined, replaceable: new Map() };
  }
  const held = pods.filter((pod) => isHeld(input, pod) && hasPlace(pod, spec));
  const failed = IndexSet.parse(job.status?.failedIndexes, completions).union(
    indexesOf(held.filter((pod) => hasFailedForGood(pod, spec))),
  );
  const settled = failed.union(succeeded).union(indexesOf(activePods));
  const replaceable = replaceablePods(
    held.filter((pod) => hasFailed(pod, spec) && !settled.has(completionIndexOf(pod) ?? -1)),
  );
  return { completions, counted, succeeded, failed, replaceable };
}

export function indexesOf(pods: readonly Pod[]): IndexSet {
  return IndexSet.of(pods.map(completionIndexOf).filter((index) => index !== undefined));
}

/** Whether the Pod's index has used up its attempts, or a rule gives it up. */
function hasFailedForGood(pod: Pod, spec: JobSpec): boolean {
  if (!hasFailed(pod, spec)) return false;
  const { action, counts } = judgeFailure(spec.podFailurePolicy, pod);
  if (action === 'FailIndex') return true;
  return counts && indexFailureCount(pod) >= (spec.backoffLimitPerIndex ?? 0);
}
