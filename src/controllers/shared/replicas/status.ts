import { toRfc3339 } from '../../../lib/clock.ts';
import { findCondition, removeCondition } from '../../../scheme/conditions.ts';
import type {
  ReplicaSetCondition,
  ReplicaSetStatus,
} from '../../../scheme/generated/types/apps-v1.ts';
import type { Pod } from '../../../scheme/generated/types/core-v1.ts';
import { hasLabels } from '../../../scheme/labels.ts';
import type { REASON_FAILED_CREATE, REASON_FAILED_DELETE } from '../pod-control.ts';
import { podAvailableAtMs } from '../pods.ts';
import { type ReplicaOwner, templateOf } from './replica-owner.ts';

export const CONDITION_REPLICA_FAILURE = 'ReplicaFailure';

/** Why the number of Pods could not be brought to what is wanted. */
export interface ReplicaFailure {
  readonly reason: typeof REASON_FAILED_CREATE | typeof REASON_FAILED_DELETE;
  readonly message: string;
}

export interface ReplicaStatusInput {
  readonly owner: ReplicaOwner;
  readonly activePods: readonly Pod[];
  /** Its Pods that are being deleted and still run; undefined where the status does not tell. */
  readonly terminatingReplicas: number | undefined;
  readonly failure: ReplicaFailure | undefined;
  readonly nowMs: number;
}

export interface ReplicaReport {
  readonly status: ReplicaSetStatus;
  /** How long until the next ready Pod becomes available; undefined when none is waiting. */
  readonly nextAvailableInMs: number | undefined;
}

/** The status that the Pods give. Counts of zero are left out, as Kubernetes encodes them. */
export function computeReplicaStatus(input: ReplicaStatusInput): ReplicaReport {
  const { owner, activePods, terminatingReplicas } = input;
  const counts = countPods(input);
  const conditions = failureConditions(input);
  return {
    status: {
      replicas: activePods.length,
      fullyLabeledReplicas: counts.fullyLabeled || undefined,
      readyReplicas: counts.ready || undefined,
      availableReplicas: counts.available || undefined,
      terminatingReplicas,
      observedGeneration: owner.metadata.generation,
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

function countPods({ owner, activePods, nowMs }: ReplicaStatusInput): PodCounts {
  const templateLabels = templateOf(owner)?.metadata?.labels ?? {};
  const minReadySeconds = owner.spec?.minReadySeconds ?? 0;
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
  owner,
  failure,
  nowMs,
}: ReplicaStatusInput): readonly ReplicaSetCondition[] {
  const conditions = owner.status?.conditions ?? [];
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
