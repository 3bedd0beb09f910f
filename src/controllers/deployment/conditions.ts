import { toRfc3339 } from '../../lib/clock.ts';
import { findCondition } from '../../scheme/conditions.ts';
import type {
  DeploymentCondition,
  ReplicaSet,
  ReplicaSetCondition,
} from '../../scheme/generated/types/apps-v1.ts';

export const CONDITION_AVAILABLE = 'Available';
export const CONDITION_PROGRESSING = 'Progressing';
export const CONDITION_REPLICA_FAILURE = 'ReplicaFailure';

export const REASON_NEW_REPLICA_SET_CREATED = 'NewReplicaSetCreated';
export const REASON_FOUND_NEW_REPLICA_SET = 'FoundNewReplicaSet';
export const REASON_REPLICA_SET_UPDATED = 'ReplicaSetUpdated';
export const REASON_NEW_REPLICA_SET_AVAILABLE = 'NewReplicaSetAvailable';
export const REASON_REPLICA_SET_CREATE_ERROR = 'ReplicaSetCreateError';
export const REASON_PROGRESS_DEADLINE_EXCEEDED = 'ProgressDeadlineExceeded';
export const REASON_DEPLOYMENT_PAUSED = 'DeploymentPaused';
export const REASON_DEPLOYMENT_RESUMED = 'DeploymentResumed';
export const REASON_MINIMUM_REPLICAS_AVAILABLE = 'MinimumReplicasAvailable';
export const REASON_MINIMUM_REPLICAS_UNAVAILABLE = 'MinimumReplicasUnavailable';

export type Conditions = readonly DeploymentCondition[];

export interface ConditionChange {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

/** Sets a condition, unless it has this status and reason already: then it stays as it is, message and times included. */
export function changeCondition(
  conditions: Conditions,
  change: ConditionChange,
  nowMs: number,
): Conditions {
  const current = findCondition(conditions, change.type);
  if (current?.status === change.status && current.reason === change.reason) return conditions;
  return replaceCondition(conditions, change, nowMs);
}

/** Sets a condition with a new lastUpdateTime; the lastTransitionTime moves only with the status. */
export function replaceCondition(
  conditions: Conditions,
  change: ConditionChange,
  nowMs: number,
): Conditions {
  const now = toRfc3339(nowMs);
  const current = findCondition(conditions, change.type);
  const lastTransitionTime = current?.status === change.status ? current.lastTransitionTime : now;
  return [
    ...conditions.filter(({ type }) => type !== change.type),
    { ...change, lastUpdateTime: now, lastTransitionTime },
  ];
}

/** The failure to create or delete Pods that a ReplicaSet reports, the present one's before any other's. */
export function replicaFailure(
  current: ReplicaSet | undefined,
  all: readonly ReplicaSet[],
): DeploymentCondition | undefined {
  for (const replicaSet of current ? [current, ...all] : all) {
    const found = findCondition(replicaSet.status?.conditions, CONDITION_REPLICA_FAILURE);
    if (found) return toDeploymentCondition(found);
  }
  return undefined;
}

function toDeploymentCondition(condition: ReplicaSetCondition): DeploymentCondition {
  return { ...condition, lastUpdateTime: condition.lastTransitionTime };
}
