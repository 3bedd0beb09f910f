import { type FieldError, invalid } from '../../field-error.ts';
import type { HorizontalPodAutoscaler } from '../../generated/types/autoscaling-v2.ts';
import { checkCounts, checkPositive, requirePathSegment } from '../checks.ts';
import { validateMetric } from './metric-validation.ts';
import { validateBehavior } from './scaling-rules.ts';

const MIN_REPLICAS = 1;

export function validateHorizontalPodAutoscaler({ spec }: HorizontalPodAutoscaler): FieldError[] {
  const errors: FieldError[] = [];
  const { minReplicas, maxReplicas, scaleTargetRef, metrics = [], behavior } = spec;
  if (minReplicas !== undefined && minReplicas < MIN_REPLICAS) {
    const detail = `must be greater than or equal to ${MIN_REPLICAS}`;
    errors.push(invalid('spec.minReplicas', minReplicas, detail));
  }
  checkPositive(maxReplicas, 'spec.maxReplicas', errors);
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    const detail = 'must be greater than or equal to `minReplicas`';
    errors.push(invalid('spec.maxReplicas', maxReplicas, detail));
  }
  requirePathSegment(scaleTargetRef.kind, 'spec.scaleTargetRef.kind', errors);
  requirePathSegment(scaleTargetRef.name, 'spec.scaleTargetRef.name', errors);
  metrics.forEach((metric, index) => {
    validateMetric(metric, `spec.metrics[${index}]`, errors);
  });
  if (behavior) validateBehavior(behavior, 'spec.behavior', errors);
  return errors;
}

export function validateHorizontalPodAutoscalerStatus({
  status,
}: HorizontalPodAutoscaler): FieldError[] {
  const errors: FieldError[] = [];
  if (status) checkCounts(status, ['currentReplicas', 'desiredReplicas'], 'status', errors);
  return errors;
}
