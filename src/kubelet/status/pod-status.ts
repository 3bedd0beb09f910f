import type { ContainerStatus, Pod, PodStatus } from '../../scheme/generated/types/core-v1.ts';
import { type ContainerSlot, containerSlots } from './container-slots.ts';
import { podConditions } from './pod-conditions.ts';
import { podPhase } from './pod-phase.ts';

/** What changes beside the containers. A phase that is given is not computed. */
export type PodStatusChanges = Pick<
  PodStatus,
  | 'allocatedResources'
  | 'hostIP'
  | 'hostIPs'
  | 'message'
  | 'phase'
  | 'podIP'
  | 'podIPs'
  | 'qosClass'
  | 'reason'
  | 'resources'
  | 'startTime'
>;

/**
 * The Pod's status after its containers changed: `change` gives a container's new status, or undefined where it stays as it
 * is. Phase and conditions follow from the containers.
 */
export function nextPodStatus(
  pod: Pod,
  nowMs: number,
  change: (slot: ContainerSlot) => ContainerStatus | undefined,
  others: PodStatusChanges = {},
): PodStatus {
  const slots = containerSlots(pod).map((slot) => {
    const status = change(slot);
    return status ? { ...slot, status } : slot;
  });
  const status: PodStatus = {
    ...pod.status,
    ...others,
    phase: others.phase ?? podPhase(pod, slots),
    ...(pod.metadata.generation === undefined
      ? {}
      : { observedGeneration: pod.metadata.generation }),
    ...statusLists(slots),
  };
  status.conditions = podConditions(pod, status, slots, nowMs);
  return status;
}

function statusLists(
  slots: readonly ContainerSlot[],
): Pick<PodStatus, 'containerStatuses' | 'initContainerStatuses'> {
  const init: ContainerStatus[] = [];
  const main: ContainerStatus[] = [];
  for (const { kind, status } of slots) if (status) (kind === 'main' ? main : init).push(status);
  return {
    ...(init.length > 0 ? { initContainerStatuses: init } : {}),
    ...(main.length > 0 ? { containerStatuses: main } : {}),
  };
}
