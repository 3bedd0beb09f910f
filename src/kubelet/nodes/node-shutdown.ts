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
  ANNOTATION_SHUTDOWN_GRACE_PERIOD_CRITICAL_PODS,
  POWER_SHUTDOWN,
} from '../annotations.ts';
import { isCritical } from '../eviction.ts';

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

interface GracePeriods {
  /** Of all Pods but the critical ones, which come first. */
  readonly regularMs: number;
  readonly criticalMs: number;
}

function gracePeriodsOf({ metadata: { annotations } }: Node): GracePeriods {
  const declaredMs = (annotation: string, otherwiseMs: number): number =>
    parseGoDuration(annotations?.[annotation] ?? '') ?? otherwiseMs;
  const totalMs = declaredMs(ANNOTATION_SHUTDOWN_GRACE_PERIOD, DEFAULT_GRACE_PERIOD_MS);
  const criticalMs = Math.min(
    totalMs,
    declaredMs(ANNOTATION_SHUTDOWN_GRACE_PERIOD_CRITICAL_PODS, DEFAULT_CRITICAL_MS),
  );
  return { regularMs: totalMs - criticalMs, criticalMs };
}

/** The part of the shutdown that is a Pod's. */
export interface ShutdownTurn {
  /** When it is told to stop: critical Pods when the others have ended, or their time is over. */
  readonly fromMs: number;
  /** How long it has from then on: no longer than its own grace period. */
  readonly graceMs: number;
}

/** @param neighbours the other Pods that the node still runs */
export function shutdownTurn(
  pod: Pod,
  { neighbours, node, nowMs }: { neighbours: Iterable<Pod>; node: Node; nowMs: number },
): ShutdownTurn {
  const startMs = shutdownStartMs(node) ?? nowMs;
  const { criticalMs, regularMs } = gracePeriodsOf(node);
  const ownMs = (pod.spec?.terminationGracePeriodSeconds ?? Number.POSITIVE_INFINITY) * 1_000;
  if (!isCritical(pod)) return { fromMs: startMs, graceMs: Math.min(ownMs, regularMs) };
  const isFirst = [...neighbours].some((one) => !isCritical(one));
  return {
    fromMs: isFirst ? startMs + regularMs : Math.min(nowMs, startMs + regularMs),
    graceMs: Math.min(ownMs, criticalMs),
  };
}

/** Whether nothing keeps the machine from going off. @param pods those that it still runs */
export function isShutdownOver(node: Node, pods: readonly Pod[], nowMs: number): boolean {
  const startMs = shutdownStartMs(node);
  if (!isShuttingDown(node) || startMs === undefined) return false;
  const { criticalMs, regularMs } = gracePeriodsOf(node);
  return pods.length === 0 || startMs + regularMs + criticalMs <= nowMs;
}
