/** Usage in the words of metrics.k8s.io, at a moment that all of one reading share. */
import { toRfc3339 } from '../../lib/clock.ts';
import { isConditionTrue } from '../conditions.ts';
import type { Node, Pod } from '../generated/types/core-v1.ts';
import type { NodeMetrics, PodMetrics, Usage } from '../groups/metrics/resource-metrics.ts';
import type { ObjectMeta } from '../object.ts';
import { parseQuantity } from '../quantity.ts';
import { podUsage, type UsageValue } from './container-usage.ts';
import { seedOf, waveAt } from './wave.ts';

const API_VERSION = 'metrics.k8s.io/v1beta1';
/** Usage is measured this often, as metrics-server does by default. */
const STEP_MS = 15_000;
const WINDOW = '15s';

/** What a machine needs beside its Pods, in parts of what it has. */
const SYSTEM_CPU = { low: 0.01, high: 0.03 };
const SYSTEM_MEMORY = { low: 0.03, high: 0.05 };
const SYSTEM_PERIOD_MS = 30 * 60_000;
const NANOS_PER_UNIT = 1e9;
const BYTES_PER_KIBIBYTE = 1024;

/** The last moment at which usage was measured. */
export function measuredAt(nowMs: number): number {
  return Math.floor(nowMs / STEP_MS) * STEP_MS;
}

/** What a Pod uses; undefined of one that has nothing running. */
export function podMetrics(pod: Pod, nowMs: number): PodMetrics | undefined {
  const atMs = measuredAt(nowMs);
  const usage = podUsage(pod, atMs);
  if (usage.size === 0) return undefined;
  return {
    apiVersion: API_VERSION,
    kind: 'PodMetrics',
    metadata: metadataOf(pod.metadata, nowMs),
    timestamp: toRfc3339(atMs),
    window: WINDOW,
    containers: Array.from(usage, ([name, value]) => ({ name, usage: toUsage(value) })),
  };
}

/** What a node and `pods`, those on it, use; undefined of one that is not ready and tells nothing. */
export function nodeMetrics(
  node: Node,
  pods: readonly Pod[],
  nowMs: number,
): NodeMetrics | undefined {
  if (!isConditionTrue(node.status?.conditions, 'Ready')) return undefined;
  const atMs = measuredAt(nowMs);
  let { cpuNanos, memoryBytes } = systemUsage(node, atMs);
  for (const pod of pods) {
    for (const value of podUsage(pod, atMs).values()) {
      cpuNanos += value.cpuNanos;
      memoryBytes += value.memoryBytes;
    }
  }
  return {
    apiVersion: API_VERSION,
    kind: 'NodeMetrics',
    metadata: metadataOf(node.metadata, nowMs),
    timestamp: toRfc3339(atMs),
    window: WINDOW,
    usage: toUsage(capped(node, { cpuNanos, memoryBytes })),
  };
}

/** No machine uses more than it has, whatever its Pods would like. */
function capped(node: Node, { cpuNanos, memoryBytes }: UsageValue): UsageValue {
  const has = capacityOf(node);
  return {
    cpuNanos: Math.min(cpuNanos, has.cpuNanos),
    memoryBytes: Math.min(memoryBytes, has.memoryBytes),
  };
}

function systemUsage(node: Node, atMs: number): UsageValue {
  const seed = seedOf(`node/${node.metadata.name ?? ''}`);
  const part = waveAt(seed, atMs, SYSTEM_PERIOD_MS);
  const { cpuNanos, memoryBytes } = capacityOf(node);
  return {
    cpuNanos: Math.round(cpuNanos * (SYSTEM_CPU.low + (SYSTEM_CPU.high - SYSTEM_CPU.low) * part)),
    memoryBytes: Math.round(
      memoryBytes * (SYSTEM_MEMORY.low + (SYSTEM_MEMORY.high - SYSTEM_MEMORY.low) * part),
    ),
  };
}

function capacityOf({ status }: Node): UsageValue {
  const { cpu = '0', memory = '0' } = status?.capacity ?? {};
  const memoryNanos = Number(parseQuantity(memory).nano);
  return {
    cpuNanos: Number(parseQuantity(cpu).nano),
    memoryBytes: memoryNanos / NANOS_PER_UNIT,
  };
}

function toUsage({ cpuNanos, memoryBytes }: UsageValue): Usage {
  return { cpu: `${cpuNanos}n`, memory: `${Math.ceil(memoryBytes / BYTES_PER_KIBIBYTE)}Ki` };
}

/** A sample is as old as the question; the labels are those of what was measured, so that it is found by them. */
function metadataOf({ name, namespace, labels }: ObjectMeta, nowMs: number): ObjectMeta {
  return {
    ...(name === undefined ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
    creationTimestamp: toRfc3339(nowMs),
    ...(labels ? { labels } : {}),
  };
}
