/**
 * PodDisruptionBudgets, as evictions see them. The budget is written in the transaction of the eviction, on condition that
 * nobody else has written it meanwhile: however many evict at once, no more Pods go than it allows.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/disruptions/
 */
import { toRfc3339 } from '../../lib/clock.ts';
import { isConditionTrue, setCondition } from '../../scheme/conditions.ts';
import { ApiError, forbidden } from '../../scheme/errors.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import type { PodDisruptionBudget } from '../../scheme/generated/types/policy-v1.ts';
import { type LabelSelector, selectorMatcher } from '../../scheme/label-selector.ts';
import type { GroupResource } from '../../scheme/resource.ts';
import type { ResourceCache, StoreWrite } from '../../store/store.ts';

export const DISRUPTION_BUDGETS: GroupResource = {
  group: 'policy',
  resource: 'poddisruptionbudgets',
};

/** The cause by which clients know that waiting helps. */
const CAUSE_DISRUPTION_BUDGET = 'DisruptionBudget';
const RETRY_AFTER_SECONDS = 10;
/** More evictions that nobody has confirmed mean that nobody does. */
const MAX_DISRUPTED_PODS = 2_000;

const CONDITION_DISRUPTION_ALLOWED = 'DisruptionAllowed';
const REASON_INSUFFICIENT_PODS = 'InsufficientPods';
const REASON_SYNC_FAILED = 'SyncFailed';

type Status = NonNullable<PodDisruptionBudget['status']>;

/**
 * What evicting the Pod takes from its budget; undefined when it takes nothing.
 * @throws {ApiError} TooManyRequests when it is used up, InternalError when the Pod has several, Forbidden
 */
export function chargeBudget(
  budgets: ResourceCache,
  pod: Pod,
  nowMs: number,
): StoreWrite | undefined {
  if (isGoneAnyway(pod)) return undefined;
  const budget = budgetOf(budgets, pod);
  if (!budget || isUnhealthyAndFree(budget, pod)) return undefined;
  assertAllowed(budget);
  const { namespace = '', name = '', resourceVersion = '' } = budget.metadata;
  const object: PodDisruptionBudget = { ...budget, status: statusAfter(budget, pod, nowMs) };
  return {
    type: 'update',
    key: { ...DISRUPTION_BUDGETS, namespace, name },
    object,
    expectedResourceVersion: resourceVersion,
  };
}

/** It serves nobody yet, or no more. */
function isGoneAnyway({ metadata, status }: Pod): boolean {
  if (metadata.deletionTimestamp) return true;
  return ['Succeeded', 'Failed', 'Pending'].includes(status?.phase ?? 'Pending');
}

function budgetOf(budgets: ResourceCache, { metadata }: Pod): PodDisruptionBudget | undefined {
  const { items } = budgets.list(metadata.namespace ?? '');
  const matching = (items as readonly PodDisruptionBudget[]).filter(({ spec }) =>
    selectorMatcher(spec?.selector as LabelSelector | undefined)(metadata.labels),
  );
  if (matching.length <= 1) return matching[0];
  throw new ApiError(
    'InternalError',
    'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
  );
}

/** A Pod that is not ready is not counted, and may go without charge where its budget does not mind. */
function isUnhealthyAndFree({ spec, status }: PodDisruptionBudget, pod: Pod): boolean {
  if (isConditionTrue(pod.status?.conditions, 'Ready')) return false;
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {};
  return desiredHealthy > 0 && currentHealthy >= desiredHealthy;
}

function assertAllowed({ metadata, status = {} }: PodDisruptionBudget): void {
  const { name = '', namespace = '', generation = 0 } = metadata;
  const { observedGeneration = 0, disruptionsAllowed = 0, disruptedPods = {} } = status;
  const refuse = (why: string): never => {
    throw forbidden({ ...DISRUPTION_BUDGETS, namespace, name }, why);
  };
  if (observedGeneration < generation) {
    throw wait(`The disruption budget ${name} is still being processed by the server.`);
  }
  if (disruptionsAllowed < 0) refuse('pdb disruptions allowed is negative');
  if (Object.keys(disruptedPods).length > MAX_DISRUPTED_PODS) {
    refuse('DisruptedPods map too big - too many evictions not confirmed by PDB controller');
  }
  if (disruptionsAllowed === 0) throw wait(whyNone(name, status));
}

function whyNone(
  name: string,
  { conditions, currentHealthy = 0, desiredHealthy = 0 }: Status,
): string {
  const condition = conditions?.find(({ type }) => type === CONDITION_DISRUPTION_ALLOWED);
  if (condition?.status === 'False' && condition.reason === REASON_SYNC_FAILED) {
    return `The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${condition.message}`;
  }
  return `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
}

function wait(message: string): ApiError {
  return new ApiError(
    'TooManyRequests',
    "Cannot evict pod as it would violate the pod's disruption budget.",
    {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
      causes: [{ reason: CAUSE_DISRUPTION_BUDGET, message }],
    },
  );
}

/** The Pod is named until the controller has seen it go, so that it is not counted twice. */
function statusAfter(
  { metadata, status = {} }: PodDisruptionBudget,
  pod: Pod,
  nowMs: number,
): Status {
  const now = toRfc3339(nowMs);
  const disruptionsAllowed = (status.disruptionsAllowed ?? 0) - 1;
  const next: Status = {
    ...status,
    disruptionsAllowed,
    disruptedPods: { ...status.disruptedPods, [pod.metadata.name ?? '']: now },
  };
  if (disruptionsAllowed > 0) return next;
  const condition = {
    type: CONDITION_DISRUPTION_ALLOWED,
    status: 'False' as const,
    reason: REASON_INSUFFICIENT_PODS,
    message: '',
    lastTransitionTime: now,
    ...(metadata.generation ? { observedGeneration: metadata.generation } : {}),
  };
  return { ...next, conditions: [...setCondition(status.conditions, condition)] };
}
