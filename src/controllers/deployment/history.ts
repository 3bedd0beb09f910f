import type { Deployment, ReplicaSet } from '../../scheme/generated/types/apps-v1.ts';
import { revisionOf } from '../../scheme/groups/apps/deployment-revisions.ts';
import { UNLIMITED } from './limits.ts';
import { compareByCreation, replicasOf } from './replica-sets.ts';

const DEFAULT_HISTORY_LIMIT = 10;

/** The old ReplicaSets beyond `revisionHistoryLimit` to delete, oldest revision first. Pure. */
export function planHistoryCleanup(
  deployment: Deployment,
  old: readonly ReplicaSet[],
): readonly ReplicaSet[] {
  const limit = deployment.spec?.revisionHistoryLimit ?? DEFAULT_HISTORY_LIMIT;
  if (limit === UNLIMITED) return [];
  const alive = old.filter(({ metadata }) => !metadata.deletionTimestamp);
  const excess = alive.length - limit;
  if (excess <= 0) return [];
  return [...alive]
    .sort((a, b) => revisionOf(a) - revisionOf(b) || compareByCreation(a, b))
    .slice(0, excess)
    .filter(isSettledAndEmpty);
}

/** Whether its own controller has seen its last size, and nothing of it is left. */
function isSettledAndEmpty(replicaSet: ReplicaSet): boolean {
  return (
    replicasOf(replicaSet) === 0 &&
    (replicaSet.status?.replicas ?? 0) === 0 &&
    (replicaSet.metadata.generation ?? 0) <= (replicaSet.status?.observedGeneration ?? 0)
  );
}
