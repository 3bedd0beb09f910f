/** One step of a rolling update: first the new ReplicaSet up, then the old ones down, within the limits. All pure. */
import type { Deployment, ReplicaSet } from '../../scheme/generated/types/apps-v1.ts';
import { desiredReplicas, maxUnavailable } from './limits.ts';
import { roomForSurge } from './new-replica-set.ts';
import { availableOf, isActive, type ReplicaSets, replicasOf, sumOf } from './replica-sets.ts';
import type { Scaling } from './scaling.ts';

/** The size that the new ReplicaSet may have now. */
export function planNewSize(
  deployment: Deployment,
  current: ReplicaSet,
  all: readonly ReplicaSet[],
): number {
  const desired = desiredReplicas(deployment);
  const size = replicasOf(current);
  if (size >= desired) return desired;
  return size + Math.max(0, Math.min(desired - size, roomForSurge(deployment, all)));
}

/** The old ReplicaSets to shrink now, such that enough Pods stay available. */
export function planOldSizes(
  deployment: Deployment,
  current: ReplicaSet,
  { old, all }: ReplicaSets,
): readonly Scaling[] {
  const active = old.filter(isActive);
  if (active.length === 0) return [];
  const minAvailable = desiredReplicas(deployment) - maxUnavailable(deployment);
  const newUnavailable = replicasOf(current) - availableOf(current);
  const mayGo = sumOf(all, replicasOf) - minAvailable - newUnavailable;
  if (mayGo <= 0) return [];
  const sizes = new Map(active.map((replicaSet) => [replicaSet, replicasOf(replicaSet)]));
  const gone = removeUnavailable(sizes, mayGo);
  removeAvailable(sizes, Math.min(mayGo - gone, sumOf(all, availableOf) - minAvailable));
  return [...sizes]
    .filter(([replicaSet, replicas]) => replicas !== replicasOf(replicaSet))
    .map(([replicaSet, replicas]) => ({ replicaSet, replicas }));
}

/** Pods that serve nobody go first: they could keep a broken rollout from being rolled back. Returns how many go. */
function removeUnavailable(sizes: Map<ReplicaSet, number>, most: number): number {
  let gone = 0;
  for (const [replicaSet, size] of sizes) {
    const unavailable = Math.max(0, size - availableOf(replicaSet));
    const removed = Math.min(unavailable, most - gone);
    sizes.set(replicaSet, size - removed);
    gone += removed;
  }
  return gone;
}

function removeAvailable(sizes: Map<ReplicaSet, number>, most: number): void {
  let left = most;
  for (const [replicaSet, size] of sizes) {
    if (left <= 0) return;
    const removed = Math.min(size, left);
    sizes.set(replicaSet, size - removed);
    left -= removed;
  }
}
