/**
 * How far and how fast an autoscaler goes: stabilization windows, rates and bounds. All pure.
 * @see https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#configurable-scaling-behavior
 */
import type {
  HorizontalPodAutoscalerSpec,
  HPAScalingRules,
} from '../../scheme/generated/types/autoscaling-v2.ts';
import { changeWithin, type ScalingHistory } from './history.ts';

/** Where nothing is said, it shrinks only to the most that was recommended in this time. */
const DOWN_STABILIZATION_SECONDS = 300;
/** Where nothing is said, it grows at most to the double, or to this. */
const MIN_SCALE_UP_LIMIT = 4;

/** One of a condition's reasons, and what it says. */
export interface Explanation {
  readonly reason: string;
  readonly message: string;
}

const READY_FOR_NEW_SCALE: Explanation = {
  reason: 'ReadyForNewScale',
  message: 'recommended size matches current size',
};
const SCALE_UP_STABILIZED: Explanation = {
  reason: 'ScaleUpStabilized',
  message:
    'recent recommendations were lower than current one, applying the lowest recent recommendation',
};
const SCALE_DOWN_STABILIZED: Explanation = {
  reason: 'ScaleDownStabilized',
  message:
    'recent recommendations were higher than current one, applying the highest recent recommendation',
};
const SCALE_UP_LIMIT: Explanation = {
  reason: 'ScaleUpLimit',
  message: 'the desired replica count is increasing faster than the maximum scale rate',
};
const SCALE_DOWN_LIMIT: Explanation = {
  reason: 'ScaleDownLimit',
  message: 'the desired replica count is decreasing faster than the maximum scale rate',
};
const TOO_MANY: Explanation = {
  reason: 'TooManyReplicas',
  message: 'the desired replica count is more than the maximum replica count',
};
const TOO_FEW: Explanation = {
  reason: 'TooFewReplicas',
  message: 'the desired replica count is less than the minimum replica count',
};
const WITHIN_RANGE: Explanation = {
  reason: 'DesiredWithinRange',
  message: 'the desired count is within the acceptable range',
};

export interface LimitsInput {
  readonly spec: HorizontalPodAutoscalerSpec;
  readonly currentReplicas: number;
  readonly desiredReplicas: number;
  /** Before this recommendation. */
  readonly history: ScalingHistory;
  readonly nowMs: number;
}

export interface LimitedScale {
  readonly replicas: number;
  /** Why it may scale, or waits with it. */
  readonly able: Explanation;
  readonly limited: Explanation & { readonly isLimited: boolean };
}

export function limitScale(input: LimitsInput): LimitedScale {
  const stabilized = stabilize(input);
  const { explanation, replicas } = bound({ ...input, desiredReplicas: stabilized });
  const isStabilized = stabilized !== input.desiredReplicas;
  const isRising = input.desiredReplicas >= input.currentReplicas && input.spec.behavior;
  const waits = isRising ? SCALE_UP_STABILIZED : SCALE_DOWN_STABILIZED;
  return {
    replicas,
    able: isStabilized ? waits : READY_FOR_NEW_SCALE,
    limited: { ...explanation, isLimited: replicas !== stabilized },
  };
}

/** The recommendation that the windows leave. */
function stabilize({
  currentReplicas,
  desiredReplicas,
  history,
  nowMs,
  spec,
}: LimitsInput): number {
  const within = (seconds: number): number[] =>
    history.recommendations
      .filter(({ atMs }) => atMs > nowMs - seconds * 1_000)
      .map(({ replicas }) => replicas);
  const { behavior } = spec;
  if (!behavior) return Math.max(desiredReplicas, ...within(DOWN_STABILIZATION_SECONDS));
  const upSeconds = behavior.scaleUp?.stabilizationWindowSeconds ?? 0;
  const downSeconds = behavior.scaleDown?.stabilizationWindowSeconds ?? DOWN_STABILIZATION_SECONDS;
  const lowest = Math.min(desiredReplicas, ...within(upSeconds));
  const highest = Math.max(desiredReplicas, ...within(downSeconds));
  return Math.min(Math.max(currentReplicas, lowest), highest);
}

