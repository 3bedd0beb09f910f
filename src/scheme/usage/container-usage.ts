/**
 * What a simulated container uses: a pure function of its Pod and the time, so that the same world shows the same curve
 * whenever it is asked, and nothing needs to be kept.
 */

import type { Container, Pod } from '../generated/types/core-v1.ts';
import { parseQuantity, QuantityError } from '../quantity.ts';
import { isSidecar } from '../resources-of-pod.ts';
import { seedOf, waveAt } from './wave.ts';

/** On a Pod: what its containers use, a quantity (`250m`) or a range that they swing in (`100m..400m`). */
export const ANNOTATION_USAGE_CPU = 'orrery.dev/usage-cpu';
export const ANNOTATION_USAGE_MEMORY = 'orrery.dev/usage-memory';
/** The annotations that KWOK knows for the same; ours go before them. */
const KWOK_ANNOTATIONS: Readonly<Record<string, string>> = {
  [ANNOTATION_USAGE_CPU]: 'kwok.x-k8s.io/usage-cpu',
  [ANNOTATION_USAGE_MEMORY]: 'kwok.x-k8s.io/usage-memory',
};

/** In billionths of a core, and in bytes. */
export interface UsageValue {
  readonly cpuNanos: number;
  readonly memoryBytes: number;
}

/** What a resource swings between. */
export interface Swing {
  readonly low: number;
  readonly high: number;
}

const NANOS_PER_UNIT = 1_000_000_000;
const MEBIBYTE = 1024 * 1024;
/** How busy a container is that asks for something, in parts of what it asks for. */
const CPU_OF_REQUEST: Swing = { low: 0.3, high: 0.8 };
const MEMORY_OF_REQUEST: Swing = { low: 0.6, high: 0.85 };
/** In parts of the limit, for a container that has a limit and no request. */
const OF_LIMIT: Swing = { low: 0.1, high: 0.5 };
/** Of a container that says nothing. */
const IDLE_CPU: Swing = { low: 0.001, high: 0.01 };
const IDLE_MEMORY: Swing = { low: 8 * MEBIBYTE, high: 32 * MEBIBYTE };
/** How long a swing takes: processors are busy by the minute, memory fills by the hour. */
const CPU_PERIOD_MS = 10 * 60_000;
const MEMORY_PERIOD_MS = 6 * 3_600_000;

/** How a container swings; worked out once for each version of its Pod. */
interface ContainerCurve {
  readonly name: string;
  readonly seed: number;
  readonly cpu: Swing;
  readonly memory: Swing;
}

const curves = new WeakMap<Pod, readonly ContainerCurve[]>();

/** What the running containers of a Pod use at `nowMs`, by name; none of a Pod that does not run. */
export function podUsage(pod: Pod, nowMs: number): ReadonlyMap<string, UsageValue> {
  const usage = new Map<string, UsageValue>();
  if (pod.status?.phase !== 'Running') return usage;
  const running = runningNames(pod);
  for (const curve of curvesOf(pod)) {
    if (running.has(curve.name)) usage.set(curve.name, usageAt(curve, nowMs));
  }
  return usage;
}

function runningNames({ status }: Pod): ReadonlySet<string> {
  const running = new Set<string>();
  const { containerStatuses = [], initContainerStatuses = [] } = status ?? {};
  for (const { name, state } of [...initContainerStatuses, ...containerStatuses]) {
    if (state?.running) running.add(name);
  }
  return running;
}

function usageAt({ seed, cpu, memory }: ContainerCurve, nowMs: number): UsageValue {
  const cpuPart = waveAt(seed, nowMs, CPU_PERIOD_MS);
  return {
    cpuNanos: Math.round((cpu.low + (cpu.high - cpu.low) * cpuPart) * NANOS_PER_UNIT),
    memoryBytes: memoryAt(memory, seed, nowMs),
  };
}

function curvesOf(pod: Pod): readonly ContainerCurve[] {
  const known = curves.get(pod);
  if (known) return known;
  const { containers = [], initContainers = [] } = pod.spec ?? {};
  const sidecars = initContainers.filter(isSidecar);
  const made = [...containers, ...sidecars].map((container) => curveOf(pod, container));
  curves.set(pod, made);
  return made;
}

function curveOf(pod: Pod, container: Container): ContainerCurve {
  return {
    name: container.name,
    seed: curveSeed(pod, container),
    cpu: swingOf(pod, container, 'cpu'),
    memory: swingOf(pod, container, 'memory'),
  };
}

function curveSeed({ metadata: { uid = '' } }: Pod, { name }: Container): number {
  return seedOf(`${uid}/${name}`);
}

