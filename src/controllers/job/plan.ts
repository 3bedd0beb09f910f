import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { isPodTerminating } from '../shared/pods.ts';
import { remainingMs } from './backoff.ts';
import { type Census, indexesOf } from './census.ts';
import { indexRemainingMs } from './index-failures.ts';
import { IndexSet } from './index-set.ts';
import { hasLimitPerIndex, replacesOnlyEnded } from './job.ts';
import { completionIndexOf } from './pods.ts';
import { inRemovalOrder } from './removal-order.ts';

/** How many Pods one reconciliation creates or deletes at most: Kubernetes' number. */
export const MAX_PODS_PER_RUN = 500;

export type PodPlan =
  | { readonly kind: 'none' }
  | { readonly kind: 'remove'; readonly pods: readonly Pod[] }
  /** `indexes` of an Indexed Job: one a Pod. */
  | { readonly kind: 'create'; readonly count: number; readonly indexes?: readonly number[] }
  /** Pods are missing, and it is too soon after the last failure. */
  | { readonly kind: 'wait'; readonly delayMs: number };

const NONE: PodPlan = { kind: 'none' };

/** What brings the number of active Pods to what the Job wants now. It never creates and removes in one go. */
export function planPods(census: Census, nowMs: number): PodPlan {
  const { activePods, spec, terminating } = census;
  const surplus = spec.suspend ? activePods : surplusPods(census);
  if (surplus.length > 0) return { kind: 'remove', pods: surplus };
  if (spec.suspend) return NONE;
  const ending = replacesOnlyEnded(spec) ? terminating : 0;
  const missing = Math.min(wantedPods(census) - activePods.length - ending, MAX_PODS_PER_RUN);
  return missing > 0 ? planCreation(census, missing, nowMs) : NONE;
}

/** How many Pods should be active. */
export function wantedPods({ activePods, spec, succeeded }: Census): number {
  const { completions, parallelism = 1 } = spec;
  if (completions !== undefined) {
    return Math.max(0, Math.min(parallelism, completions - succeeded));
  }
  // A Job without a number of completions winds down after the first success: who runs may run on.
  return succeeded > 0 ? activePods.length : parallelism;
}

function surplusPods(census: Census): readonly Pod[] {
  const { activePods, indexes } = census;
  const { excess, kept } = indexes
    ? splitByIndex(activePods, indexes.completions)
    : { excess: [], kept: activePods };
  const surplus = Math.max(0, activePods.length - wantedPods(census) - excess.length);
  const others = surplus > 0 ? inRemovalOrder(kept).slice(0, surplus) : [];
  return [...excess, ...others].slice(0, MAX_PODS_PER_RUN);
}

/** One Pod an index is kept, the one that is farthest; Pods without a place in the Job are all too many. */
function splitByIndex(
  pods: readonly Pod[],
  completions: number,
): { excess: readonly Pod[]; kept: readonly Pod[] } {
  const excess: Pod[] = [];
  const byIndex = new Map<number, Pod>();
  for (const pod of inRemovalOrder(pods)) {
    const index = completionIndexOf(pod);
    const before = index === undefined ? undefined : byIndex.get(index);
    if (index === undefined || index >= completions) excess.push(pod);
    else {
      if (before) excess.push(before);
      byIndex.set(index, pod);
    }
  }
  return { excess, kept: [...byIndex.values()] };
}

function planCreation(census: Census, missing: number, nowMs: number): PodPlan {
  const delayMs = hasLimitPerIndex(census.spec) ? 0 : remainingMs(census.nextBackoff, nowMs);
  if (delayMs > 0) return { kind: 'wait', delayMs };
  if (!census.indexes) return { kind: 'create', count: missing };
  const { replaceable } = census.indexes;
  const pending = pendingIndexes(census, missing);
  const delays = pending.map((index) => indexRemainingMs(replaceable.get(index), nowMs));
  const indexes = pending.filter((_, position) => delays[position] === 0);
  if (indexes.length > 0) return { kind: 'create', count: indexes.length, indexes };
  return pending.length > 0 ? { kind: 'wait', delayMs: Math.min(...delays) } : NONE;
}

/** The lowest indexes that neither run nor have ended. */
function pendingIndexes({ activePods, indexes, pods, spec }: Census, count: number) {
  if (!indexes) return [];
  const busy = replacesOnlyEnded(spec) ? pods.filter(isPodTerminating) : [];
  return indexes.succeeded
    .union(indexes.failed ?? IndexSet.empty)
    .union(indexesOf([...activePods, ...busy]))
    .firstAbsent(count, indexes.completions);
}
