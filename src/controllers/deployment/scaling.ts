/**
 * What becomes of the ReplicaSets when the Deployment's number of replicas changes, while it is paused or in the middle of
 * a rollout. All pure.
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#proportional-scaling
 */
import type { Deployment, ReplicaSet } from '../../scheme/generated/types/apps-v1.ts';
import {
  ANNOTATION_DESIRED_REPLICAS,
  ANNOTATION_MAX_REPLICAS,
} from '../../scheme/groups/apps/deployment-revisions.ts';
import { desiredReplicas, isRollingUpdate, maxSurge } from './limits.ts';
import {
  availableOf,
  compareByCreation,
  isActive,
  type ReplicaSets,
  replicasOf,
  sumOf,
} from './replica-sets.ts';

export interface Scaling {
  readonly replicaSet: ReplicaSet;
  readonly replicas: number;
}

/** Whether `spec.replicas` of the Deployment has changed since its active ReplicaSets were last sized. */
export function isScalingEvent(deployment: Deployment, { all }: ReplicaSets): boolean {
  return all.filter(isActive).some((replicaSet) => {
    const desired = annotatedNumber(replicaSet, ANNOTATION_DESIRED_REPLICAS);
    return desired !== undefined && desired !== desiredReplicas(deployment);
  });
}

/** The sizes to give. The sizes that stay are among them: their annotations are brought up to date. */
export function planScaling(deployment: Deployment, sets: ReplicaSets): readonly Scaling[] {
  const single = activeOrLatest(sets);
  if (single) return [{ replicaSet: single, replicas: desiredReplicas(deployment) }];
  if (isSaturated(deployment, sets.current)) {
    return sets.old.filter(isActive).map((replicaSet) => ({ replicaSet, replicas: 0 }));
  }
  return isRollingUpdate(deployment) ? planProportionally(deployment, sets) : [];
}

/** The only one with Pods or, when none has any, the one that should have them. */
function activeOrLatest({ current, old, all }: ReplicaSets): ReplicaSet | undefined {
  const active = all.filter(isActive);
  if (active.length > 1) return undefined;
  return active[0] ?? current ?? old.at(-1);
}

function isSaturated(deployment: Deployment, current: ReplicaSet | undefined): boolean {
  if (!current) return false;
  const desired = desiredReplicas(deployment);
  return (
    annotatedNumber(current, ANNOTATION_DESIRED_REPLICAS) === desired &&
    replicasOf(current) === desired &&
    availableOf(current) === desired
  );
}

/** Spreads the change over all active ReplicaSets by their size: the risk stays what it was. */
function planProportionally(deployment: Deployment, { all }: ReplicaSets): readonly Scaling[] {
  const active = all.filter(isActive);
  const desired = desiredReplicas(deployment);
  const allowed = desired > 0 ? desired + maxSurge(deployment) : 0;
  const toAdd = allowed - sumOf(active, replicasOf);
  const inOrder = active.sort(toAdd > 0 ? largestThenNewest : largestThenOldest);
  let added = 0;
  const sizes = inOrder.map((replicaSet) => {
    const share = shareOf(deployment, replicaSet, { toAdd, added });
    added += share;
    return replicasOf(replicaSet) + share;
  });
  return inOrder.map((replicaSet, index) => ({
    replicaSet,
    // What rounding left over goes to the largest.
    replicas: Math.max(0, (sizes[index] ?? 0) + (index === 0 ? toAdd - added : 0)),
  }));
}

function shareOf(
  deployment: Deployment,
  replicaSet: ReplicaSet,
  { toAdd, added }: { toAdd: number; added: number },
): number {
  const left = toAdd - added;
  if (left === 0) return 0;
  const fraction = fractionOf(deployment, replicaSet);
  return toAdd > 0 ? Math.min(fraction, left) : Math.max(fraction, left);
}

/** By how much the ReplicaSet grows or shrinks to keep its share of the whole. */
function fractionOf(deployment: Deployment, replicaSet: ReplicaSet): number {
  const size = replicasOf(replicaSet);
  const desired = desiredReplicas(deployment);
  if (desired === 0) return -size;
  const whole =
    annotatedNumber(replicaSet, ANNOTATION_MAX_REPLICAS) ?? deployment.status?.replicas ?? 0;
  if (whole === 0) return 0;
  return Math.round((size * (desired + maxSurge(deployment))) / whole) - size;
}

function largestThenNewest(a: ReplicaSet, b: ReplicaSet): number {
  return replicasOf(b) - replicasOf(a) || compareByCreation(b, a);
}

function largestThenOldest(a: ReplicaSet, b: ReplicaSet): number {
  return replicasOf(b) - replicasOf(a) || compareByCreation(a, b);
}

function annotatedNumber({ metadata }: ReplicaSet, annotation: string): number | undefined {
  const text = metadata.annotations?.[annotation];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
