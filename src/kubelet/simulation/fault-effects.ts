/** A Fault as what it does to nodes and Pods at a time. Pure. */
import { parseGoDuration } from '../../scheme/duration.ts';
import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import type { Fault, FaultSpec, PressureType } from '../../scheme/groups/simulation/types.ts';
import { selectorMatcher } from '../../scheme/label-selector.ts';
import { seedOf } from '../../scheme/usage/wave.ts';
import { compilePredicate } from './expressions.ts';

const UINT_32 = 2 ** 32;
const LABEL_ZONE = 'topology.kubernetes.io/zone';
const EXIT_CODE_KILLED = 137;
const REASON_ERROR = 'Error';
const DEFAULT_PULL_SLOWDOWN = 10;
const DEFAULT_PERIOD = '2m';
const DEFAULT_DOWN_FOR = '1m';

/** How a fault ends containers. */
export interface Crash {
  /** Those that started before. Milliseconds since the epoch. */
  readonly atMs: number;
  readonly code: number;
  readonly reason: string;
}

export interface CompiledFault {
  readonly name: string;
  readonly spec: FaultSpec;
  readonly startMs: number;
  /** Infinity until somebody ends it. */
  readonly endMs: number;
  isActive(nowMs: number): boolean;
  /** Whether nodes are cut off now: with flapping, only some of the time. */
  isDown(nowMs: number): boolean;
  /** When one of these changes next; undefined when neither will. */
  nextChangeMs(nowMs: number): number | undefined;
  /** Throws a SimulationProblem where the Fault's expression fails. */
  affectsNode(node: Node): boolean;
  /** Throws as {@link affectsNode}. */
  affectsPod(pod: Pod, node: Node): boolean;
  readonly crash: Crash;
  readonly pullSlowdown: number;
  readonly clockOffsetMs: number;
  readonly pressures: readonly PressureType[];
}

/** @throws {SimulationProblem} when the Fault cannot be in effect */
export function compileFault({ metadata, spec }: Fault): CompiledFault {
  const { name = '' } = metadata;
  const startMs = Date.parse(spec.startTime ?? metadata.creationTimestamp ?? '');
  const durationMs = spec.duration === undefined ? undefined : parseGoDuration(spec.duration);
  const endMs = startMs + (durationMs ?? Number.POSITIVE_INFINITY);
  return {
    name,
    spec,
    startMs,
    endMs,
    ...timesOf(spec, startMs, endMs),
    ...targetsOf(name, spec),
    crash: crashOf(spec, startMs),
    pullSlowdown: spec.pullSlowdown ?? DEFAULT_PULL_SLOWDOWN,
    clockOffsetMs: parseGoDuration(spec.clockOffset ?? '0s') ?? 0,
    pressures: spec.pressures ?? [],
  };
}

function crashOf({ crash }: FaultSpec, atMs: number): Crash {
  return {
    atMs,
    code: crash?.exitCode ?? EXIT_CODE_KILLED,
    reason: crash?.reason ?? REASON_ERROR,
  };
}

type Times = Pick<CompiledFault, 'isActive' | 'isDown' | 'nextChangeMs'>;

function timesOf({ flapping, type }: FaultSpec, startMs: number, endMs: number): Times {
  const isActive = (nowMs: number): boolean => startMs <= nowMs && nowMs < endMs;
  const boundary = (nowMs: number): number | undefined => {
    if (nowMs < startMs) return startMs;
    return nowMs < endMs && Number.isFinite(endMs) ? endMs : undefined;
  };
  if (type !== 'FlapNodes') return { isActive, isDown: isActive, nextChangeMs: boundary };
  const periodMs = parseGoDuration(flapping?.period ?? DEFAULT_PERIOD) ?? 0;
  const downMs = Math.min(periodMs, parseGoDuration(flapping?.downFor ?? DEFAULT_DOWN_FOR) ?? 0);
  const phaseAt = (nowMs: number): number => (nowMs - startMs) % periodMs;
  return {
    isActive,
    isDown: (nowMs) => isActive(nowMs) && phaseAt(nowMs) < downMs,
    nextChangeMs: (nowMs) => {
      if (!isActive(nowMs)) return boundary(nowMs);
      const phase = phaseAt(nowMs);
      return Math.min(endMs, nowMs + (phase < downMs ? downMs : periodMs) - phase);
    },
  };
}

type Targets = Pick<CompiledFault, 'affectsNode' | 'affectsPod'>;

function targetsOf(name: string, spec: FaultSpec): Targets {
  const { namespaces = [], nodeSelector, podSelector, seed = 0, sharePercent = 100, zone } = spec;
  const isNodeSelected = selectorMatcher(nodeSelector ?? {});
  const isPodSelected = selectorMatcher(podSelector ?? {});
  const holds = compilePredicate(spec.when, 'spec.when');
  const isDrawn = (what: string): boolean =>
    (seedOf(`${seed}/${name}/${what}`) / UINT_32) * 100 < sharePercent;
  const isThere = ({ metadata: { labels = {} } }: Node): boolean =>
    (zone === undefined || labels[LABEL_ZONE] === zone) && isNodeSelected(labels);
  return {
    affectsNode: (node) =>
      isThere(node) &&
      (spec.type === 'CrashPods' || (isDrawn(node.metadata.name ?? '') && holds(undefined, node))),
    affectsPod: (pod, node) =>
      isThere(node) &&
      (namespaces.length === 0 || namespaces.includes(pod.metadata.namespace ?? '')) &&
      isPodSelected(pod.metadata.labels ?? {}) &&
      isDrawn(pod.metadata.uid ?? '') &&
      holds(pod, node),
  };
}
