/**
 * How often an index of a Job has failed. Each Pod carries in annotations what was before it, so that nothing has to be
 * remembered elsewhere: the last failed Pod of an index is kept until the next one of the index has been made. All pure.
 */
import type { JobSpec } from '../../scheme/generated/types/batch-v1.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { remainingMs } from './backoff.ts';
import { judgeFailure } from './pod-failure-policy.ts';
import { completionIndexOf, countIn, finishedAtMs } from './pods.ts';

/** How many Pods of the index failed before this one, those aside that a rule ignored. */
export const ANNOTATION_INDEX_FAILURES = 'batch.kubernetes.io/job-index-failure-count';
/** How many Pods of the index failed before this one and were ignored by a rule: they count for the back-off alone. */
export const ANNOTATION_INDEX_IGNORED_FAILURES =
  'batch.kubernetes.io/job-index-ignored-failure-count';

/** The last failed Pod of each index. */
export type Replaceable = ReadonlyMap<number, Pod>;

export function indexFailureCount(pod: Pod): number {
  return countIn(pod, ANNOTATION_INDEX_FAILURES);
}

function allFailures(pod: Pod): number {
  return indexFailureCount(pod) + countIn(pod, ANNOTATION_INDEX_IGNORED_FAILURES);
}

/** Of each index the Pod that failed last. */
export function replaceablePods(failed: readonly Pod[]): Replaceable {
  const last = new Map<number, Pod>();
  for (const pod of failed) {
    const index = completionIndexOf(pod) ?? -1;
    const other = last.get(index);
    if (!other || isAfter(pod, other)) last.set(index, pod);
  }
  return last;
}

function isAfter(pod: Pod, other: Pod): boolean {
  return allFailures(other) <= allFailures(pod) && finishedAtMs(other) <= finishedAtMs(pod);
}

/** How long from now until the index may get its next Pod; 0 when it may at once. */
export function indexRemainingMs(replaced: Pod | undefined, nowMs: number): number {
  if (!replaced) return 0;
  const failuresSinceSuccess = allFailures(replaced) + 1;
  return remainingMs({ failuresSinceSuccess, lastFailureMs: finishedAtMs(replaced) }, nowMs);
}

/** The annotations of an index's next Pod. */
export function failureAnnotations(
  { podFailurePolicy }: JobSpec,
  replaced: Pod | undefined,
): Record<string, string> {
  if (!replaced) return { [ANNOTATION_INDEX_FAILURES]: '0' };
  const isIgnored = judgeFailure(podFailurePolicy, replaced).action === 'Ignore';
  const failures = indexFailureCount(replaced) + (isIgnored ? 0 : 1);
  const ignored = countIn(replaced, ANNOTATION_INDEX_IGNORED_FAILURES) + (isIgnored ? 1 : 0);
  return {
    [ANNOTATION_INDEX_FAILURES]: `${failures}`,
    ...(ignored > 0 ? { [ANNOTATION_INDEX_IGNORED_FAILURES]: `${ignored}` } : {}),
  };
}
