/** What the controllers ask about Pods. All pure; times in milliseconds since the Unix epoch. */

import { findCondition } from '../../scheme/conditions.ts';
import type { ContainerStatus, Pod, PodCondition } from '../../scheme/generated/types/core-v1.ts';
import { isSidecar } from '../../scheme/resources-of-pod.ts';

export const CONDITION_POD_READY = 'Ready';
export const CONDITION_POD_SCHEDULED = 'PodScheduled';

export function podReadyCondition(pod: Pod): PodCondition | undefined {
  return findCondition(pod.status?.conditions, CONDITION_POD_READY);
}

export function isPodReady(pod: Pod): boolean {
  return podReadyCondition(pod)?.status === 'True';
}

/** Whether its containers have ended for good. */
export function isPodTerminal(pod: Pod): boolean {
  const phase = pod.status?.phase;
  return phase === 'Succeeded' || phase === 'Failed';
}

/** Whether it counts as a replica: not ended and not being deleted. */
export function isPodActive(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp === undefined && !isPodTerminal(pod);
}

/** Being deleted, with containers that may still run. */
export function isPodTerminating(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined && !isPodTerminal(pod);
}

/**
 * When the Pod has been ready for `minReadySeconds`: in the past for one that is available, undefined for one that is not
 * ready, -Infinity when readiness alone decides.
 */
export function podAvailableAtMs(pod: Pod, minReadySeconds: number): number | undefined {
  const ready = podReadyCondition(pod);
  if (ready?.status !== 'True') return undefined;
  if (minReadySeconds <= 0) return Number.NEGATIVE_INFINITY;
  if (!ready.lastTransitionTime) return undefined;
  return Date.parse(ready.lastTransitionTime) + minReadySeconds * 1000;
}

/** The states of the Pod's sidecars: of its init containers that run on beside the others. */
export function sidecarStatuses({ spec, status }: Pod): readonly ContainerStatus[] {
  const sidecars = new Set(spec?.initContainers?.filter(isSidecar).map(({ name }) => name));
  return (status?.initContainerStatuses ?? []).filter(({ name }) => sidecars.has(name));
}

/** How often the one of the containers has been started again that was most often. */
export function mostRestarts(statuses: readonly ContainerStatus[] = []): number {
  return statuses.reduce((most, { restartCount }) => Math.max(most, restartCount), 0);
}
