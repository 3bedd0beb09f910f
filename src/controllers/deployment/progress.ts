/** Whether a rollout gets on: finished, moving, or stuck past its deadline. Pure. */
import { findCondition } from '../../scheme/conditions.ts';
import type { Deployment, DeploymentStatus } from '../../scheme/generated/types/apps-v1.ts';
import {
  CONDITION_PROGRESSING,
  type Conditions,
  changeCondition,
  REASON_NEW_REPLICA_SET_AVAILABLE,
  REASON_PROGRESS_DEADLINE_EXCEEDED,
  REASON_REPLICA_SET_UPDATED,
  replaceCondition,
} from './conditions.ts';
import { desiredReplicas, hasProgressDeadline } from './limits.ts';

export interface ProgressInput {
  readonly deployment: Deployment;
  /** The new status, of which the counts are read. */
  readonly counts: DeploymentStatus;
  readonly conditions: Conditions;
  /** The ReplicaSet that the rollout is about. */
  readonly replicaSetName: string | undefined;
  readonly nowMs: number;
}

/** The conditions with what the rollout's progress says. */
export function estimateProgress(input: ProgressInput): Conditions {
  const { deployment, counts, conditions, nowMs } = input;
  if (!hasProgressDeadline(deployment)) return conditions;
  const current = findCondition(conditions, CONDITION_PROGRESSING);
  const isOver =
    counts.replicas === counts.updatedReplicas &&
    current?.reason === REASON_NEW_REPLICA_SET_AVAILABLE;
  if (isOver) return conditions;
  const subject = subjectOf(input);
  if (isRolloutComplete(deployment, counts)) {
    const message = `${subject} has successfully progressed.`;
    return changeCondition(
      conditions,
      {
        type: CONDITION_PROGRESSING,
        status: 'True',
        reason: REASON_NEW_REPLICA_SET_AVAILABLE,
        message,
      },
      nowMs,
    );
  }
  if (isMoving(deployment.status ?? {}, counts)) {
    const message = `${subject} is progressing.`;
    return replaceCondition(
      conditions,
      { type: CONDITION_PROGRESSING, status: 'True', reason: REASON_REPLICA_SET_UPDATED, message },
      nowMs,
    );
  }
  if ((progressDeadlineMs(deployment, conditions) ?? Number.POSITIVE_INFINITY) >= nowMs)
    return conditions;
  const message = `${subject} has timed out progressing.`;
  return changeCondition(
    conditions,
    {
      type: CONDITION_PROGRESSING,
      status: 'False',
      reason: REASON_PROGRESS_DEADLINE_EXCEEDED,
      message,
    },
    nowMs,
  );
}

/** Whether all Pods are of the present template and available, and no others are left. */
export function isRolloutComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const desired = desiredReplicas(deployment);
  return (
    (status.updatedReplicas ?? 0) === desired &&
    (status.replicas ?? 0) === desired &&
    (status.availableReplicas ?? 0) === desired &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

/** When the rollout counts as stuck unless it moves; undefined when nothing is waited for. */
export function progressDeadlineMs(
  deployment: Deployment,
  conditions: Conditions,
): number | undefined {
  const current = findCondition(conditions, CONDITION_PROGRESSING);
  if (!hasProgressDeadline(deployment) || !current?.lastUpdateTime) return undefined;
  const isSettled =
    current.reason === REASON_NEW_REPLICA_SET_AVAILABLE ||
    current.reason === REASON_PROGRESS_DEADLINE_EXCEEDED;
  if (isSettled) return undefined;
  const deadlineSeconds = deployment.spec?.progressDeadlineSeconds ?? 0;
  return Date.parse(current.lastUpdateTime) + deadlineSeconds * 1000;
}

function isMoving(before: DeploymentStatus, now: DeploymentStatus): boolean {
  return (
    (now.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    oldReplicas(now) < oldReplicas(before) ||
    (now.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (now.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

function oldReplicas({ replicas = 0, updatedReplicas = 0 }: DeploymentStatus): number {
  return replicas - updatedReplicas;
}

function subjectOf({ deployment, replicaSetName }: ProgressInput): string {
  return replicaSetName
    ? `ReplicaSet "${replicaSetName}"`
    : `Deployment "${deployment.metadata.name}"`;
}
