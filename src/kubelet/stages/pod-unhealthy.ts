import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { unhealthyNote } from '../notes.ts';
import type { PodContext, PodStage } from '../stage.ts';
import type { ContainerSlot } from '../status/container-slots.ts';
import { probeOutput } from '../status/probe-outcomes.ts';
import { healthAt, type ProbeFailure } from '../status/readiness.ts';
import { probedSlots } from './pod-ready.ts';

interface UnsaidFailure extends ProbeFailure {
  readonly slot: ContainerSlot;
  readonly announcement: string;
}

/** The probes that fail at `nowMs` and of which nobody has been told. */
function unsaidFailures(
  pod: Pod,
  slots: readonly ContainerSlot[],
  nowMs: number,
  ctx: PodContext,
): UnsaidFailure[] {
  return slots.flatMap((slot) =>
    (healthAt(pod, slot, nowMs)?.failures ?? []).flatMap((failure) => {
      const { firstMs, probe } = failure;
      const announcement = `${probe} ${slot.status?.containerID} ${firstMs}`;
      return ctx.announcedMs(announcement) === undefined
        ? [{ ...failure, slot, announcement }]
        : [];
    }),
  );
}

/** Milliseconds until a probe fails for the first time in a row; undefined when none will. */
function failureDelayMs(pod: Pod, ctx: PodContext): number | undefined {
  let earliestMs = Number.POSITIVE_INFINITY;
  for (const slot of probedSlots(pod)) {
    for (let atMs: number | undefined = ctx.nowMs; atMs !== undefined && atMs < earliestMs; ) {
      if (unsaidFailures(pod, [slot], atMs, ctx).length > 0) earliestMs = atMs;
      else atMs = healthAt(pod, slot, atMs)?.nextMs;
    }
  }
  return Number.isFinite(earliestMs) ? earliestMs - ctx.nowMs : undefined;
}

/** A probe fails, for the first time in a row: the kubelet says so, whatever comes of it. */
export const podUnhealthy: PodStage = {
  name: 'pod-unhealthy',
  matches: (pod, ctx) => failureDelayMs(pod, ctx) !== undefined,
  delay: (pod, ctx) => failureDelayMs(pod, ctx) ?? 0,
  next: (pod, ctx) => {
    const failures = unsaidFailures(pod, probedSlots(pod), ctx.nowMs, ctx);
    return {
      announces: failures.map(({ announcement }) => announcement),
      events: failures.map(({ probe, slot }) => {
        const spec = slot.container[PROBE_FIELDS[probe]] ?? {};
        return unhealthyNote(slot, probe, probeOutput(spec, pod.status?.podIP));
      }),
    };
  },
};

const PROBE_FIELDS = {
  Startup: 'startupProbe',
  Readiness: 'readinessProbe',
  Liveness: 'livenessProbe',
} as const;
