/** What becomes of the Pods of a StatefulSet next. Pure. */
import type { ControllerRevision, StatefulSet } from '../../scheme/generated/types/apps-v1.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { isPodTerminal } from '../shared/pods.ts';
import { isGoing, isHealthy } from './health.ts';
import { firstOrdinal } from './identity.ts';
import { placesOf, type Replica, type StatefulPlanInput } from './places.ts';
import { planUpdate } from './update.ts';

export interface NewReplica {
  readonly ordinal: number;
  readonly revision: ControllerRevision;
}

export interface StatefulPlan {
  readonly create: readonly NewReplica[];
  readonly remove: readonly Pod[];
  /** Pods whose labels, volumes and claims are to be looked after. */
  readonly tend: readonly Pod[];
  /** Pods that wait, perhaps for claims that somebody has deleted. */
  readonly pending: readonly Pod[];
}

interface MutablePlan {
  readonly create: NewReplica[];
  readonly remove: Pod[];
  readonly tend: Pod[];
  readonly pending: Pod[];
}

/** Whether the Pods come and go one by one. */
function isOrdered({ spec }: StatefulSet): boolean {
  return spec?.podManagementPolicy !== 'Parallel';
}

/**
 * First the places are filled, from the lowest up; then surplus Pods go, from the highest down; then the rollout goes on. An
 * ordered set stops at the first place that is not well, so that at most one Pod of it is on its way at any time.
 */
export function planStatefulPods(input: StatefulPlanInput): StatefulPlan {
  const { set } = input;
  const plan: MutablePlan = { create: [], remove: [], tend: [], pending: [] };
  const { replicas, condemned } = placesOf(input);
  const ordered = isOrdered(set);
  for (const replica of replicas) {
    if (planReplica(input, replica, plan) === 'wait' && ordered) return plan;
  }
  plan.tend.push(...condemned);
  const firstUnwell = [...replicas.map(({ pod }) => pod), ...[...condemned].reverse()].find(
    (pod) => !pod || !isHealthy(pod, set, input.nowMs),
  );
  for (const pod of condemned) {
    if (!isGoing(pod)) {
      if (ordered && !isHealthy(pod, set, input.nowMs) && pod !== firstUnwell) return plan;
      plan.remove.push(pod);
    }
    if (ordered) return plan;
  }
  plan.remove.push(...planUpdate(input, replicas, ordered));
  return plan;
}

/** @returns `wait` when an ordered set is to go no further */
function planReplica(
  input: StatefulPlanInput,
  { ordinal, pod }: Replica,
  plan: MutablePlan,
): 'go on' | 'wait' {
  if (!pod) {
    plan.create.push({ ordinal, revision: revisionFor(input, ordinal) });
    return 'wait';
  }
  if (isPodTerminal(pod)) {
    // Its successor has the same name, and is made once it is gone.
    if (!isGoing(pod)) plan.remove.push(pod);
    return 'wait';
  }
  if (pod.status?.phase === 'Pending') plan.pending.push(pod);
  const isWell = isHealthy(pod, input.set, input.nowMs);
  if (isWell || !isOrdered(input.set)) plan.tend.push(pod);
  return isWell ? 'go on' : 'wait';
}

/** A Pod that a rollout has not reached, or shall not reach, is replaced by one of its own revision. */
function revisionFor(
  { set, current, update }: StatefulPlanInput,
  ordinal: number,
): ControllerRevision {
  const { type = 'RollingUpdate', rollingUpdate } = set.spec?.updateStrategy ?? {};
  if (type !== 'RollingUpdate') return update;
  const untouched = rollingUpdate
    ? (rollingUpdate.partition ?? 0)
    : (set.status?.currentReplicas ?? 0);
  return ordinal < firstOrdinal(set) + untouched ? current : update;
}