/** What it wants, but never more than its limit. */
function swingOf(pod: Pod, container: Container, resource: 'cpu' | 'memory'): Swing {
  const { limit, swing } = wishOf(pod, container, resource);
  return { low: Math.min(swing.low, limit), high: Math.min(swing.high, limit) };
}

/** What the annotations say, or else what its resources let one expect; and its limit. */
function wishOf(pod: Pod, container: Container, resource: 'cpu' | 'memory') {
  const { requests, limits } = resourcesOf(pod, container);
  const limit = amountOf(limits?.[resource]) ?? Number.POSITIVE_INFINITY;
  const declared = annotatedSwing(pod, container.name, resource);
  const swing = declared ?? expectedSwing(resource, amountOf(requests?.[resource]), limit);
  return { limit, swing };
}

/** How much memory a container wants, and may have, in bytes. */
export interface MemoryWish {
  readonly name: string;
  readonly seed: number;
  readonly memory: Swing;
  readonly limit: number;
}

/** What the running containers of the Pod want. */
export function memoryWishes(pod: Pod): MemoryWish[] {
  const { containers = [], initContainers = [] } = pod.spec ?? {};
  const running = runningNames(pod);
  return [...containers, ...initContainers.filter(isSidecar)]
    .filter(({ name }) => running.has(name))
    .map((container) => {
      const { limit, swing: memory } = wishOf(pod, container, 'memory');
      return { name: container.name, seed: curveSeed(pod, container), memory, limit };
    });
}

/** What the container wants at `nowMs`: up to its limit just what {@link podUsage} tells. */
export function wishedMemoryAt({ memory, seed }: MemoryWish, nowMs: number): number {
  return memoryAt(memory, seed, nowMs);
}

function memoryAt({ high, low }: Swing, seed: number, nowMs: number): number {
  return Math.round(low + (high - low) * waveAt(seed + 1, nowMs, MEMORY_PERIOD_MS));
}

/** What the container has, which a resize changes before and after what is asked for. */
function resourcesOf({ status }: Pod, { name, resources }: Container) {
  const granted = status?.containerStatuses?.find((each) => each.name === name)?.resources;
  return granted ?? resources ?? {};
}

function expectedSwing(
  resource: 'cpu' | 'memory',
  request: number | undefined,
  limit: number,
): Swing {
  const isCpu = resource === 'cpu';
  if (request) return scaled(isCpu ? CPU_OF_REQUEST : MEMORY_OF_REQUEST, request);
  if (Number.isFinite(limit)) return scaled(OF_LIMIT, limit);
  return isCpu ? IDLE_CPU : IDLE_MEMORY;
}

const scaled = ({ low, high }: Swing, by: number): Swing => ({ low: low * by, high: high * by });

function annotatedSwing(
  pod: Pod,
  container: string,
  resource: 'cpu' | 'memory',
): Swing | undefined {
  const name = resource === 'cpu' ? ANNOTATION_USAGE_CPU : ANNOTATION_USAGE_MEMORY;
  return declaredSwing(pod, name, container);
}

/** Whether something says what a container of the Pod uses of memory. */
export function declaresMemory({ metadata: { annotations } }: Pod): boolean {
  if (!annotations) return false;
  const own = `${ANNOTATION_USAGE_MEMORY}.`;
  const kwok = KWOK_ANNOTATIONS[ANNOTATION_USAGE_MEMORY] ?? '';
  if (annotations[ANNOTATION_USAGE_MEMORY] !== undefined || annotations[kwok] !== undefined) {
    return true;
  }
  return Object.keys(annotations).some((key) => key.startsWith(own));
}

/**
 * What an annotation lets a container or a volume of the Pod swing between: what is said of it alone, or else of all.
 * Undefined where nothing is said that parses.
 */
export function declaredSwing(
  { metadata: { annotations = {} } }: Pod,
  name: string,
  part: string,
): Swing | undefined {
  const text =
    annotations[`${name}.${part}`] ??
    annotations[name] ??
    annotations[KWOK_ANNOTATIONS[name] ?? ''];
  const [from, to = from, ...rest] = text?.split('..') ?? [];
  const [low, high] = [amountOf(from), amountOf(to)];
  if (low === undefined || high === undefined || rest.length > 0) return undefined;
  return { low: Math.min(low, high), high: Math.max(low, high) };
}

/** In cores or bytes; undefined for what is no quantity. Anyone may write anything into an annotation. */
function amountOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  try {
    const value = Number(parseQuantity(text.trim()).nano) / NANOS_PER_UNIT;
    return value >= 0 ? value : undefined;
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}
