import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { drawDelay, type PodStage } from '../stage.ts';
import { containerSlots, isRunning } from '../status/container-slots.ts';
import { stopContainers } from './stop-containers.ts';

/** Containers of the simulation stop when told to, this soon after their preStop hooks. */
const STOP_DELAY = { ms: 20, jitterMs: 60 };

/** The longest time that a preStop hook sleeps; other hooks take none. */
function preStopMs(pod: Pod): number {
  const sleeps = containerSlots(pod)
    .filter(isRunning)
    .map(({ container }) => container.lifecycle?.preStop?.sleep?.seconds ?? 0);
  return Math.max(0, ...sleeps) * 1_000;
}

/** A Pod that was deleted: its containers are stopped within the grace period. */
export const podTerminate: PodStage = {
  name: 'pod-terminate',
  matches: (pod) =>
    pod.metadata.deletionTimestamp !== undefined && containerSlots(pod).some(isRunning),
  delay: (pod, ctx) => {
    const leftMs = Date.parse(pod.metadata.deletionTimestamp ?? '') - ctx.nowMs;
    return Math.min(leftMs, preStopMs(pod) + drawDelay(STOP_DELAY, ctx));
  },
  next: (pod, { nowMs }) => stopContainers(pod, nowMs, 0),
};

/** Nothing of a deleted Pod runs any more: it may go. */
export const podRemove: PodStage = {
  name: 'pod-remove',
  matches: (pod) =>
    pod.metadata.deletionTimestamp !== undefined && !containerSlots(pod).some(isRunning),
  delay: { ms: 0, jitterMs: 10 },
  next: () => ({ delete: true }),
};
