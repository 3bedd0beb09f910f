/** What the plan asks about the ReplicaSets of a Deployment. All pure. */
import type { Deployment, ReplicaSet } from '../../scheme/generated/types/apps-v1.ts';
import { isOfTemplate } from '../../scheme/groups/apps/deployment-revisions.ts';

/** The ReplicaSets of a Deployment, by their part in its rollout. */
export interface ReplicaSets {
  /** The one of the present template, if it has been made. */
  readonly current: ReplicaSet | undefined;
  /** All others, oldest first. */
  readonly old: readonly ReplicaSet[];
  readonly all: readonly ReplicaSet[];
}

export function sortReplicaSets(
  deployment: Deployment,
  replicaSets: readonly ReplicaSet[],
): ReplicaSets {
  const all = [...replicaSets].sort(compareByCreation);
  const template = deployment.spec?.template ?? {};
  // Several may fit when a controller of another kind has been at work: the oldest keeps the choice stable.
  const current = all.find((replicaSet) => isOfTemplate(replicaSet, template));
  return { current, old: all.filter((replicaSet) => replicaSet !== current), all };
}

/** Below zero when `a` is older. */
export function compareByCreation(a: ReplicaSet, b: ReplicaSet): number {
  return (
    compareText(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') ||
    compareText(a.metadata.name ?? '', b.metadata.name ?? '')
  );
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

export function replicasOf(replicaSet: ReplicaSet): number {
  return replicaSet.spec?.replicas ?? 1;
}

export function availableOf(replicaSet: ReplicaSet): number {
  return replicaSet.status?.availableReplicas ?? 0;
}

export function isActive(replicaSet: ReplicaSet): boolean {
  return replicasOf(replicaSet) > 0;
}

export function sumOf(
  replicaSets: readonly ReplicaSet[],
  count: (replicaSet: ReplicaSet) => number,
): number {
  return replicaSets.reduce((sum, replicaSet) => sum + count(replicaSet), 0);
}
