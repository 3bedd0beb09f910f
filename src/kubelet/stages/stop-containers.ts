import type { EventNote } from '../../machinery/event-recorder.ts';
import type { ContainerStatus, Pod, PodStatus } from '../../scheme/generated/types/core-v1.ts';
import { stopNote } from '../notes.ts';
import { type ContainerSlot, containerSlots, isRunning } from '../status/container-slots.ts';
import { type Ending, terminatedStatus } from '../status/container-status.ts';
import { nextPodStatus, type PodStatusChanges } from '../status/pod-status.ts';

export interface StopOptions {
  /** Those that stop. @default every one that runs */
  readonly slots?: readonly ContainerSlot[];
  /** What changes beside the containers. */
  readonly others?: PodStatusChanges;
}

/** The Pod's status with running containers ended by the kubelet, and the events of that. */
export function stopContainers(
  pod: Pod,
  nowMs: number,
  ending: number | Ending,
  { others, slots = containerSlots(pod).filter(isRunning) }: StopOptions = {},
): { status: PodStatus; events: EventNote[] } {
  const names = new Set(slots.map(({ name }) => name));
  const status = nextPodStatus(
    pod,
    nowMs,
    (slot) => {
      if (!names.has(slot.name)) return undefined;
      const running = slot as ContainerSlot & { readonly status: ContainerStatus };
      return terminatedStatus(running, ending, nowMs);
    },
    others,
  );
  return { status, events: slots.map(stopNote) };
}
