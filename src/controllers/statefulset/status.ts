import type {
  ControllerRevision,
  StatefulSet,
  StatefulSetStatus,
} from '../../scheme/generated/types/apps-v1.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { availableAtMs, isGoing, isRunningAndReady } from './health.ts';
import { desiredReplicas, revisionOf } from './identity.ts';

export interface StatefulSetStatusInput {
  readonly set: StatefulSet;
  readonly current: ControllerRevision;
  readonly update: ControllerRevision;
  readonly collisionCount: number | undefined;
  readonly pods: readonly Pod[];
  /** Whether the StatefulSet as it is now has been acted on. */
  readonly isObserved: boolean;
  readonly nowMs: number;
}

export interface StatefulSetReport {
  readonly status: StatefulSetStatus;
  /** How long until the next ready Pod becomes available; undefined when none is waiting. */
  readonly nextAvailableInMs: number | undefined;
}

interface Counts {
  ready: number;
  available: number;
  current: number;
  updated: number;
  nextAvailableInMs: number | undefined;
}

/** Optional counts of zero are left out, as Kubernetes encodes them. */
export function computeStatefulSetStatus(input: StatefulSetStatusInput): StatefulSetReport {
  const { set, current, update, pods, isObserved, collisionCount = 0 } = input;
  const counts = countPods(input);
  const isUpdated = isRolloutComplete(set, pods.length, counts);
  return {
    status: {
      replicas: pods.length,
      readyReplicas: counts.ready || undefined,
      availableReplicas: counts.available,
      currentReplicas: (isUpdated ? counts.updated : counts.current) || undefined,
      updatedReplicas: counts.updated || undefined,
      currentRevision: (isUpdated ? update : current).metadata.name,
      updateRevision: update.metadata.name,
      observedGeneration: isObserved ? set.metadata.generation : set.status?.observedGeneration,
      collisionCount,
      conditions: set.status?.conditions,
    },
    nextAvailableInMs: counts.nextAvailableInMs,
  };
}

function countPods({ set, current, update, pods, nowMs }: StatefulSetStatusInput): Counts {
  const counts: Counts = {
    ready: 0,
    available: 0,
    current: 0,
    updated: 0,
    nextAvailableInMs: undefined,
  };
  for (const pod of pods) {
    countReadiness(pod, { set, nowMs }, counts);
    if (isGoing(pod)) continue;
    const revision = revisionOf(pod);
    if (revision === current.metadata.name) counts.current++;
    if (revision === update.metadata.name) counts.updated++;
  }
  return counts;
}

function countReadiness(
  pod: Pod,
  { set, nowMs }: Pick<StatefulSetStatusInput, 'set' | 'nowMs'>,
  counts: Counts,
): void {
  if (!isRunningAndReady(pod)) return;
  counts.ready++;
  const atMs = availableAtMs(pod, set);
  if (atMs === undefined) return;
  if (atMs <= nowMs) counts.available++;
  else counts.nextAvailableInMs = Math.min(counts.nextAvailableInMs ?? Infinity, atMs - nowMs);
}

/** Once every Pod is of the new revision and ready, that is the revision that the set has. */
function isRolloutComplete(set: StatefulSet, replicas: number, counts: Counts): boolean {
  const desired = desiredReplicas(set);
  return (
    set.spec?.updateStrategy?.type !== 'OnDelete' &&
    counts.updated === desired &&
    counts.ready === desired &&
    replicas === desired
  );
}
