import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { type ContainerExit, declaredExit, declaredInitExit } from '../annotations.ts';
import type { PodStage } from '../stage.ts';
import { type ContainerSlot, containerSlots, isRunning } from '../status/container-slots.ts';
import { isTerminal } from '../status/pod-phase.ts';
import { isWork } from '../work.ts';
import { endContainers } from './end-containers.ts';

/** Init containers do their work in no time unless an annotation says otherwise. */
const INIT_EXIT: ContainerExit = { afterMs: 0, code: 0 };

/** Nobody says how long a Job's work takes: a second, so that what its author waits for comes. */
const WORK_EXIT: ContainerExit = { afterMs: 1_000, code: 0 };

function workExit(pod: Pod, { container }: ContainerSlot): ContainerExit | undefined {
  // Who reads from stdin ends when its process does.
  return isWork(pod) && !container.stdin ? WORK_EXIT : undefined;
}

function exitOf(pod: Pod, slot: ContainerSlot): ContainerExit | undefined {
  if (!isRunning(slot)) return undefined;
  if (slot.kind === 'init') return declaredInitExit(pod, slot.name) ?? INIT_EXIT;
  if (slot.kind === 'sidecar') return declaredInitExit(pod, slot.name);
  return declaredExit(pod, slot.name) ?? workExit(pod, slot);
}

function exitMs(slot: ContainerSlot, exit: ContainerExit): number {
  return Date.parse(slot.status?.state?.running?.startedAt ?? '') + exit.afterMs;
}

/** Containers that end by themselves: init containers, those that annotations let exit, and the work of Jobs. */
export const podContainerExit: PodStage = {
  name: 'pod-container-exit',
  matches: (pod) =>
    pod.metadata.deletionTimestamp === undefined &&
    !isTerminal(pod) &&
    containerSlots(pod).some((slot) => exitOf(pod, slot) !== undefined),
  delay: (pod, { nowMs }) => {
    let earliestMs = Number.POSITIVE_INFINITY;
    for (const slot of containerSlots(pod)) {
      const exit = exitOf(pod, slot);
      if (exit) earliestMs = Math.min(earliestMs, exitMs(slot, exit));
    }
    return earliestMs - nowMs;
  },
  next: (pod, { nowMs }) => {
    const exits = (slot: ContainerSlot): ContainerExit | undefined => {
      const exit = exitOf(pod, slot);
      return exit && exitMs(slot, exit) <= nowMs ? exit : undefined;
    };
    return { status: endContainers(pod, nowMs, exits) };
  },
};
