import type { ContainerStatus, Pod } from '../../scheme/generated/types/core-v1.ts';
import type { PodContext, PodStage } from '../stage.ts';
import { type ContainerSlot, containerSlots, isRunning } from '../status/container-slots.ts';
import { terminatedStatus } from '../status/container-status.ts';
import { isTerminal } from '../status/pod-phase.ts';
import { nextPodStatus } from '../status/pod-status.ts';

/** The running containers that a fault ends: those that started before it. */
function crashedSlots(pod: Pod, { crash }: PodContext): ContainerSlot[] {
  if (!crash || pod.metadata.deletionTimestamp !== undefined || isTerminal(pod)) return [];
  return containerSlots(pod).filter((slot) => {
    const startedAt = slot.status?.state?.running?.startedAt;
    return isRunning(slot) && Date.parse(startedAt ?? '') < crash.atMs;
  });
}

/** A fault of the simulation ends containers, as a bug of theirs would, or the end of their machine. */
export const podFaultCrash: PodStage = {
  name: 'pod-fault-crash',
  matches: (pod, ctx) => crashedSlots(pod, ctx).length > 0,
  delay: { ms: 10, jitterMs: 90 },
  next: (pod, ctx) => {
    const crashed = crashedSlots(pod, ctx);
    const status = nextPodStatus(pod, ctx.nowMs, (slot) => {
      if (!ctx.crash || !crashed.includes(slot)) return undefined;
      const running = slot as ContainerSlot & { readonly status: ContainerStatus };
      return terminatedStatus(running, ctx.crash, ctx.nowMs);
    });
    return { status };
  },
};
