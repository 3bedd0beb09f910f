import type { ContainerStatus, Pod } from '../../scheme/generated/types/core-v1.ts';
import { stopNote } from '../notes.ts';
import type { PodStage } from '../stage.ts';
import { type ContainerSlot, containerSlots, isRunning } from '../status/container-slots.ts';
import { resetStatus } from '../status/container-status.ts';
import { isTerminal } from '../status/pod-phase.ts';
import { nextPodStatus } from '../status/pod-status.ts';
import { restartsAll } from '../status/restarts.ts';

/** Whether the end of a container restarts all of the Pod. */
export function isWholeRestartPending(pod: Pod): boolean {
  return (
    pod.metadata.deletionTimestamp === undefined &&
    !isTerminal(pod) &&
    containerSlots(pod).some(restartsAll)
  );
}

const hasContainer = (slot: ContainerSlot): slot is ContainerSlot & { status: ContainerStatus } =>
  slot.status?.containerID !== undefined;

/**
 * A container has ended so that all of its Pod restart in place (KEP-5532): those that still run are killed without grace and
 * hooks, and every one but the ephemeral is removed. The Pod keeps its sandbox and its volumes, and starts as it did at first.
 */
export const podRestartAll: PodStage = {
  name: 'pod-restart-all',
  matches: isWholeRestartPending,
  delay: { ms: 50, jitterMs: 50 },
  next: (pod, { nowMs }) => ({
    status: nextPodStatus(pod, nowMs, (slot) =>
      hasContainer(slot) ? resetStatus(slot.status, nowMs) : undefined,
    ),
    events: containerSlots(pod).filter(isRunning).map(stopNote),
  }),
};
