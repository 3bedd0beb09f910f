import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { declaredHookError } from '../annotations.ts';
import { preStopFailedNote, stopNote } from '../notes.ts';
import { drawDelay, type PodContext, type PodStage, type PodTransition } from '../stage.ts';
import { type ContainerSlot, containerSlots, isRunning } from '../status/container-slots.ts';
import { EXIT_CODE_KILLED, EXIT_CODE_TERMINATED } from '../status/container-status.ts';
import { SLOW_STOP_MS, stopMs } from '../status/stop-time.ts';
import { isWork } from '../work.ts';
import { stopContainers } from './stop-containers.ts';

/** Containers of the simulation stop when told to, this soon after their preStop hooks. */
export const STOP_DELAY = { ms: 20, jitterMs: 60 };
const ANNOUNCEMENT = 'stopping';

const isDeleted = ({ metadata }: Pod): boolean => metadata.deletionTimestamp !== undefined;

/** Those that stop next: all but sidecars together, then each sidecar before those that started earlier. */
function stoppingSlots(pod: Pod): readonly ContainerSlot[] {
  const running = containerSlots(pod).filter(isRunning);
  const accompanied = running.filter(({ kind }) => kind !== 'sidecar');
  return accompanied.length > 0 ? accompanied : running.slice(-1);
}

/** How long those that stop next take. */
export function slowestStopMs(pod: Pod): number {
  return Math.max(0, ...stoppingSlots(pod).map((slot) => stopMs(pod, slot)));
}

/** Milliseconds of the grace period that are left. */
function graceLeftMs({ metadata }: Pod, nowMs: number): number {
  return Date.parse(metadata.deletionTimestamp ?? '') - nowMs;
}

/** When the containers were told to stop; undefined where that was not spoken of. */
export function toldToStopMs({ announcedMs }: PodContext): number | undefined {
  return announcedMs(ANNOUNCEMENT);
}

/** Whether the Pod takes its time to stop, and has not been told to. */
export function isSlowStopUnsaid(pod: Pod, ctx: PodContext): boolean {
  return toldToStopMs(ctx) === undefined && slowestStopMs(pod) >= SLOW_STOP_MS;
}

/** All containers are told to stop, though sidecars wait for the others, and that is spoken of. */
export function tellToStop(pod: Pod): PodTransition {
  return { announces: [ANNOUNCEMENT], events: containerSlots(pod).filter(isRunning).map(stopNote) };
}

/** Containers that take their time to stop have been told to. */
export const podStop: PodStage = {
  name: 'pod-stop',
  matches: (pod, ctx) => isDeleted(pod) && isSlowStopUnsaid(pod, ctx),
  delay: { ms: 5, jitterMs: 5 },
  next: tellToStop,
};

/** A Pod that was deleted: its containers are stopped within the grace period. */
export const podTerminate: PodStage = {
  name: 'pod-terminate',
  matches: (pod) => isDeleted(pod) && stoppingSlots(pod).length > 0,
  delay: (pod, ctx) => {
    const passedMs = ctx.nowMs - (toldToStopMs(ctx) ?? ctx.nowMs);
    const leftMs = slowestStopMs(pod) + drawDelay(STOP_DELAY, ctx) - passedMs;
    return Math.min(graceLeftMs(pod, ctx.nowMs), leftMs);
  },
  next: (pod, ctx) => {
    const isKilled = graceLeftMs(pod, ctx.nowMs) <= 0 && slowestStopMs(pod) > 0;
    const slots = isKilled ? containerSlots(pod).filter(isRunning) : stoppingSlots(pod);
    const exitCode = isKilled ? EXIT_CODE_KILLED : stoppedCode(pod);
    const { events, status } = stopContainers(pod, ctx.nowMs, exitCode, { slots });
    const failedHooks = slots.filter((slot) => hasFailedHook(pod, slot)).map(preStopFailedNote);
    return { status, events: [...failedHooks, ...(toldToStopMs(ctx) === undefined ? events : [])] };
  },
};

/** Servers go in peace; work that is not done yet has failed. */
export function stoppedCode(pod: Pod): number {
  return isWork(pod) ? EXIT_CODE_TERMINATED : 0;
}

function hasFailedHook(pod: Pod, { container, name }: ContainerSlot): boolean {
  return (
    container.lifecycle?.preStop !== undefined &&
    declaredHookError(pod, 'preStop', name) !== undefined
  );
}

/** Nothing of a deleted Pod runs any more: it may go. */
export const podRemove: PodStage = {
  name: 'pod-remove',
  matches: (pod) => isDeleted(pod) && !containerSlots(pod).some(isRunning),
  delay: { ms: 0, jitterMs: 10 },
  next: () => ({ delete: true }),
};
