/** What each metric of an autoscaler proposes. */
import type { ApiClient } from '../../apiserver/client.ts';
import type {
  ContainerResourceMetricSource,
  HorizontalPodAutoscaler,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
  ResourceMetricSource,
} from '../../scheme/generated/types/autoscaling-v2.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { formatQuantity, quantityMilliValue } from '../../scheme/quantity.ts';
import { printSelector } from '../shared/print-selector.ts';
import { declaredValue, podSamples, resourceSamples } from './metrics-reader.ts';
import {
  type CalculatorInput,
  MetricsError,
  type Proposal,
  podRequests,
  replicasForAverage,
  replicasForShare,
  replicasForUtilization,
  replicasForValue,
  type Tolerances,
} from './replica-calculator.ts';

export interface MetricContext {
  readonly client: ApiClient;
  readonly autoscaler: HorizontalPodAutoscaler;
  readonly namespace: string;
  /** Of the target's Pods, in text form. */
  readonly selector: string;
  readonly pods: readonly Pod[];
  /** What the target should have. */
  readonly specReplicas: number;
  /** What it has. */
  readonly statusReplicas: number;
  readonly tolerances: Tolerances;
  readonly nowMs: number;
}

export interface MetricProposal {
  readonly replicas: number;
  /** As conditions and events call it: `cpu resource utilization (percentage of request)`. */
  readonly name: string;
  readonly status: MetricStatus;
}

/** @throws {MetricsError} where the metric cannot be had, or says nothing */
export function proposeFor(ctx: MetricContext, metric: MetricSpec): Promise<MetricProposal> {
  switch (metric.type) {
    case 'Resource':
      return proposeForResource(ctx, metric.resource as ResourceMetricSource);
    case 'ContainerResource':
      return proposeForContainer(ctx, metric.containerResource as ContainerResourceMetricSource);
    case 'Pods':
      return Promise.resolve(proposeForPods(ctx, metric));
    case 'Object':
      return Promise.resolve(proposeForObject(ctx, metric));
    default:
      return Promise.resolve(proposeForExternal(ctx, metric));
  }
}

async function proposeForResource(
  ctx: MetricContext,
  source: ResourceMetricSource,
): Promise<MetricProposal> {
  const { current, label, replicas } = await measureResource(ctx, source);
  return {
    replicas,
    name: label,
    status: { type: 'Resource', resource: { name: source.name, current } },
  };
}

async function proposeForContainer(
  ctx: MetricContext,
  source: ContainerResourceMetricSource,
): Promise<MetricProposal> {
  const { container, name } = source;
  const { current, label, replicas } = await measureResource(ctx, source, container);
  const containerResource = { name, container, current };
  return { replicas, name: label, status: { type: 'ContainerResource', containerResource } };
}

interface Measured {
  readonly replicas: number;
  readonly label: string;
  readonly current: MetricValueStatus;
}

async function measureResource(
  ctx: MetricContext,
  { name, target }: ResourceMetricSource,
  container?: string,
): Promise<Measured> {
  const { client, namespace, selector } = ctx;
  const of = container === undefined ? {} : { container };
  const isUsage = target.averageValue !== undefined;
  try {
    const question = { namespace, selector, resource: name, ...of };
    const input = { ...calculatorInput(ctx), samples: await resourceSamples(client, question) };
    return isUsage
      ? measureUsage(input, name, target)
      : measureUtilization(input, name, target, container);
  } catch (thrown) {
    if (!(thrown instanceof MetricsError)) throw thrown;
    throw new MetricsError(
      `failed to get ${name} ${isUsage ? 'usage' : 'utilization'}: ${thrown.message}`,
    );
  }
}

function measureUsage(input: CalculatorInput, name: string, target: MetricTarget): Measured {
  const wanted = quantityMilliValue(target.averageValue ?? '0');
  const { average, replicas } = replicasForAverage(input, wanted, name === 'cpu');
  return { replicas, label: `${name} resource`, current: { averageValue: toQuantity(average) } };
}

