import type { ContainerStatus, Pod } from '../../scheme/generated/types/core-v1.ts';
import { definitionChangedNote, startNotes } from '../notes.ts';
import type { PodStage } from '../stage.ts';
import { type ContainerSlot, containerSlots, isRunning } from '../status/container-slots.ts';
import { runningStatus, terminatedStatus } from '../status/container-status.ts';
import { isTerminal } from '../status/pod-phase.ts';
import { nextPodStatus } from '../status/pod-status.ts';

function hasOtherImage(slot: ContainerSlot): boolean {
  return slot.kind !== 'init' && isRunning(slot) && slot.status?.image !== slot.container.image;
}

function changedSlots(pod: Pod): ContainerSlot[] {
  return pod.metadata.deletionTimestamp === undefined && !isTerminal(pod)
    ? containerSlots(pod).filter(hasOtherImage)
    : [];
}

/** The image of a running container was changed in the spec: the container is replaced in place. */
export const podImageChanged: PodStage = {
  name: 'pod-image-changed',
  matches: (pod) => changedSlots(pod).length > 0,
  delay: { ms: 20, jitterMs: 30 },
  next: (pod, ctx) => {
    const changed = changedSlots(pod);
    const status = nextPodStatus(pod, ctx.nowMs, (slot) => {
      if (!hasOtherImage(slot)) return undefined;
      const running = slot as ContainerSlot & { readonly status: ContainerStatus };
      return runningStatus({ ...slot, status: terminatedStatus(running, 0, ctx.nowMs) }, ctx);
    });
    return {
      status,
      events: changed.flatMap((slot) => [
        definitionChangedNote(slot),
        ...startNotes(slot, slot.container.image ?? ''),
      ]),
    };
  },
};
