/**
 * autoscaling/v1 knows one metric, the CPU's utilization. Everything else that autoscaling/v2 says travels in annotations,
 * under the names and in the forms that Kubernetes uses, so that a v1 client that reads and writes loses nothing.
 */
import { deepEqual } from '../../lib/deep-equal.ts';
import type { HorizontalPodAutoscaler as StableAutoscaler } from '../generated/types/autoscaling-v1.ts';
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerBehavior,
  HorizontalPodAutoscalerCondition,
  HorizontalPodAutoscalerStatus,
  MetricSpec,
  MetricStatus,
} from '../generated/types/autoscaling-v2.ts';
import type { ApiObject, ObjectMeta } from '../object.ts';
import { parseAnnotation } from './annotations.ts';
import type { Conversion } from './conversion.ts';
import { BEHAVIOR, formatBehavior, parseBehavior } from './hpa-behavior.ts';
import { type Figures, flattenMetric, type Metric, unflattenMetric } from './hpa-metrics.ts';

const PREFIX = 'autoscaling.alpha.kubernetes.io/';
const METRICS = `${PREFIX}metrics`;
const CURRENT_METRICS = `${PREFIX}current-metrics`;
const CONDITIONS = `${PREFIX}conditions`;

/** The metric that v1 has fields for, with nothing else in it. */
function cpuMetric(figures: Figures, averageUtilization: number): Metric {
  const type = figures === 'target' ? { type: 'Utilization' } : {};
  return {
    type: 'Resource',
    resource: { name: 'cpu', [figures]: { ...type, averageUtilization } },
  };
}

function cpuUtilizationOf(metric: Metric, figures: Figures): number | undefined {
  const resource = metric.resource as
    | { name: string; target?: CpuFigures; current?: CpuFigures }
    | undefined;
  if (metric.type !== 'Resource' || resource?.name !== 'cpu') return undefined;
  return resource[figures]?.averageUtilization;
}

interface CpuFigures {
  readonly averageUtilization?: number;
}

interface Split {
  /** What v1's own field says. */
  readonly utilization: number | undefined;
  /** What the annotation has to say: everything, unless the first metric says just what the field does. */
  readonly others: readonly Metric[];
}

function splitMetrics(metrics: readonly Metric[], figures: Figures): Split {
  const all = metrics.map((metric) => flattenMetric(metric, figures));
  const index = metrics.findIndex((metric) => cpuUtilizationOf(metric, figures) !== undefined);
  const found = metrics[index];
  if (!found) return { utilization: undefined, others: all };
  const utilization = cpuUtilizationOf(found, figures) as number;
  const isPlain = index === 0 && deepEqual(found, cpuMetric(figures, utilization));
  const isOnly = !metrics
    .slice(1)
    .some((metric) => cpuUtilizationOf(metric, figures) !== undefined);
  return { utilization, others: isPlain && isOnly ? all.slice(1) : all };
}

function joinMetrics({ utilization, others }: Split, figures: Figures): Metric[] {
  const metrics = others.map((metric) => unflattenMetric(metric, figures));
  if (utilization === undefined) return metrics;
  const index = metrics.findIndex((metric) => cpuUtilizationOf(metric, figures) !== undefined);
  const found = metrics[index];
  if (!found) return [cpuMetric(figures, utilization), ...metrics];
  metrics[index] = withUtilization(found, figures, utilization);
  return metrics;
}

function withUtilization(metric: Metric, figures: Figures, averageUtilization: number): Metric {
  const resource = metric.resource as Record<Figures, object>;
  return {
    ...metric,
    resource: { ...resource, [figures]: { ...resource[figures], averageUtilization } },
  };
}

/** What the annotations of a v1 object say; an annotation that is no JSON of its kind says nothing and stays. */
interface Annotated {
  readonly metrics: readonly Metric[];
  readonly currentMetrics: readonly Metric[];
  readonly conditions: readonly HorizontalPodAutoscalerCondition[];
  readonly behavior: HorizontalPodAutoscalerBehavior | undefined;
  /** The annotations that are left. */
  readonly rest: Readonly<Record<string, string>>;
}

