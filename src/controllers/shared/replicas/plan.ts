import type { Pod } from '../../../scheme/generated/types/core-v1.ts';
import { selectPodsToDelete } from './deletion-order.ts';
import { desiredReplicas, type ReplicaOwner } from './replica-owner.ts';

/**
 * How many Pods one reconciliation creates or deletes at most: Kubernetes' number. It fills the store's group commits, and
 * between two rounds the status is written, so that a large rollout shows its progress.
 */
export const BURST_REPLICAS = 500;

export interface ReplicaPlanInput {
  readonly owner: ReplicaOwner;
  /** The Pods that count as replicas now. */
  readonly activePods: readonly Pod[];
  /** Active Pods of the owner and its siblings on a node; asked only when Pods must go. */
  readonly podsOnNode: (nodeName: string) => number;
  readonly nowMs: number;
}

export interface ReplicaPlan {
  readonly create: number;
  readonly remove: readonly Pod[];
}

/** What brings the number of Pods to `spec.replicas`, at most {@link BURST_REPLICAS} of it. */
export function planReplicas(input: ReplicaPlanInput): ReplicaPlan {
  const { owner, activePods } = input;
  const surplus = activePods.length - desiredReplicas(owner);
  if (surplus < 0) return { create: Math.min(-surplus, BURST_REPLICAS), remove: [] };
  if (surplus === 0) return { create: 0, remove: [] };
  const count = Math.min(surplus, BURST_REPLICAS);
  return { create: 0, remove: selectPodsToDelete(activePods, count, input) };
}
