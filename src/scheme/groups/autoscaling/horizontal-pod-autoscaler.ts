import type { HorizontalPodAutoscaler as StableAutoscaler } from '../../generated/types/autoscaling-v1.ts';
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerSpec,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
} from '../../generated/types/autoscaling-v2.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { ageColumn, NONE, nameColumn, UNKNOWN, UNSET } from '../columns.ts';
import { WITH_STATUS } from '../status.ts';
import {
  validateHorizontalPodAutoscaler,
  validateHorizontalPodAutoscalerStatus,
} from './hpa-validation.ts';
import { applyScalingDefaults } from './scaling-rules.ts';

/** Of the CPU that Pods ask for, in percent. */
const DEFAULT_UTILIZATION = 80;
/** Of the metrics as many are shown as fit. */
const SHOWN_METRICS = 2;

function applyDefaults({ spec }: HorizontalPodAutoscaler): void {
  if (!spec) return;
  spec.minReplicas ??= 1;
  if (!spec.metrics?.length) spec.metrics = [defaultMetric()];
  if (spec.behavior) applyScalingDefaults(spec.behavior);
}

function defaultMetric(): MetricSpec {
  return {
    type: 'Resource',
    resource: {
      name: 'cpu',
      target: { type: 'Utilization', averageUtilization: DEFAULT_UTILIZATION },
    },
  };
}

function formatTargets(
  { metrics = [] }: HorizontalPodAutoscalerSpec,
  hpa: HorizontalPodAutoscaler,
) {
  if (metrics.length === 0) return NONE;
  const shown = metrics.slice(0, SHOWN_METRICS).map((metric, index) => {
    return formatMetric(metric, hpa.status?.currentMetrics?.[index]);
  });
  const more = metrics.length - SHOWN_METRICS;
  return more > 0 ? `${shown.join(', ')} + ${more} more...` : shown.join(', ');
}

function formatMetric(metric: MetricSpec, current: MetricStatus | undefined): string {
  const { resource, containerResource, pods, object, external } = metric;
  const source = resource ?? containerResource ?? pods ?? object ?? external;
  const now = current?.resource ?? current?.containerResource ?? current?.pods;
  const measured = now ?? current?.object ?? current?.external;
  const text = `${formatCurrent(measured?.current)}/${formatTarget(source?.target)}`;
  const named = resource ?? containerResource;
  return named ? `${named.name}: ${text}` : text;
}

function formatTarget(target: MetricTarget | undefined): string {
  if (target?.averageUtilization !== undefined) return `${target.averageUtilization}%`;
  if (target?.averageValue) return `${target.averageValue} (avg)`;
  return target?.value ?? UNSET;
}

function formatCurrent(current: MetricValueStatus | undefined): string {
  if (current?.averageUtilization !== undefined) return `${current.averageUtilization}%`;
  return current?.averageValue ?? current?.value ?? UNKNOWN;
}

/** autoscaling/v2 HorizontalPodAutoscaler. */
export const horizontalPodAutoscalerStrategy: KindStrategy<HorizontalPodAutoscaler> = {
  ...WITH_STATUS,
  applyDefaults,
  validate: validateHorizontalPodAutoscaler,
  validateStatusUpdate: validateHorizontalPodAutoscalerStatus,
  printerColumns: [
    nameColumn,
    {
      name: 'Reference',
      description: 'What it scales.',
      cell: ({ spec }) => `${spec?.scaleTargetRef.kind}/${spec?.scaleTargetRef.name}`,
    },
    {
      name: 'Targets',
      description: 'Each metric, as it is and as it should be.',
      cell: (hpa) => (hpa.spec ? formatTargets(hpa.spec, hpa) : NONE),
    },
    {
      name: 'MinPods',
      description: 'The fewest Pods that it goes down to.',
      cell: ({ spec }) => `${spec?.minReplicas ?? UNSET}`,
    },
    {
      name: 'MaxPods',
      description: 'The most Pods that it goes up to.',
      cell: ({ spec }) => spec?.maxReplicas ?? 0,
    },
    {
      name: 'Replicas',
      description: 'How many Pods there are.',
      cell: ({ status }) => status?.currentReplicas ?? 0,
    },
    ageColumn,
  ],
};

const METRICS_ANNOTATION = 'autoscaling.alpha.kubernetes.io/metrics';

/** autoscaling/v1 HorizontalPodAutoscaler: its defaults alone, as it is stored and judged as v2. */
export const stableAutoscalerStrategy: KindStrategy<StableAutoscaler> = {
  ...WITH_STATUS,
  applyDefaults({ spec, metadata }) {
    if (!spec) return;
    spec.minReplicas ??= 1;
    if (metadata.annotations?.[METRICS_ANNOTATION] !== undefined) return;
    spec.targetCPUUtilizationPercentage ??= DEFAULT_UTILIZATION;
  },
};
