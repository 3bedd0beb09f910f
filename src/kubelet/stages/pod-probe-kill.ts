import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { probeKillNote } from '../notes.ts';
import type { PodContext, PodStage } from '../stage.ts';
import type { ContainerSlot } from '../status/container-slots.ts';
import { healthAt } from '../status/readiness.ts';
import { killAnnouncement, SLOW_STOP_MS, stopMs } from '../status/stop-time.ts';
import { probedSlots } from './pod-ready.ts';

/** The containers that probes have condemned at `nowMs`, that take their time to stop, and of which nobody has been told. */
function unsaidKills(pod: Pod, slots: readonly ContainerSlot[], nowMs: number, ctx: PodContext) {
  return slots.flatMap((slot) => {
    const kill = healthAt(pod, slot, nowMs)?.kill;
    const isSaid =
      !kill ||
      stopMs(pod, slot) < SLOW_STOP_MS ||
      ctx.announcedMs(killAnnouncement(slot)) !== undefined;
    return isSaid ? [] : [{ slot, probe: kill.probe }];
  });
}

/** Milliseconds until a container is told to stop that takes its time; undefined when none will be. */
function killDelayMs(pod: Pod, ctx: PodContext): number | undefined {
  let earliestMs = Number.POSITIVE_INFINITY;
  for (const slot of probedSlots(pod)) {
    if (stopMs(pod, slot) < SLOW_STOP_MS) continue;
    for (let atMs: number | undefined = ctx.nowMs; atMs !== undefined && atMs < earliestMs; ) {
      if (unsaidKills(pod, [slot], atMs, ctx).length > 0) earliestMs = atMs;
      else atMs = healthAt(pod, slot, atMs)?.nextMs;
    }
  }
  return Number.isFinite(earliestMs) ? earliestMs - ctx.nowMs : undefined;
}

/** A probe has condemned a container that takes its time to stop: it has been told to. */
export const podProbeKill: PodStage = {
  name: 'pod-probe-kill',
  matches: (pod, ctx) => killDelayMs(pod, ctx) !== undefined,
  delay: (pod, ctx) => killDelayMs(pod, ctx) ?? 0,
  next: (pod, ctx) => {
    const kills = unsaidKills(pod, probedSlots(pod), ctx.nowMs, ctx);
    return {
      announces: kills.map(({ slot }) => killAnnouncement(slot)),
      events: kills.map(({ probe, slot }) => probeKillNote(slot, probe)),
    };
  },
};
