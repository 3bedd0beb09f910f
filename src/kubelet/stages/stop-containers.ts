import type { EventNote } from '../../machinery/event-recorder.ts';
import type { ContainerStatus, Pod, PodStatus } from '../../scheme/generated/types/core-v1.ts';
import { stopNote } from '../notes.ts';
import { type ContainerSlot, containerSlots, isRunning } from '../status/container-slots.ts';
import { terminatedStatus } from '../status/container-status.ts';
import { nextPodStatus, type PodStatusChanges } from '../status/pod-status.ts';

/** The Pod's status with every running container ended by the kubelet, and the events of that. */
export function stopContainers(
  pod: Pod,
  nowMs: number,
  exitCode: number,
  others?: PodStatusChanges,
): { status: PodStatus; events: EventNote[] } {
  const status = nextPodStatus(
    pod,
    nowMs,
    (slot) => {
      if (!isRunning(slot)) return undefined;
      const running = slot as ContainerSlot & { readonly status: ContainerStatus };
      return terminatedStatus(running, exitCode, nowMs);
    },
    others,
  );
  return { status, events: containerSlots(pod).filter(isRunning).map(stopNote) };
}
