/** The conditions of an autoscaler, in Kubernetes' words. All pure. */
import { toRfc3339 } from '../../lib/clock.ts';
import { setCondition } from '../../scheme/conditions.ts';
import type { HorizontalPodAutoscalerCondition } from '../../scheme/generated/types/autoscaling-v2.ts';
import type { Explanation } from './limits.ts';

export const CONDITION_ABLE_TO_SCALE = 'AbleToScale';
export const CONDITION_SCALING_ACTIVE = 'ScalingActive';
export const CONDITION_SCALING_LIMITED = 'ScalingLimited';

export const REASON_FAILED_GET_SCALE = 'FailedGetScale';
export const REASON_FAILED_COMPUTE_METRICS_REPLICAS = 'FailedComputeMetricsReplicas';
export const REASON_FAILED_RESCALE = 'FailedRescale';
export const REASON_SUCCESSFUL_RESCALE = 'SuccessfulRescale';
export const REASON_SELECTOR_REQUIRED = 'SelectorRequired';
export const REASON_INVALID_SELECTOR = 'InvalidSelector';
export const REASON_AMBIGUOUS_SELECTOR = 'AmbiguousSelector';

type Conditions = readonly HorizontalPodAutoscalerCondition[];
type ConditionType =
  | typeof CONDITION_ABLE_TO_SCALE
  | typeof CONDITION_SCALING_ACTIVE
  | typeof CONDITION_SCALING_LIMITED;

/** The reason by which an autoscaler says that it could not have a metric, by the metric's type. */
export function failedMetricReason(type: string): string {
  return type === 'Pods' ? 'FailedGetPodsMetric' : `FailedGet${type}Metric`;
}

/** The conditions with one of them as it is now. */
export function withCondition(
  conditions: Conditions,
  type: ConditionType,
  isTrue: boolean,
  { message, reason }: Explanation,
  nowMs: number,
): Conditions {
  const status = isTrue ? 'True' : 'False';
  return setCondition(conditions, {
    type,
    status,
    lastTransitionTime: toRfc3339(nowMs),
    reason,
    message,
  });
}

export const explain = (reason: string, message: string): Explanation => ({ reason, message });
