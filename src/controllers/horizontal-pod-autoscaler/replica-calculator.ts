/**
 * How many replicas bring a metric to its target: Kubernetes' rules for Pods that are not ready, and for Pods that tell
 * nothing. All pure; values in thousandths of their unit.
 */

import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { isSidecar } from '../../scheme/resources-of-pod.ts';
import { podReadyCondition } from '../shared/pods.ts';

/** The CPU of a Pod that has only just started says nothing of what it will use. */
const CPU_INITIALIZATION_PERIOD_MS = 5 * 60_000;
/** A Pod that ceased to be ready this soon after its start has never really been. */
const INITIAL_READINESS_DELAY_MS = 30_000;

/** What a Pod uses of something. */
export interface Sample {
  readonly value: number;
  /** The end of the time that was measured. */
  readonly measuredAtMs: number;
  /** How long was measured. */
  readonly windowMs: number;
}

/** By the name of the Pod. */
export type Samples = ReadonlyMap<string, Sample>;

/** How far a metric may be from its target, in parts of it, before anything is done. */
export interface Tolerances {
  readonly up: number;
  readonly down: number;
}

export interface CalculatorInput {
  readonly currentReplicas: number;
  /** All that the target selects. */
  readonly pods: readonly Pod[];
  readonly samples: Samples;
  readonly tolerances: Tolerances;
  readonly nowMs: number;
}

export interface Proposal {
  readonly replicas: number;
  /** The average over Pods. */
  readonly average: number;
  /** In percent of what Pods ask for. */
  readonly utilization?: number;
}

/** Why nothing can be said. */
export class MetricsError extends Error {
  override readonly name = 'MetricsError';
}

/** How far the metric is from its target: 1 is just right. */
interface Ratio {
  readonly ratio: number;
  readonly average: number;
  readonly utilization?: number;
}

/** What differs between a target in percent of requests and one in plain numbers. */
interface Measure {
  ratioOf(values: ReadonlyMap<string, number>): Ratio;
  /** What a Pod without a sample is thought to use when the metric is below its target. */
  fallback(podName: string): number;
  /** Whether Pods that have only just started are left out. */
  readonly isCpu: boolean;
}

/** @param requests of each Pod, by its name */
export function replicasForUtilization(
  input: CalculatorInput,
  requests: ReadonlyMap<string, number>,
  target: number,
  isCpu: boolean,
): Proposal {
  const fallbackPercent = Math.max(100, target);
  return propose(input, {
    isCpu,
    fallback: (name) => ((requests.get(name) ?? 0) * fallbackPercent) / 100,
    ratioOf(values) {
      let used = 0;
      let asked = 0;
      for (const [name, value] of values) {
        const request = requests.get(name);
        if (request === undefined) continue;
        used += value;
        asked += request;
      }
      if (asked === 0) throw new MetricsError('no metrics returned matched known pods');
      const utilization = Math.trunc((used * 100) / asked);
      const average = Math.trunc(used / values.size);
      return { ratio: utilization / target, average, utilization };
    },
  });
}

export function replicasForAverage(
  input: CalculatorInput,
  target: number,
  isCpu: boolean,
): Proposal {
  return propose(input, {
    isCpu,
    fallback: () => target,
    ratioOf(values) {
      const total = [...values.values()].reduce((sum, value) => sum + value, 0);
      const average = Math.trunc(total / values.size);
      return { ratio: average / target, average };
    },
  });
}

function propose(input: CalculatorInput, measure: Measure): Proposal {
  const { currentReplicas, pods, tolerances } = input;
  if (pods.length === 0) {
    throw new MetricsError('no pods returned by selector while calculating replica count');
  }
  const { missing, ready, unready, values } = groupPods(input, measure.isCpu);
  if (values.size === 0) throw new MetricsError('did not receive metrics for any ready pods');
  const { ratio, ...figures } = measure.ratioOf(values);
  const rebalances = unready.length > 0 && ratio > 1;
  if (!rebalances && missing.length === 0) {
    const isRight = isWithin(ratio, tolerances);
    return { replicas: isRight ? currentReplicas : Math.ceil(ratio * ready), ...figures };
  }
  // Those that tell nothing are thought to use what makes the change smaller.
  for (const name of missing) values.set(name, ratio < 1 ? measure.fallback(name) : 0);
  if (rebalances) for (const name of unready) values.set(name, 0);
  const careful = measure.ratioOf(values).ratio;
  return { replicas: carefully(input, { ratio, careful, count: values.size }), ...figures };
}

interface CarefulRatio {
  /** By the Pods that tell something. */
  readonly ratio: number;
  /** With what the others are thought to use. */
  readonly careful: number;
  /** How many Pods that is. */
  readonly count: number;
}

