import type { ContainerStatus, Pod } from '../../scheme/generated/types/core-v1.ts';
import { probeKillNote } from '../notes.ts';
import { drawDelay, type PodContext, type PodStage } from '../stage.ts';
import { type ContainerSlot, containerSlots } from '../status/container-slots.ts';
import { terminatedStatus } from '../status/container-status.ts';
import { isTerminal } from '../status/pod-phase.ts';
import { nextPodStatus } from '../status/pod-status.ts';
import { healthAt, isHeldBack } from '../status/readiness.ts';
import { killAnnouncement } from '../status/stop-time.ts';

/** How long a container without probes takes to become ready. */
const UNPROBED_DELAY = { ms: 10, jitterMs: 30 };

/** The containers that a kubelet probes now. */
export function probedSlots(pod: Pod): readonly ContainerSlot[] {
  const isOver = pod.metadata.deletionTimestamp !== undefined || isTerminal(pod);
  return isOver ? [] : containerSlots(pod);
}

/** Whether the container's status is not what its probes say. */
function isOutdated(pod: Pod, slot: ContainerSlot, nowMs: number): boolean {
  const health = healthAt(pod, slot, nowMs);
  if (!health) return false;
  const { kill, ready, started } = health;
  if (kill && kill.endMs <= nowMs) return true;
  return ready !== slot.status?.ready || started !== slot.status.started;
}

/** When the container's status is not what its probes say, now or later; undefined when that will not be. */
function changeMs(pod: Pod, slot: ContainerSlot, nowMs: number): number | undefined {
  let atMs: number | undefined = nowMs;
  while (atMs !== undefined && !isOutdated(pod, slot, atMs))
    atMs = healthAt(pod, slot, atMs)?.nextMs;
  return atMs;
}

function changeDelayMs(pod: Pod, slot: ContainerSlot, ctx: PodContext): number {
  const atMs = changeMs(pod, slot, ctx.nowMs) ?? Number.POSITIVE_INFINITY;
  const isAtOnce = atMs === ctx.nowMs && !isHeldBack(pod, slot);
  return isAtOnce ? drawDelay(UNPROBED_DELAY, ctx) : atMs - ctx.nowMs;
}

function probed(pod: Pod, slot: ContainerSlot, nowMs: number): ContainerStatus | undefined {
  const health = healthAt(pod, slot, nowMs);
  if (!health || !slot.status) return undefined;
  const { kill, ready, started } = health;
  if (kill && kill.endMs <= nowMs) {
    return terminatedStatus({ ...slot, status: slot.status }, kill.exitCode, nowMs);
  }
  return { ...slot.status, started, ready };
}

/** Running containers pass or fail their probes: they become ready, or no longer are, or are killed. */
export const podReady: PodStage = {
  name: 'pod-ready',
  matches: (pod, { nowMs }) =>
    probedSlots(pod).some((slot) => changeMs(pod, slot, nowMs) !== undefined),
  delay: (pod, ctx) => Math.min(...probedSlots(pod).map((slot) => changeDelayMs(pod, slot, ctx))),
  next: (pod, { announcedMs, nowMs }) => {
    const status = nextPodStatus(pod, nowMs, (slot) => probed(pod, slot, nowMs));
    const events = probedSlots(pod).flatMap((slot) => {
      const kill = healthAt(pod, slot, nowMs)?.kill;
      const isSaid =
        !kill || kill.endMs > nowMs || announcedMs(killAnnouncement(slot)) !== undefined;
      return isSaid ? [] : [probeKillNote(slot, kill.probe)];
    });
    return { status, ...(events.length > 0 ? { events } : {}) };
  },
};
