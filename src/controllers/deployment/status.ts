/** The status of a Deployment, from its ReplicaSets' statuses. Pure. */
import { findCondition, removeCondition } from '../../scheme/conditions.ts';
import type {
  Deployment,
  DeploymentCondition,
  DeploymentStatus,
} from '../../scheme/generated/types/apps-v1.ts';
import {
  CONDITION_AVAILABLE,
  CONDITION_PROGRESSING,
  CONDITION_REPLICA_FAILURE,
  type Conditions,
  changeCondition,
  REASON_DEPLOYMENT_PAUSED,
  REASON_DEPLOYMENT_RESUMED,
  REASON_FOUND_NEW_REPLICA_SET,
  REASON_MINIMUM_REPLICAS_AVAILABLE,
  REASON_MINIMUM_REPLICAS_UNAVAILABLE,
  REASON_NEW_REPLICA_SET_CREATED,
  REASON_PROGRESS_DEADLINE_EXCEEDED,
  REASON_REPLICA_SET_CREATE_ERROR,
  replicaFailure,
} from './conditions.ts';
import { desiredReplicas, hasProgressDeadline, maxUnavailable } from './limits.ts';
import { estimateProgress } from './progress.ts';
import { availableOf, type ReplicaSets, replicasOf, sumOf } from './replica-sets.ts';

/** What came of making the new ReplicaSet in this run, if it was tried. */
export type CreationOutcome =
  | { readonly type: 'created'; readonly name: string }
  | { readonly type: 'failed'; readonly message: string };

export interface DeploymentStatusInput {
  readonly deployment: Deployment;
  readonly sets: ReplicaSets;
  readonly creation: CreationOutcome | undefined;
  readonly nowMs: number;
}

/** Counts of zero are left out, as Kubernetes encodes them. */
export function computeDeploymentStatus(input: DeploymentStatusInput): DeploymentStatus {
  const { deployment, sets } = input;
  const { all, current } = sets;
  const availableReplicas = sumOf(all, availableOf);
  const counts: DeploymentStatus = {
    observedGeneration: deployment.metadata.generation,
    replicas: sumOf(all, ({ status }) => status?.replicas ?? 0) || undefined,
    updatedReplicas: current?.status?.replicas || undefined,
    readyReplicas: sumOf(all, ({ status }) => status?.readyReplicas ?? 0) || undefined,
    availableReplicas: availableReplicas || undefined,
    unavailableReplicas: Math.max(0, sumOf(all, replicasOf) - availableReplicas) || undefined,
    terminatingReplicas: sumOf(all, ({ status }) => status?.terminatingReplicas ?? 0),
    collisionCount: deployment.status?.collisionCount,
  };
  const conditions = computeConditions(input, counts);
  return { ...counts, conditions: conditions.length > 0 ? [...conditions] : undefined };
}

function computeConditions(input: DeploymentStatusInput, counts: DeploymentStatus): Conditions {
  const { deployment, sets, nowMs } = input;
  const before = withRolloutEvents(deployment.status?.conditions ?? [], input);
  const available = withAvailability(before, input, counts);
  if (deployment.spec?.paused || deployment.metadata.deletionTimestamp) return available;
  const progressing = estimateProgress({
    deployment,
    counts,
    conditions: available,
    replicaSetName: sets.current?.metadata.name,
    nowMs,
  });
  return withReplicaFailure(progressing, replicaFailure(sets.current, sets.all));
}

/** Pausing, resuming, and making or finding the new ReplicaSet begin the progress clock anew. */
function withRolloutEvents(before: Conditions, input: DeploymentStatusInput): Conditions {
  const { deployment, creation, sets, nowMs } = input;
  if (!hasProgressDeadline(deployment)) return removeCondition(before, CONDITION_PROGRESSING);
  const conditions = withPause(before, deployment, nowMs);
  if (creation) {
    const failed = creation.type === 'failed';
    return changeCondition(
      conditions,
      {
        type: CONDITION_PROGRESSING,
        status: failed ? 'False' : 'True',
        reason: failed ? REASON_REPLICA_SET_CREATE_ERROR : REASON_NEW_REPLICA_SET_CREATED,
        message: failed ? creation.message : `Created new replica set "${creation.name}"`,
      },
      nowMs,
    );
  }
  if (!sets.current || findCondition(conditions, CONDITION_PROGRESSING)) return conditions;
  const message = `Found new replica set "${sets.current.metadata.name}"`;
  return changeCondition(
    conditions,
    { type: CONDITION_PROGRESSING, status: 'True', reason: REASON_FOUND_NEW_REPLICA_SET, message },
    nowMs,
  );
}

/** So that a rollout that was paused for longer than its deadline is not reported as stuck. */
function withPause(conditions: Conditions, deployment: Deployment, nowMs: number): Conditions {
  const progressing = findCondition(conditions, CONDITION_PROGRESSING);
  if (progressing?.reason === REASON_PROGRESS_DEADLINE_EXCEEDED) return conditions;
  const isPaused = deployment.spec?.paused ?? false;
  const wasPaused = progressing?.reason === REASON_DEPLOYMENT_PAUSED;
  if (isPaused === wasPaused) return conditions;
  return changeCondition(
    conditions,
    {
      type: CONDITION_PROGRESSING,
      status: 'Unknown',
      reason: isPaused ? REASON_DEPLOYMENT_PAUSED : REASON_DEPLOYMENT_RESUMED,
      message: isPaused ? 'Deployment is paused' : 'Deployment is resumed',
    },
    nowMs,
  );
}

function withAvailability(
  conditions: Conditions,
  { deployment, nowMs }: DeploymentStatusInput,
  counts: DeploymentStatus,
): Conditions {
  const needed = desiredReplicas(deployment) - maxUnavailable(deployment);
  const isAvailable = (counts.availableReplicas ?? 0) >= needed;
  return changeCondition(
    conditions,
    {
      type: CONDITION_AVAILABLE,
      status: isAvailable ? 'True' : 'False',
      reason: isAvailable ? REASON_MINIMUM_REPLICAS_AVAILABLE : REASON_MINIMUM_REPLICAS_UNAVAILABLE,
      message: isAvailable
        ? 'Deployment has minimum availability.'
        : 'Deployment does not have minimum availability.',
    },
    nowMs,
  );
}

function withReplicaFailure(
  conditions: Conditions,
  failure: DeploymentCondition | undefined,
): Conditions {
  if (!failure) return removeCondition(conditions, CONDITION_REPLICA_FAILURE);
  const current = findCondition(conditions, CONDITION_REPLICA_FAILURE);
  if (current?.status === failure.status && current.reason === failure.reason) return conditions;
  return [...removeCondition(conditions, CONDITION_REPLICA_FAILURE), failure];
}
