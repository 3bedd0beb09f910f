import type { ApiClient } from '../../apiserver/client.ts';
import { toError } from '../../lib/errors.ts';
import type { EventRecorder } from '../../machinery/event-recorder.ts';
import { INDEX_NAMESPACE, type Informer } from '../../machinery/informer.ts';
import type {
  HorizontalPodAutoscaler,
  MetricSpec,
  MetricStatus,
} from '../../scheme/generated/types/autoscaling-v2.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import type { LabelMatcher } from '../../scheme/label-selector.ts';
import { parseLabelMatcher } from '../../scheme/label-selector-parser.ts';
import { formatLabels } from '../../scheme/labels.ts';
import { keyOf, splitKey } from '../../scheme/object.ts';
import { quantityMilliValue } from '../../scheme/quantity.ts';
import type { Explanation } from './limits.ts';
import { type MetricContext, type MetricProposal, proposeFor } from './metric-proposals.ts';
import { MetricsError, type Tolerances } from './replica-calculator.ts';
import type { ScaleTarget } from './scale-targets.ts';
import {
  explain,
  failedMetricReason,
  REASON_AMBIGUOUS_SELECTOR,
  REASON_INVALID_SELECTOR,
  REASON_SELECTOR_REQUIRED,
} from './status.ts';

/** Kubernetes' `--horizontal-pod-autoscaler-tolerance`. */
const DEFAULT_TOLERANCE = 0.1;

export interface RecommenderOptions {
  readonly client: ApiClient;
  /** Indexed by namespace. */
  readonly pods: Informer<Pod>;
  readonly events: EventRecorder;
}

/** What the metrics ask for. */
export interface Recommended {
  /** Undefined when nothing can be said. */
  readonly replicas: number | undefined;
  /** Which metric asks for most. */
  readonly metric: string;
  readonly statuses: readonly MetricStatus[];
  /** What the condition ScalingActive says. */
  readonly active: Explanation;
  /** What went wrong, if anything did. */
  readonly error?: string;
}

interface Failure {
  readonly reason: string;
  readonly message: string;
  /** As the sum of all failures tells it: with what was to be had. */
  readonly told: string;
}

/** Asks each metric of an autoscaler how many replicas there should be: the highest answer wins. */
export class Recommender {
  readonly #options: RecommenderOptions;
  /** What each autoscaler's target selects, by the autoscaler's key: two must not scale the same Pods. */
  readonly #selectors = new Map<string, LabelMatcher>();

  constructor(options: RecommenderOptions) {
    this.#options = options;
  }

  forget(key: string): void {
    this.#selectors.delete(key);
  }

  async recommend(
    autoscaler: HorizontalPodAutoscaler,
    { scale }: ScaleTarget,
    nowMs: number,
  ): Promise<Recommended> {
    const { namespace = '' } = autoscaler.metadata;
    const selector = scale.status?.selector ?? '';
    const pods = this.#selectPods(autoscaler, selector);
    if (!Array.isArray(pods)) return pods as Recommended;
    const ctx: MetricContext = {
      client: this.#options.client,
      autoscaler,
      namespace,
      selector,
      pods,
      specReplicas: scale.spec?.replicas ?? 0,
      statusReplicas: scale.status?.replicas ?? 0,
      tolerances: tolerancesOf(autoscaler),
      nowMs,
    };
    const { failures, proposals } = await this.#askAll(ctx, autoscaler.spec.metrics ?? []);
    return conclude(ctx, proposals, failures);
  }

