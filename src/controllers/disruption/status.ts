/** What is reported of a budget. Pure; times in milliseconds since the Unix epoch. */
import { toRfc3339 } from '../../lib/clock.ts';
import { findCondition, setCondition } from '../../scheme/conditions.ts';
import { CONDITION_DISRUPTION_TARGET } from '../../scheme/disruption-target.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import type {
  PodDisruptionBudget,
  PodDisruptionBudgetStatus,
} from '../../scheme/generated/types/policy-v1.ts';
import { isPodReady, isPodTerminal } from '../shared/pods.ts';
import type { Expectation } from './plan.ts';

const CONDITION_DISRUPTION_ALLOWED = 'DisruptionAllowed';
const REASON_SUFFICIENT_PODS = 'SufficientPods';
const REASON_INSUFFICIENT_PODS = 'InsufficientPods';
const REASON_SYNC_FAILED = 'SyncFailed';

/** A Pod that was to be evicted and is still there after this time counts again. */
const DELETION_TIMEOUT_MS = 120_000;

/** A disruption that was announced so long ago and has not begun does not come. */
const STALE_AFTER_MS = 120_000;
/** A kubelet takes as long as it takes. */
const REASON_TERMINATION_BY_KUBELET = 'TerminationByKubelet';

/** In how long the disruption that a Pod was told of counts as cancelled; undefined where none is awaited. */
export function staleInMs(pod: Pod, nowMs: number): number | undefined {
  const { metadata, status } = pod;
  const condition = findCondition(status?.conditions, CONDITION_DISRUPTION_TARGET);
  if (condition?.status !== 'True' || condition.reason === REASON_TERMINATION_BY_KUBELET) {
    return undefined;
  }
  if (metadata.deletionTimestamp || isPodTerminal(pod)) return undefined;
  return Math.max(0, Date.parse(condition.lastTransitionTime ?? '') + STALE_AFTER_MS - nowMs);
}

interface BudgetStatusInput {
  readonly budget: PodDisruptionBudget;
  /** Those that it selects. */
  readonly pods: readonly Pod[];
  readonly expectation: Expectation;
  readonly nowMs: number;
}

export interface BudgetStatus {
  readonly status: PodDisruptionBudgetStatus;
  /** Pods whose eviction was granted and did not come about in time. */
  readonly notDeleted: readonly Pod[];
  /** When the next granted eviction is given up, if any waits. */
  readonly nextInMs: number | undefined;
}

/**
 * The status of a budget. Pods on their way out count no more: those that are being deleted, and those whose eviction was
 * granted a moment ago. A budget that expects no Pods allows nothing, so that its first ones are safe until it is looked at.
 */
export function computeBudgetStatus(input: BudgetStatusInput): BudgetStatus {
  const { budget, expectation, nowMs, pods } = input;
  const { disruptedPods, nextInMs, notDeleted } = stillAwaited(input);
  const healthy = pods.filter(
    (pod) => !pod.metadata.deletionTimestamp && !(nameOf(pod) in disruptedPods) && isPodReady(pod),
  );
  const { desiredHealthy, expectedPods } = expectation;
  const currentHealthy = healthy.length;
  const spare = expectedPods > 0 ? Math.max(0, currentHealthy - desiredHealthy) : 0;
  const { generation } = budget.metadata;
  const status: PodDisruptionBudgetStatus = {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...(Object.keys(disruptedPods).length === 0 ? {} : { disruptedPods }),
    disruptionsAllowed: spare,
    currentHealthy,
    desiredHealthy,
    expectedPods,
  };
  const verdict =
    spare > 0
      ? { status: 'True' as const, reason: REASON_SUFFICIENT_PODS, message: '' }
      : { status: 'False' as const, reason: REASON_INSUFFICIENT_PODS, message: '' };
  return {
    status: { ...status, conditions: conditionsWith(budget, generation, { ...verdict, nowMs }) },
    notDeleted,
    nextInMs,
  };
}

/** The status of a budget that cannot be worked out: nothing is allowed, the rest is as it was. */
export function failedBudgetStatus(
  budget: PodDisruptionBudget,
  message: string,
  nowMs: number,
): PodDisruptionBudgetStatus {
  const verdict = { status: 'False' as const, reason: REASON_SYNC_FAILED, message, nowMs };
  return {
    currentHealthy: 0,
    desiredHealthy: 0,
    expectedPods: 0,
    ...budget.status,
    disruptionsAllowed: 0,
    conditions: conditionsWith(budget, budget.status?.observedGeneration, verdict),
  };
}

interface Awaited {
  readonly disruptedPods: Record<string, string>;
  readonly notDeleted: readonly Pod[];
  readonly nextInMs: number | undefined;
}

/** Of the evictions that were granted, those that have not begun and may still do so. */
function stillAwaited({ budget, nowMs, pods }: BudgetStatusInput): Awaited {
  const granted = budget.status?.disruptedPods ?? {};
  const disruptedPods: Record<string, string> = {};
  const notDeleted: Pod[] = [];
  let nextInMs: number | undefined;
  for (const pod of pods) {
    const grantedAt = granted[nameOf(pod)];
    if (grantedAt === undefined || pod.metadata.deletionTimestamp) continue;
    const leftMs = Date.parse(grantedAt) + DELETION_TIMEOUT_MS - nowMs;
    if (leftMs <= 0) {
      notDeleted.push(pod);
      continue;
    }
    disruptedPods[nameOf(pod)] = grantedAt;
    nextInMs = Math.min(nextInMs ?? leftMs, leftMs);
  }
  return { disruptedPods, notDeleted, nextInMs };
}

interface Verdict {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
  readonly nowMs: number;
}

function conditionsWith(
  { status }: PodDisruptionBudget,
  observedGeneration: number | undefined,
  { nowMs, ...verdict }: Verdict,
): NonNullable<PodDisruptionBudgetStatus['conditions']> {
  const condition = {
    type: CONDITION_DISRUPTION_ALLOWED,
    ...verdict,
    lastTransitionTime: toRfc3339(nowMs),
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
  };
  return [...setCondition(status?.conditions, condition)];
}

function nameOf({ metadata }: Pod): string {
  return metadata.name ?? '';
}