interface Bounded {
  readonly replicas: number;
  readonly explanation: Explanation;
}

function bound(input: LimitsInput): Bounded {
  const { currentReplicas, desiredReplicas, spec } = input;
  if (!spec.behavior) return boundPlainly(input);
  if (desiredReplicas > currentReplicas) return boundRise(input, spec.behavior.scaleUp ?? {});
  if (desiredReplicas < currentReplicas) return boundFall(input, spec.behavior.scaleDown ?? {});
  return { replicas: desiredReplicas, explanation: WITHIN_RANGE };
}

function boundPlainly({ currentReplicas, desiredReplicas, spec }: LimitsInput): Bounded {
  const { maxReplicas, minReplicas = 1 } = spec;
  const rate = Math.max(2 * currentReplicas, MIN_SCALE_UP_LIMIT);
  if (desiredReplicas < minReplicas) return { replicas: minReplicas, explanation: TOO_FEW };
  if (desiredReplicas <= Math.min(rate, maxReplicas)) {
    return { replicas: desiredReplicas, explanation: WITHIN_RANGE };
  }
  return maxReplicas > rate
    ? { replicas: rate, explanation: SCALE_UP_LIMIT }
    : { replicas: maxReplicas, explanation: TOO_MANY };
}

function boundRise(input: LimitsInput, rules: HPAScalingRules): Bounded {
  const { currentReplicas, desiredReplicas, spec } = input;
  const rate = Math.max(currentReplicas, riseLimit(input, rules));
  const most = Math.min(spec.maxReplicas, rate);
  if (desiredReplicas <= most) return { replicas: desiredReplicas, explanation: WITHIN_RANGE };
  return { replicas: most, explanation: spec.maxReplicas > rate ? SCALE_UP_LIMIT : TOO_MANY };
}

function boundFall(input: LimitsInput, rules: HPAScalingRules): Bounded {
  const { currentReplicas, desiredReplicas, spec } = input;
  const { minReplicas = 1 } = spec;
  const rate = Math.min(currentReplicas, fallLimit(input, rules));
  const least = Math.max(minReplicas, rate);
  if (desiredReplicas >= least) return { replicas: desiredReplicas, explanation: WITHIN_RANGE };
  return { replicas: least, explanation: minReplicas < rate ? SCALE_DOWN_LIMIT : TOO_FEW };
}

/** The highest number that the policies allow now. */
function riseLimit(input: LimitsInput, { policies = [], selectPolicy }: HPAScalingRules): number {
  if (selectPolicy === 'Disabled') return input.currentReplicas;
  const limits = policies.map(({ periodSeconds, type, value }) => {
    const before = replicasBefore(input, periodSeconds);
    return type === 'Pods' ? before + value : Math.ceil((before * (100 + value)) / 100);
  });
  return selectPolicy === 'Min' ? Math.min(...limits) : Math.max(...limits);
}

/** The lowest number that the policies allow now. */
function fallLimit(input: LimitsInput, { policies = [], selectPolicy }: HPAScalingRules): number {
  if (selectPolicy === 'Disabled') return input.currentReplicas;
  const limits = policies.map(({ periodSeconds, type, value }) => {
    const before = replicasBefore(input, periodSeconds);
    return type === 'Pods' ? before - value : Math.trunc((before * (100 - value)) / 100);
  });
  return selectPolicy === 'Min' ? Math.max(...limits) : Math.min(...limits);
}

/** How many replicas there were when the period began. */
function replicasBefore({ currentReplicas, history, nowMs }: LimitsInput, periodSeconds: number) {
  const added = changeWithin(history.ups, periodSeconds, nowMs);
  return currentReplicas - added + changeWithin(history.downs, periodSeconds, nowMs);
}
