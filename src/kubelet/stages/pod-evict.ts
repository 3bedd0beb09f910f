import { findCondition } from '../../scheme/conditions.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import type { PressureType } from '../../scheme/groups/simulation/types.ts';
import { evictionRank, isCritical, pressuresOf } from '../eviction.ts';
import type { PodContext, PodStage } from '../stage.ts';
import { EXIT_CODE_KILLED } from '../status/container-status.ts';
import { isTerminal } from '../status/pod-phase.ts';
import { failPod } from './fail-pod.ts';

const REASON_EVICTED = 'Evicted';
/** A kubelet looks this often whether it has to give up another Pod. */
const INTERVAL_MS = 10_000;

const RESOURCES: Readonly<Record<PressureType, string>> = {
  DiskPressure: 'ephemeral-storage',
  MemoryPressure: 'memory',
  PIDPressure: 'pids',
};

/** One Pod goes an interval, counted from when the node first said that it runs out. */
function evictionDelayMs(pod: Pod, ctx: PodContext): number {
  const [pressure = ''] = pressuresOf(ctx.node);
  const condition = findCondition(ctx.node.status?.conditions, pressure);
  const sinceMs = Date.parse(condition?.lastTransitionTime ?? '') || ctx.nowMs;
  const rank = evictionRank(pod, ctx.neighbours(), ctx.nowMs);
  const passed = Math.max(0, Math.floor((ctx.nowMs - sinceMs) / INTERVAL_MS));
  return sinceMs + (passed + 1 + rank) * INTERVAL_MS - ctx.nowMs;
}

/** Its node runs out of something, and it is this Pod's turn to go. */
export const podEvict: PodStage = {
  name: 'pod-evict',
  matches: (pod, { node }) =>
    pod.status?.startTime !== undefined &&
    pod.metadata.deletionTimestamp === undefined &&
    !isTerminal(pod) &&
    pressuresOf(node).length > 0 &&
    !isCritical(pod),
  delay: evictionDelayMs,
  next: (pod, ctx) => {
    const resources = pressuresOf(ctx.node).map((pressure) => RESOURCES[pressure]);
    const message = `The node was low on resource: ${resources.join(', ')}. `;
    const failure = { reason: REASON_EVICTED, message, ending: EXIT_CODE_KILLED };
    const { status } = failPod(pod, failure, ctx.nowMs);
    return { status, events: [{ type: 'Warning', reason: REASON_EVICTED, message }] };
  },
};
