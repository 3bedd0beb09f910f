import { findCondition } from '../../scheme/conditions.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { formatWhole } from '../../scheme/quantity.ts';
import { amountOf } from '../../scheme/resources-of-pod.ts';
import { podUsage } from '../../scheme/usage/container-usage.ts';
import { podLocalUsage } from '../../scheme/usage/local-usage.ts';
import { isCritical, pressuresOf } from '../eviction/pressures.ts';
import { evictionRank } from '../eviction/ranking.ts';
import type { Shortage } from '../eviction/shortages.ts';
import type { EvictionResource } from '../eviction/thresholds.ts';
import type { PodContext, PodStage } from '../stage.ts';
import { EXIT_CODE_KILLED } from '../status/container-status.ts';
import { isTerminal } from '../status/pod-phase.ts';
import { failPod } from './fail-pod.ts';

export const REASON_EVICTED = 'Evicted';
/** A kubelet looks this often whether it has to give up another Pod. */
export const EVICTION_INTERVAL_MS = 10_000;

/**
 * When the kubelet next looks at this Pod, counted from when the node first said that it runs out: one Pod goes an interval. A
 * node that has enough again, and still says that it has not, goes on looking.
 */
function evictionDelayMs(pod: Pod, ctx: PodContext): number {
  const shortage = ctx.shortage();
  const [pressure = shortage?.pressure ?? ''] = pressuresOf(ctx.node);
  const condition = findCondition(ctx.node.status?.conditions, pressure);
  const sinceMs = Date.parse(condition?.lastTransitionTime ?? '') || ctx.nowMs;
  const rank = shortage ? rankOf(pod, shortage, ctx) : 0;
  const passed = Math.max(0, Math.floor((ctx.nowMs - sinceMs) / EVICTION_INTERVAL_MS));
  return sinceMs + (passed + 1 + rank) * EVICTION_INTERVAL_MS - ctx.nowMs;
}

function rankOf(pod: Pod, { resource }: Shortage, ctx: PodContext): number {
  return evictionRank(pod, ctx.neighbours(), resource, ctx.nowMs);
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
    const shortage = ctx.shortage();
    if (!shortage || rankOf(pod, shortage, ctx) > 0) return {};
    const message = evictionMessage(pod, shortage, ctx.nowMs);
    const failure = { reason: REASON_EVICTED, message, ending: EXIT_CODE_KILLED };
    const { status } = failPod(pod, failure, ctx.nowMs);
    return { status, events: [{ type: 'Warning', reason: REASON_EVICTED, message }] };
  },
};

function evictionMessage(pod: Pod, { measured, resource }: Shortage, nowMs: number): string {
  const parts = [`The node was low on resource: ${resource}. `];
  if (!measured) return parts.join('');
  const { available, quantity } = measured;
  parts.push(
    `Threshold quantity: ${formatWhole(quantity)}, available: ${formatWhole(available)}. `,
  );
  for (const { name, requested, used } of greedyContainers(pod, resource, nowMs)) {
    parts.push(
      `Container ${name} was using ${formatWhole(used)}, request is ${formatWhole(requested)}, has larger consumption of ${resource}. `,
    );
  }
  return parts.join('');
}

/** The containers that use more of it than they asked for. */
function greedyContainers(pod: Pod, resource: EvictionResource, nowMs: number) {
  const usage = usageByContainer(pod, resource, nowMs);
  const { containers = [], initContainers = [] } = pod.spec ?? {};
  return [...initContainers, ...containers]
    .map(({ name, resources }) => ({
      name,
      used: usage.get(name) ?? 0,
      requested: amountOf(resource, resources?.requests?.[resource] ?? '0'),
    }))
    .filter(({ requested, used }) => used > requested);
}

function usageByContainer(
  pod: Pod,
  resource: EvictionResource,
  nowMs: number,
): ReadonlyMap<string, number> {
  if (resource === 'ephemeral-storage') return podLocalUsage(pod, nowMs)?.containers ?? new Map();
  if (resource !== 'memory') return new Map();
  const usage = [...podUsage(pod, nowMs)];
  return new Map(usage.map(([name, { memoryBytes }]) => [name, memoryBytes]));
}