function measureUtilization(
  input: CalculatorInput,
  name: string,
  { averageUtilization = 0 }: MetricTarget,
  container: string | undefined,
): Measured {
  const requests = podRequests(input.pods, name, quantityMilliValue, container);
  const isCpu = name === 'cpu';
  const proposal = replicasForUtilization(input, requests, averageUtilization, isCpu);
  const { average, replicas, utilization } = proposal;
  return {
    replicas,
    label: `${name} resource utilization (percentage of request)`,
    current: { averageUtilization: utilization, averageValue: toQuantity(average) },
  };
}

function calculatorInput({ nowMs, pods, specReplicas, tolerances }: MetricContext) {
  return { currentReplicas: specReplicas, pods, tolerances, nowMs };
}

function proposeForPods(ctx: MetricContext, { pods: source }: MetricSpec): MetricProposal {
  const { metric, target } = source as NonNullable<MetricSpec['pods']>;
  const samples = podSamples(metric.name, ctx.pods, ctx.nowMs);
  const wanted = quantityMilliValue(target.averageValue ?? '0');
  const input = { ...calculatorInput(ctx), samples };
  const { average, replicas } = replicasForAverage(input, wanted, false);
  const current = { averageValue: toQuantity(average) };
  return {
    replicas,
    name: `pods metric ${metric.name}`,
    status: { type: 'Pods', pods: { metric, current } },
  };
}

function proposeForObject(ctx: MetricContext, { object: source }: MetricSpec): MetricProposal {
  const { describedObject, metric, target } = source as NonNullable<MetricSpec['object']>;
  const { current, replicas } = failingAs(
    (why) =>
      `unable to get metric ${metric.name}: ${describedObject.kind} on ${ctx.namespace} ${describedObject.name}/${why}`,
    () => measureDeclared(ctx, metric.name, target),
  );
  return {
    replicas,
    // Kubernetes names an average over Pods as if it were external.
    name: target.averageValue
      ? `external metric ${metric.name}(${printSelector(metric.selector)})`
      : `${describedObject.kind} metric ${metric.name}`,
    status: { type: 'Object', object: { describedObject, metric, current } },
  };
}

function proposeForExternal(ctx: MetricContext, { external: source }: MetricSpec): MetricProposal {
  const { metric, target } = source as NonNullable<MetricSpec['external']>;
  const selector = printSelector(metric.selector);
  const { current, replicas } = failingAs(
    (why) => `unable to get external metric ${ctx.namespace}/${metric.name}/${selector}: ${why}`,
    () => measureDeclared(ctx, metric.name, target),
  );
  return {
    replicas,
    name: `external metric ${metric.name}(${selector})`,
    status: { type: 'External', external: { metric, current } },
  };
}

/** What `measure` gives; where the metric cannot be had, said in the words of its type. */
function failingAs<T>(tell: (why: string) => string, measure: () => T): T {
  try {
    return measure();
  } catch (thrown) {
    if (!(thrown instanceof MetricsError)) throw thrown;
    throw new MetricsError(tell(thrown.message));
  }
}

function measureDeclared(
  ctx: MetricContext,
  name: string,
  target: MetricTarget,
): { replicas: number; current: MetricValueStatus } {
  const value = declaredValue(ctx.autoscaler, name);
  if (target.averageValue === undefined) {
    const wanted = quantityMilliValue(target.value ?? '0');
    const replicas = replicasForValue(calculatorInput(ctx), value, wanted);
    return { replicas, current: { value: toQuantity(value) } };
  }
  const share = quantityMilliValue(target.averageValue);
  const { average, replicas }: Proposal = replicasForShare(
    ctx.statusReplicas,
    ctx.tolerances,
    value,
    share,
  );
  return { replicas, current: { averageValue: toQuantity(average) } };
}

function toQuantity(milli: number): string {
  return formatQuantity({ nano: BigInt(milli) * 1_000_000n, format: 'DecimalSI' });
}
