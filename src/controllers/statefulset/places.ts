/** What the plan of a StatefulSet looks at. Pure. */
import type { ControllerRevision, StatefulSet } from '../../scheme/generated/types/apps-v1.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { desiredReplicas, firstOrdinal, isInRange, ordinalOf } from './identity.ts';

export interface StatefulPlanInput {
  readonly set: StatefulSet;
  /** The revision that its Pods had before the rollout that is under way; else that of the present template. */
  readonly current: ControllerRevision;
  /** The revision of the present template. */
  readonly update: ControllerRevision;
  /** The Pods of the set: those of its name and of an ordinal. */
  readonly pods: readonly Pod[];
  readonly nowMs: number;
}

/** A place of the set, with the Pod that fills it. */
export interface Replica {
  readonly ordinal: number;
  readonly pod: Pod | undefined;
}

/** The places that the set has, and the Pods that fill none, highest first. */
export function placesOf({ set, pods }: StatefulPlanInput): {
  readonly replicas: readonly Replica[];
  readonly condemned: readonly Pod[];
} {
  const byOrdinal = new Map<number, Pod>();
  for (const pod of pods) {
    const ordinal = ordinalOf(set, pod);
    if (ordinal !== undefined) byOrdinal.set(ordinal, pod);
  }
  const first = firstOrdinal(set);
  const replicas = Array.from({ length: desiredReplicas(set) }, (_, index) => ({
    ordinal: first + index,
    pod: byOrdinal.get(first + index),
  }));
  const condemned = [...byOrdinal]
    .filter(([ordinal]) => !isInRange(set, ordinal))
    .sort(([a], [b]) => b - a)
    .map(([, pod]) => pod);
  return { replicas, condemned };
}
