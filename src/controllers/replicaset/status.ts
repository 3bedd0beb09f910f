import { toRfc3339 } from '../../lib/clock.ts';
import { findCondition, removeCondition } from '../../scheme/conditions.ts';
import type {
  ReplicaSet,
  ReplicaSetCondition,
  ReplicaSetStatus,
} from '../../scheme/generated/types/apps-v1.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { hasLabels } from '../../scheme/labels.ts';
import { podAvailableAtMs } from '../shared/pods.ts';

export const CONDITION_REPLICA_FAILURE = 'ReplicaFailure';
export const REASON_FAILED_CREATE = 'FailedCreate';
export const REASON_FAILED_DELETE = 'FailedDelete';

/** Why the number of Pods could not be brought to what is wanted. */
export interface ReplicaFailure {
  readonly reason: typeof REASON_FAILED_CREATE | typeof REASON_FAILED_DELETE;
  readonly message: string;
}

export interface ReplicaSetStatusInput {
  readonly replicaSet: ReplicaSet;
  readonly activePods: readonly Pod[];
  /** Its Pods that are being deleted and still run. */
  readonly terminatingReplicas: number;
  readonly failure: ReplicaFailure | undefined;
  readonly nowMs: number;
}

export interface ReplicaSetReport {
  readonly status: ReplicaSetStatus;
  /** How long until the next ready Pod becomes available; undefined when none is waiting. */
  readonly nextAvailableInMs: number | undefined;
}

/** The status that the Pods give. Counts of zero are left out, as Kubernetes encodes them. */
export function computeReplicaSetStatus(input: ReplicaSetStatusInput): ReplicaSetReport {
  const { replicaSet, activePods, terminatingReplicas } = input;
  const counts = countPods(input);
  const conditions = failureConditions(input);
  return {
    status: {
      replicas: activePods.length,
      fullyLabeledReplicas: counts.fullyLabeled || undefined,
      readyReplicas: counts.ready || undefined,
      availableReplicas: counts.available || undefined,
      terminatingReplicas,
      observedGeneration: replicaSet.metadata.generation,
      conditions: conditions.length > 0 ? [...conditions] : undefined,
    },
    nextAvailableInMs: counts.nextAvailableInMs,
  };
}

interface PodCounts {
  fullyLabeled: number;
  ready: number;
  available: number;
  nextAvailableInMs: number | undefined;
}

function countPods({ replicaSet, activePods, nowMs }: ReplicaSetStatusInput): PodCounts {
  const templateLabels = replicaSet.spec?.template?.metadata?.labels ?? {};
  const minReadySeconds = replicaSet.spec?.minReadySeconds ?? 0;
  const counts: PodCounts = {
    fullyLabeled: 0,
    ready: 0,
    available: 0,
    nextAvailableInMs: undefined,
  };
  for (const pod of activePods) {
    if (hasLabels(pod.metadata.labels, templateLabels)) counts.fullyLabeled++;
    const availableAtMs = podAvailableAtMs(pod, minReadySeconds);
    if (availableAtMs === undefined) continue;
    counts.ready++;
    if (availableAtMs <= nowMs) counts.available++;
    else
      counts.nextAvailableInMs = Math.min(
        counts.nextAvailableInMs ?? Infinity,
        availableAtMs - nowMs,
      );
  }
  return counts;
}

/** A failure keeps the message of its first time, and goes when a run succeeds. */
function failureConditions({
  replicaSet,
  failure,
  nowMs,
}: ReplicaSetStatusInput): readonly ReplicaSetCondition[] {
  const conditions = replicaSet.status?.conditions ?? [];
  if (!failure) return removeCondition(conditions, CONDITION_REPLICA_FAILURE);
  if (findCondition(conditions, CONDITION_REPLICA_FAILURE)) return conditions;
  const condition: ReplicaSetCondition = {
    type: CONDITION_REPLICA_FAILURE,
    status: 'True',
    lastTransitionTime: toRfc3339(nowMs),
    reason: failure.reason,
    message: failure.message,
  };
  return [...conditions, condition];
}
