/**
 * Graceful shutdown of a machine: its Pods end in the order of their priority, each group within its part of the time, and then
 * it is off. Pure.
 */
import { findCondition } from '../../scheme/conditions.ts';
import { parseGoDuration } from '../../scheme/duration.ts';
import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import {
  ANNOTATION_POWER,
  ANNOTATION_SHUTDOWN_GRACE_PERIOD,
  ANNOTATION_SHUTDOWN_GRACE_PERIOD_BY_POD_PRIORITY,
  ANNOTATION_SHUTDOWN_GRACE_PERIOD_CRITICAL_PODS,
  POWER_SHUTDOWN,
} from '../annotations.ts';
import { CRITICAL_PRIORITY } from '../eviction/pressures.ts';

export const SHUTDOWN_MESSAGE = 'node is shutting down';

const DEFAULT_GRACE_PERIOD_MS = 30_000;
const DEFAULT_CRITICAL_MS = 10_000;

/** Whether the machine was told to shut down, and is not off yet. */
export function isShuttingDown({ metadata }: Node): boolean {
  return metadata.annotations?.[ANNOTATION_POWER] === POWER_SHUTDOWN;
}

/** When its kubelet said so; undefined while it has not. */
export function shutdownStartMs({ status }: Node): number | undefined {
  const ready = findCondition(status?.conditions, 'Ready');
  if (ready?.status !== 'False' || ready.message !== SHUTDOWN_MESSAGE) return undefined;
  return Date.parse(ready.lastTransitionTime ?? '');
}

/** Pods from a priority on, up to that of the next group. */
interface PriorityGroup {
  readonly priority: number;
  readonly graceMs: number;
}

/** The groups in which the node's Pods end, the least important first; the last ends with the shutdown. */
export function shutdownGroups({ metadata: { annotations } }: Node): readonly PriorityGroup[] {
  const byPriority = annotations?.[ANNOTATION_SHUTDOWN_GRACE_PERIOD_BY_POD_PRIORITY];
  const groups = byPriority === undefined ? undefined : parseGroups(byPriority);
  if (groups) return groups;
  const declaredMs = (annotation: string, otherwiseMs: number): number =>
    parseGoDuration(annotations?.[annotation] ?? '') ?? otherwiseMs;
  const totalMs = declaredMs(ANNOTATION_SHUTDOWN_GRACE_PERIOD, DEFAULT_GRACE_PERIOD_MS);
  const criticalMs = Math.min(
    totalMs,
    declaredMs(ANNOTATION_SHUTDOWN_GRACE_PERIOD_CRITICAL_PODS, DEFAULT_CRITICAL_MS),
  );
  return [
    { priority: 0, graceMs: totalMs - criticalMs },
    { priority: CRITICAL_PRIORITY, graceMs: criticalMs },
  ];
}

/** Undefined of what does not parse: it counts as absent. */
function parseGroups(text: string): readonly PriorityGroup[] | undefined {
  const groups: PriorityGroup[] = [];
  for (const entry of text.split(',')) {
    const [priority = '', duration = ''] = entry.split('=').map((part) => part.trim());
    const graceMs = parseGoDuration(duration);
    if (!/^-?\d{1,10}$/.test(priority) || graceMs === undefined || graceMs < 0) return undefined;
    groups.push({ priority: Number(priority), graceMs });
  }
  return groups.sort((one, other) => one.priority - other.priority);
}

/** Which of the groups the Pod belongs to: one that is less important than all belongs to the first. */
function groupOf({ spec }: Pod, groups: readonly PriorityGroup[]): number {
  const own = spec?.priority ?? 0;
  return Math.max(
    0,
    groups.findLastIndex(({ priority }) => priority <= own),
  );
}

const totalOf = (groups: readonly PriorityGroup[]): number =>
  groups.reduce((sumMs, { graceMs }) => sumMs + graceMs, 0);

/** The part of the shutdown that is a Pod's. */
export interface ShutdownTurn {
  /** When it is told to stop: when those that are less important have ended, or their time is over. */
  readonly fromMs: number;
  /** How long it has from then on: no longer than its own grace period. */
  readonly graceMs: number;
}

/** @param neighbours the other Pods that the node still runs */
export function shutdownTurn(
  pod: Pod,
  { neighbours, node, nowMs }: { neighbours: Iterable<Pod>; node: Node; nowMs: number },
): ShutdownTurn {
  const groups = shutdownGroups(node);
  const own = groupOf(pod, groups);
  const ownMs = (pod.spec?.terminationGracePeriodSeconds ?? Number.POSITIVE_INFINITY) * 1_000;
  const graceMs = Math.min(ownMs, groups[own]?.graceMs ?? 0);
  const latestMs = (shutdownStartMs(node) ?? nowMs) + totalOf(groups.slice(0, own));
  const waits = own > 0 && [...neighbours].some((one) => groupOf(one, groups) < own);
  return { fromMs: waits ? latestMs : Math.min(nowMs, latestMs), graceMs };
}

/** Whether nothing keeps the machine from going off. @param pods those that it still runs */
export function isShutdownOver(node: Node, pods: readonly Pod[], nowMs: number): boolean {
  const startMs = shutdownStartMs(node);
  if (!isShuttingDown(node) || startMs === undefined) return false;
  return pods.length === 0 || startMs + totalOf(shutdownGroups(node)) <= nowMs;
}
