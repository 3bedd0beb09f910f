import type { ContainerStatus, Pod } from '../../scheme/generated/types/core-v1.ts';
import { drawDelay, type PodContext, type PodStage } from '../stage.ts';
import { type ContainerSlot, containerSlots } from '../status/container-slots.ts';
import { isTerminal } from '../status/pod-phase.ts';
import { nextPodStatus } from '../status/pod-status.ts';
import { isHeldBack, readinessTimes } from '../status/readiness.ts';

/** How long a container without probes takes to become ready. */
const UNPROBED_DELAY = { ms: 10, jitterMs: 30 };

/** Milliseconds until the container's next flag changes; undefined when none will. */
function changeDelayMs(pod: Pod, slot: ContainerSlot, ctx: PodContext): number | undefined {
  const { readyMs, startedMs } = readinessTimes(pod, slot);
  const dueMs = startedMs ?? readyMs;
  if (dueMs === undefined) return undefined;
  return isHeldBack(pod, slot) ? dueMs - ctx.nowMs : drawDelay(UNPROBED_DELAY, ctx);
}

function probed(pod: Pod, slot: ContainerSlot, nowMs: number): ContainerStatus | undefined {
  const { status } = slot;
  const { readyMs, startedMs } = readinessTimes(pod, slot);
  if (!status || (startedMs === undefined && readyMs === undefined)) return undefined;
  return {
    ...status,
    started: startedMs === undefined || startedMs <= nowMs,
    ready: readyMs === undefined ? status.ready : readyMs <= nowMs,
  };
}

/** Running containers pass their startup and readiness probes. */
export const podReady: PodStage = {
  name: 'pod-ready',
  matches: (pod) =>
    pod.metadata.deletionTimestamp === undefined &&
    !isTerminal(pod) &&
    containerSlots(pod).some((slot) => {
      const { readyMs, startedMs } = readinessTimes(pod, slot);
      return readyMs !== undefined || startedMs !== undefined;
    }),
  delay: (pod, ctx) => {
    const delays = containerSlots(pod).map((slot) => changeDelayMs(pod, slot, ctx));
    return Math.min(...delays.filter((delayMs) => delayMs !== undefined));
  },
  next: (pod, ctx) => ({
    status: nextPodStatus(pod, ctx.nowMs, (slot) => probed(pod, slot, ctx.nowMs)),
  }),
};
