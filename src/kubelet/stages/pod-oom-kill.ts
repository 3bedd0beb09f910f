import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import {
  alwaysExceedsMemory,
  mayExceedMemory,
  memoryExcess,
} from '../../scheme/usage/memory-limits.ts';
import { OOM_EXIT_CODE, REASON_OOM_KILLED } from '../annotations.ts';
import type { PodStage } from '../stage.ts';
import { containerSlots } from '../status/container-slots.ts';
import { isTerminal } from '../status/pod-phase.ts';
import { endContainers } from './end-containers.ts';

/** A container that wants too much from its start on has filled its memory by then. */
const FILL_MS = 1_000;
/** So often it is looked whether one that swings wants too much now. */
const LOOK_MS = 10_000;

function latestStartMs(pod: Pod): number {
  const starts = containerSlots(pod).map(({ status }) =>
    Date.parse(status?.state?.running?.startedAt ?? ''),
  );
  return Math.max(...starts.filter((ms) => !Number.isNaN(ms)));
}

/** A container wants more memory than it, or its Pod, may have: the kernel ends it. */
export const podOomKill: PodStage = {
  name: 'pod-oom-kill',
  matches: (pod) =>
    pod.status?.phase === 'Running' &&
    pod.metadata.deletionTimestamp === undefined &&
    !isTerminal(pod) &&
    mayExceedMemory(pod),
  delay: (pod, { nowMs }) => {
    const ranMs = nowMs - latestStartMs(pod);
    if (alwaysExceedsMemory(pod)) return FILL_MS - ranMs;
    return LOOK_MS - (ranMs % LOOK_MS);
  },
  next: (pod, { nowMs }) => {
    const name = memoryExcess(pod, nowMs);
    if (name === undefined) return {};
    const killed = { code: OOM_EXIT_CODE, reason: REASON_OOM_KILLED };
    return {
      status: endContainers(pod, nowMs, (slot) => (slot.name === name ? killed : undefined)),
    };
  },
};