/** A guess never turns growing into shrinking, nor the other way round. */
function carefully(
  { currentReplicas, tolerances }: CalculatorInput,
  { careful, count, ratio }: CarefulRatio,
): number {
  const isReversed = (ratio < 1 && careful > 1) || (ratio > 1 && careful < 1);
  if (isReversed || isWithin(careful, tolerances)) return currentReplicas;
  const replicas = Math.ceil(careful * count);
  const isContrary = careful < 1 ? replicas > currentReplicas : replicas < currentReplicas;
  return isContrary ? currentReplicas : replicas;
}

/** Replicas for a metric of something else than Pods, whose value is to be `target` whatever their number. */
export function replicasForValue(
  { currentReplicas, pods, tolerances }: Omit<CalculatorInput, 'samples' | 'nowMs'>,
  value: number,
  target: number,
): number {
  const ratio = value / target;
  if (currentReplicas === 0) return Math.ceil(ratio);
  if (isWithin(ratio, tolerances)) return currentReplicas;
  if (pods.length === 0) {
    throw new MetricsError(
      'unable to calculate ready pods: no pods returned by selector while calculating replica count',
    );
  }
  const ready = pods.filter(
    (pod) => pod.status?.phase === 'Running' && podReadyCondition(pod)?.status === 'True',
  );
  return Math.ceil(ratio * ready.length);
}

/** Replicas for a metric of something else than Pods, of which each is to have `target`. */
export function replicasForShare(
  statusReplicas: number,
  tolerances: Tolerances,
  value: number,
  target: number,
): Proposal {
  const isRight = isWithin(value / (target * statusReplicas), tolerances);
  return {
    replicas: isRight ? statusReplicas : Math.ceil(value / target),
    average: Math.ceil(value / statusReplicas),
  };
}

function isWithin(ratio: number, { down, up }: Tolerances): boolean {
  return 1 - down <= ratio && ratio <= 1 + up;
}

interface PodGroups {
  readonly ready: number;
  /** Names of Pods that may do better soon. */
  readonly unready: readonly string[];
  /** Names of Pods that tell nothing. */
  readonly missing: readonly string[];
  /** What the others use. */
  readonly values: Map<string, number>;
}

function groupPods({ nowMs, pods, samples }: CalculatorInput, isCpu: boolean): PodGroups {
  const values = new Map([...samples].map(([name, { value }]) => [name, value]));
  const unready: string[] = [];
  const missing: string[] = [];
  let ready = 0;
  for (const pod of pods) {
    const { deletionTimestamp, name = '' } = pod.metadata;
    const sample = samples.get(name);
    const phase = pod.status?.phase;
    if (deletionTimestamp || phase === 'Failed') values.delete(name);
    else if (phase === 'Pending') unready.push(name);
    else if (!sample) missing.push(name);
    else if (isCpu && isStarting(pod, sample, nowMs)) unready.push(name);
    else ready++;
  }
  for (const name of unready) values.delete(name);
  return { ready, unready, missing, values };
}

function isStarting(pod: Pod, { measuredAtMs, windowMs }: Sample, nowMs: number): boolean {
  const ready = podReadyCondition(pod);
  const startMs = Date.parse(pod.status?.startTime ?? '');
  if (!ready || Number.isNaN(startMs)) return true;
  const changedMs = Date.parse(ready.lastTransitionTime ?? '');
  const isUnready = ready.status === 'False';
  if (startMs + CPU_INITIALIZATION_PERIOD_MS > nowMs) {
    return isUnready || measuredAtMs < changedMs + windowMs;
  }
  return isUnready && startMs + INITIAL_READINESS_DELAY_MS > changedMs;
}

/** What each Pod asks for of a resource. @param container only that one. @default all that run */
export function podRequests(
  pods: readonly Pod[],
  resource: string,
  milliValueOf: (quantity: string) => number,
  container?: string,
): ReadonlyMap<string, number> {
  const requests = new Map<string, number>();
  for (const { metadata, spec } of pods) {
    const sidecars = spec?.initContainers?.filter(isSidecar);
    let sum = 0;
    for (const { name, resources } of [...(spec?.containers ?? []), ...(sidecars ?? [])]) {
      if (container !== undefined && name !== container) continue;
      const request = resources?.requests?.[resource];
      if (request === undefined) {
        const place = `in container ${name} of Pod ${metadata.name}`;
        throw new MetricsError(`missing request for ${resource} ${place}`);
      }
      sum += milliValueOf(request);
    }
    requests.set(metadata.name ?? '', sum);
  }
  return requests;
}
