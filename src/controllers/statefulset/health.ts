/** How the Pods of a StatefulSet are, as far as its order depends on it. All pure. */
import type { StatefulSet } from '../../scheme/generated/types/apps-v1.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { isPodReady, podAvailableAtMs } from '../shared/pods.ts';

export function isRunningAndReady(pod: Pod): boolean {
  return pod.status?.phase === 'Running' && isPodReady(pod);
}

/** When the Pod has been ready for minReadySeconds; undefined while it is not ready. */
export function availableAtMs(pod: Pod, { spec }: StatefulSet): number | undefined {
  return isRunningAndReady(pod) ? podAvailableAtMs(pod, spec?.minReadySeconds ?? 0) : undefined;
}

/** Available, and not being deleted. */
export function isHealthy(pod: Pod, set: StatefulSet, nowMs: number): boolean {
  const atMs = availableAtMs(pod, set);
  return atMs !== undefined && atMs <= nowMs && !isGoing(pod);
}

export function isGoing({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined;
}
