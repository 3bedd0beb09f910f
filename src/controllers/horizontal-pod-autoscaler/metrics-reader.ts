/**
 * Where an autoscaler's figures come from: usage from metrics.k8s.io, everything else from annotations, because nothing in a
 * simulated cluster serves requests or fills queues that could be measured.
 */
import type { ApiClient } from '../../apiserver/client.ts';
import { parseGoDuration } from '../../scheme/duration.ts';
import type { HorizontalPodAutoscaler } from '../../scheme/generated/types/autoscaling-v2.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { metricsPods, type PodMetrics } from '../../scheme/groups/metrics/resource-metrics.ts';
import { quantityError, quantityMilliValue } from '../../scheme/quantity.ts';
import { MetricsError, type Sample, type Samples } from './replica-calculator.ts';

/**
 * Begins the annotations that are metrics: `metrics.orrery.dev/<name>`, a quantity. On a Pod it is that Pod's value of a metric
 * of type Pods; on a HorizontalPodAutoscaler it is the value of its metrics of types Object and External.
 */
export const METRICS_ANNOTATION_PREFIX = 'metrics.orrery.dev/';

/** Which Pods, and what of them. */
export interface ResourceQuestion {
  readonly namespace: string;
  /** In text form. */
  readonly selector: string;
  /** `cpu` or `memory`. */
  readonly resource: string;
  /** @default all of a Pod's containers together */
  readonly container?: string;
}

/** @throws {MetricsError} where there are no figures */
export async function resourceSamples(
  client: ApiClient,
  { container, namespace, resource, selector }: ResourceQuestion,
): Promise<Samples> {
  const { items } = await client.list(metricsPods, { namespace, labelSelector: selector });
  if (items.length === 0) {
    throw unableTo(resource, 'no metrics returned from resource metrics API');
  }
  const samples = new Map<string, Sample>();
  for (const metrics of items) {
    const value = usageOf(metrics, resource, container);
    if (value === undefined) continue;
    samples.set(metrics.metadata.name ?? '', {
      value,
      measuredAtMs: Date.parse(metrics.timestamp),
      windowMs: parseGoDuration(metrics.window) ?? 0,
    });
  }
  return samples;
}

/** The sum over containers; undefined where one of them, or all as there are none, say nothing of the resource. */
function usageOf(
  { containers, metadata }: PodMetrics,
  resource: string,
  container: string | undefined,
): number | undefined {
  const asked = containers.filter(({ name }) => container === undefined || name === container);
  if (asked.length === 0) {
    if (container === undefined) return undefined;
    const place = `${metadata.namespace}/${metadata.name}`;
    const why = `container ${container} not present in metrics for pod ${place}`;
    throw unableTo(resource, `failed to get container metrics: ${why}`);
  }
  let sum = 0;
  for (const { usage } of asked) {
    const quantity = (usage as Readonly<Record<string, string>>)[resource];
    if (quantity === undefined) return undefined;
    sum += quantityMilliValue(quantity);
  }
  return sum;
}

const unableTo = (resource: string, why: string): MetricsError =>
  new MetricsError(`unable to get metrics for resource ${resource}: ${why}`);

/** What Pods tell of a metric. Its figures are always of now. @throws {MetricsError} where none tells anything */
export function podSamples(metric: string, pods: readonly Pod[], nowMs: number): Samples {
  const samples = new Map<string, Sample>();
  for (const pod of pods) {
    const value = annotatedValue(pod, metric);
    if (value === undefined) continue;
    samples.set(pod.metadata.name ?? '', { value, measuredAtMs: nowMs, windowMs: 0 });
  }
  if (samples.size > 0) return samples;
  throw new MetricsError(
    `unable to get metric ${metric}: no Pod has the annotation ${METRICS_ANNOTATION_PREFIX}${metric}`,
  );
}

/** What the autoscaler itself tells of a metric that is not of its Pods. @throws {MetricsError} where it tells nothing */
export function declaredValue(autoscaler: HorizontalPodAutoscaler, metric: string): number {
  const value = annotatedValue(autoscaler, metric);
  if (value !== undefined) return value;
  const { name } = autoscaler.metadata;
  const annotation = `${METRICS_ANNOTATION_PREFIX}${metric}`;
  throw new MetricsError(
    `no metrics returned: HorizontalPodAutoscaler ${name} does not have the annotation ${annotation}`,
  );
}

function annotatedValue(
  { metadata }: Pick<Pod | HorizontalPodAutoscaler, 'metadata'>,
  metric: string,
): number | undefined {
  const text = metadata.annotations?.[`${METRICS_ANNOTATION_PREFIX}${metric}`];
  if (text === undefined) return undefined;
  const problem = quantityError(text);
  if (problem) throw new MetricsError(`unable to get metric ${metric}: ${problem}`);
  return quantityMilliValue(text);
}