  async #askAll(
    ctx: MetricContext,
    metrics: readonly MetricSpec[],
  ): Promise<{ proposals: readonly MetricProposal[]; failures: readonly Failure[] }> {
    const proposals: MetricProposal[] = [];
    const failures: Failure[] = [];
    for (const metric of metrics) {
      try {
        proposals.push(await proposeFor(ctx, metric));
      } catch (thrown) {
        if (!(thrown instanceof MetricsError)) throw thrown;
        const reason = failedMetricReason(metric.type);
        const { message } = thrown;
        this.#options.events.record(ctx.autoscaler, { type: 'Warning', reason, message });
        failures.push({ reason, message, told: tellFailure(metric, message) });
      }
    }
    return { proposals, failures };
  }

  /** The Pods of the target, or why they cannot be told. */
  #selectPods(autoscaler: HorizontalPodAutoscaler, selector: string): readonly Pod[] | Recommended {
    if (selector === '') {
      const message = 'selector is required';
      this.#warn(autoscaler, REASON_SELECTOR_REQUIRED, message);
      const why = "the HPA target's scale is missing a selector";
      return nothing(explain(REASON_INVALID_SELECTOR, why), message);
    }
    let matches: LabelMatcher;
    try {
      matches = parseLabelMatcher(selector);
    } catch (thrown) {
      // A custom object may say anything of what it selects.
      const message = `couldn't convert selector into a corresponding internal selector object: ${toError(thrown).message}`;
      this.#warn(autoscaler, REASON_INVALID_SELECTOR, message);
      return nothing(explain(REASON_INVALID_SELECTOR, message));
    }
    const key = keyOf(autoscaler);
    this.#selectors.set(key, matches);
    const { namespace = '' } = autoscaler.metadata;
    const pods = this.#options.pods
      .byIndex(INDEX_NAMESPACE, namespace)
      .filter(({ metadata }) => matches(metadata.labels));
    const rivals = this.#rivals(key, namespace, pods);
    if (rivals.length === 0) return pods;
    const all = [key, ...rivals].sort().join(' ');
    const message = `pods by selector ${selector} are controlled by multiple HPAs: [${all}]`;
    this.#warn(autoscaler, REASON_AMBIGUOUS_SELECTOR, message);
    return nothing(explain(REASON_AMBIGUOUS_SELECTOR, message));
  }

  /** The other autoscalers that select one of the Pods. */
  #rivals(key: string, namespace: string, pods: readonly Pod[]): readonly string[] {
    // Most Pods of a target have the same labels: each set of them is asked for once.
    const labels = new Map(
      pods.map(({ metadata }) => [formatLabels(metadata.labels ?? {}), metadata.labels]),
    );
    const rivals: string[] = [];
    for (const [other, matches] of this.#selectors) {
      if (other === key || splitKey(other).namespace !== namespace) continue;
      if ([...labels.values()].some(matches)) rivals.push(other);
    }
    return rivals;
  }

  #warn(autoscaler: HorizontalPodAutoscaler, reason: string, message: string): void {
    this.#options.events.record(autoscaler, { type: 'Warning', reason, message });
  }
}

function tolerancesOf({ spec: { behavior } }: HorizontalPodAutoscaler): Tolerances {
  const part = (quantity: string | undefined): number =>
    quantity === undefined ? DEFAULT_TOLERANCE : quantityMilliValue(quantity) / 1_000;
  return { up: part(behavior?.scaleUp?.tolerance), down: part(behavior?.scaleDown?.tolerance) };
}

function nothing(active: Explanation, error: string = active.message): Recommended {
  return { replicas: undefined, metric: '', statuses: [], active, error };
}

function tellFailure(metric: MetricSpec, message: string): string {
  const { containerResource, external, object, resource, type } = metric;
  const failed = (value: string, why: string): string =>
    `failed to get ${value} metric value: ${why}`;
  if (resource) return failed(`${resource.name} resource`, message);
  if (containerResource) return failed(`${containerResource.name} container`, message);
  if (external) {
    const { name } = external.metric;
    const what = external.target.averageValue
      ? `${name} external metric`
      : `external metric ${name}`;
    return failed(`${name} external`, `failed to get ${what}: ${message}`);
  }
  const isShared = object?.target.averageValue !== undefined;
  const what = isShared ? `failed to get ${object.metric.name} object metric: ` : '';
  return failed(type.toLowerCase(), `${what}${message}`);
}

/** A metric that cannot be had keeps the target from shrinking: it might have asked for more. */
function conclude(
  { specReplicas }: MetricContext,
  proposals: readonly MetricProposal[],
  failures: readonly Failure[],
): Recommended {
  const statuses = proposals.map(({ status }) => status);
  const most = proposals.reduce<MetricProposal | undefined>(
    (best, next) => (!best || next.replicas > best.replicas ? next : best),
    undefined,
  );
  const [failure] = failures;
  const error = failure && invalidMetrics(failure, failures.length, proposals.length);
  const told = error === undefined ? {} : { error };
  if (!most || (failure && most.replicas < specReplicas)) {
    const why = `the HPA was unable to compute the replica count: ${failure?.message}`;
    const active = explain(failure?.reason ?? '', why);
    return { replicas: undefined, metric: '', statuses, active, ...told };
  }
  const found = `the HPA was able to successfully calculate a replica count from ${most.name}`;
  const active = explain('ValidMetricFound', found);
  return { replicas: most.replicas, metric: most.name, statuses, active, ...told };
}

function invalidMetrics({ told }: Failure, invalid: number, valid: number): string {
  return `invalid metrics (${invalid} invalid out of ${invalid + valid}), first error is: ${told}`;
}