function readAnnotations(annotations: Readonly<Record<string, string>> = {}): Annotated {
  const rest = { ...annotations };
  const take = <T>(name: string, is: (value: unknown) => value is T): T | undefined => {
    const value = parseAnnotation(rest[name]);
    if (!is(value)) return undefined;
    delete rest[name];
    return value;
  };
  const behavior = parseBehavior(rest[BEHAVIOR]);
  if (behavior) delete rest[BEHAVIOR];
  return {
    metrics: take(METRICS, isTypedList) ?? [],
    currentMetrics: take(CURRENT_METRICS, isTypedList) ?? [],
    conditions: (take(CONDITIONS, isTypedList) ?? []) as never,
    behavior,
    rest,
  };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTypedList(value: unknown): value is Metric[] {
  return Array.isArray(value) && value.every((item) => isObject(item) && 'type' in item);
}

function withAnnotations(metadata: ObjectMeta, annotations: Record<string, string>): ObjectMeta {
  const { annotations: _replaced, ...rest } = metadata;
  return Object.keys(annotations).length === 0 ? rest : { ...rest, annotations };
}

export const HORIZONTAL_POD_AUTOSCALER_CONVERSION: Conversion = {
  toStorage(object) {
    const autoscaler = object as StableAutoscaler;
    const annotated = readAnnotations(autoscaler.metadata.annotations);
    const { targetCPUUtilizationPercentage: utilization, ...spec } = autoscaler.spec ?? {};
    const metrics = joinMetrics({ utilization, others: annotated.metrics }, 'target') as unknown[];
    return {
      ...autoscaler,
      metadata: withAnnotations(autoscaler.metadata, annotated.rest),
      spec: {
        ...spec,
        ...(metrics.length > 0 ? { metrics: metrics as MetricSpec[] } : {}),
        ...(annotated.behavior ? { behavior: annotated.behavior } : {}),
      },
      ...toStoredStatus(autoscaler.status, annotated),
    } as ApiObject;
  },
  fromStorage(stored) {
    const autoscaler = stored as HorizontalPodAutoscaler;
    const { metrics = [], behavior, ...spec } = autoscaler.spec ?? {};
    const { currentMetrics = [], conditions = [], ...status } = autoscaler.status ?? {};
    const target = splitMetrics(metrics as unknown as Metric[], 'target');
    const current = splitMetrics(currentMetrics as unknown as Metric[], 'current');
    const annotations = {
      ...readAnnotations(autoscaler.metadata.annotations).rest,
      ...toJson(METRICS, target.others),
      ...toJson(CURRENT_METRICS, current.others),
      ...toJson(CONDITIONS, conditions),
      ...(behavior ? { [BEHAVIOR]: formatBehavior(behavior) } : {}),
    };
    return {
      ...autoscaler,
      metadata: withAnnotations(autoscaler.metadata, annotations),
      spec: { ...spec, ...defined('targetCPUUtilizationPercentage', target.utilization) },
      ...(autoscaler.status
        ? {
            status: {
              // v1 always has the number, v2 leaves it out before the first count.
              currentReplicas: 0,
              ...status,
              ...defined('currentCPUUtilizationPercentage', current.utilization),
            },
          }
        : {}),
    } as ApiObject;
  },
};

function toStoredStatus(
  status: StableAutoscaler['status'],
  annotated: Annotated,
): { status?: HorizontalPodAutoscalerStatus } {
  const { currentCPUUtilizationPercentage: utilization, ...rest } = status ?? {};
  const split = { utilization, others: annotated.currentMetrics };
  const currentMetrics = joinMetrics(split, 'current') as unknown as MetricStatus[];
  const conditions = [...annotated.conditions];
  if (!status && currentMetrics.length === 0 && conditions.length === 0) return {};
  return {
    status: {
      ...(rest as HorizontalPodAutoscalerStatus),
      ...(currentMetrics.length > 0 ? { currentMetrics } : {}),
      ...(conditions.length > 0 ? { conditions } : {}),
    },
  };
}

function toJson(name: string, list: readonly unknown[]): Record<string, string> {
  return list.length > 0 ? { [name]: JSON.stringify(list) } : {};
}

function defined(field: string, value: number | undefined): Record<string, number> {
  return value === undefined ? {} : { [field]: value };
}
