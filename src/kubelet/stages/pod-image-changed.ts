import type { ContainerStatus, Pod } from '../../scheme/generated/types/core-v1.ts';
import { definitionChangedNote } from '../notes.ts';
import type { PodContext, PodStage } from '../stage.ts';
import { type Start, startContainer } from '../start.ts';
import { type ContainerSlot, containerSlots, isRunning } from '../status/container-slots.ts';
import { terminatedStatus } from '../status/container-status.ts';
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
  readsSources: true,
  next: (pod, ctx) => {
    const starts = new Map(
      changedSlots(pod).map((slot) => [slot.name, { slot, start: restart(pod, slot, ctx) }]),
    );
    const status = nextPodStatus(pod, ctx.nowMs, ({ name }) => starts.get(name)?.start.status);
    return {
      status,
      events: [...starts.values()].flatMap(({ slot, start }) => [
        definitionChangedNote(slot),
        ...start.notes,
      ]),
    };
  },
};

function restart(pod: Pod, slot: ContainerSlot, ctx: PodContext): Start {
  const running = slot as ContainerSlot & { readonly status: ContainerStatus };
  const ended = { ...slot, status: terminatedStatus(running, 0, ctx.nowMs) };
  return startContainer(pod, ended, ctx);
}
