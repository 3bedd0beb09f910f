import type { NewObject } from '../../apiserver/client.ts';
import { cloneJson } from '../../lib/deep-equal.ts';
import type { ReplicaSet } from '../../scheme/generated/types/apps-v1.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { controllerReference } from '../shared/owner-references.ts';
import { selectPodsToDelete } from './deletion-order.ts';

/**
 * How many Pods one reconciliation creates or deletes at most: Kubernetes' number. It fills the store's group commits, and
 * between two rounds the status is written, so that a large rollout shows its progress.
 */
export const BURST_REPLICAS = 500;

export interface ReplicaPlanInput {
  readonly replicaSet: ReplicaSet;
  /** The Pods that count as replicas now. */
  readonly activePods: readonly Pod[];
  /** Active Pods of the same owner's ReplicaSets on a node; asked only when Pods must go. */
  readonly podsOnNode: (nodeName: string) => number;
  readonly nowMs: number;
}

export interface ReplicaPlan {
  readonly create: number;
  readonly remove: readonly Pod[];
}

/** What brings the number of Pods to `spec.replicas`, at most {@link BURST_REPLICAS} of it. */
export function planReplicas(input: ReplicaPlanInput): ReplicaPlan {
  const { replicaSet, activePods } = input;
  const surplus = activePods.length - desiredReplicas(replicaSet);
  if (surplus < 0) return { create: Math.min(-surplus, BURST_REPLICAS), remove: [] };
  if (surplus === 0) return { create: 0, remove: [] };
  const count = Math.min(surplus, BURST_REPLICAS);
  return { create: 0, remove: selectPodsToDelete(activePods, count, input) };
}

export function desiredReplicas(replicaSet: ReplicaSet): number {
  return replicaSet.spec?.replicas ?? 1;
}

/** A Pod of the ReplicaSet's template, owned by it. The API makes its name. */
export function podFromTemplate(replicaSet: ReplicaSet): NewObject<Pod> {
  const template = replicaSet.spec?.template;
  const { labels, annotations, finalizers } = template?.metadata ?? {};
  return {
    metadata: {
      generateName: `${replicaSet.metadata.name}-`,
      namespace: replicaSet.metadata.namespace,
      ...(labels ? { labels: { ...labels } } : {}),
      ...(annotations ? { annotations: { ...annotations } } : {}),
      ...(finalizers ? { finalizers: [...finalizers] } : {}),
      ownerReferences: [controllerReference(replicaSet)],
    },
    // The API takes what it is given, and fills defaults in: the template itself must stay as it is.
    spec: cloneJson(template?.spec),
  };
}
