/**
 * HorizontalPodAutoscalers: as many replicas as bring their metrics to their targets. Each is looked at every 15 seconds,
 * whether anything changed or not, because what it follows is measured and not watched.
 */
import { toRfc3339 } from '../../lib/clock.ts';
import { deepEqual } from '../../lib/deep-equal.ts';
import { toError } from '../../lib/errors.ts';
import {
  type Controller,
  type ControllerContext,
  done,
  type ReconcileResult,
  requeueAfter,
} from '../../machinery/controller.ts';
import type { EventRecorder } from '../../machinery/event-recorder.ts';
import { addNamespaceIndex } from '../../machinery/indexes.ts';
import type { Informer } from '../../machinery/informer.ts';
import { autoscalingHorizontalPodAutoscalers, corePods } from '../../scheme/generated/resources.ts';
import type { HorizontalPodAutoscaler } from '../../scheme/generated/types/autoscaling-v2.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { keyOf } from '../../scheme/object.ts';
import type { ResourceSource } from '../shared/resource-source.ts';
import { NO_HISTORY, recommended, type ScalingHistory, scaled } from './history.ts';
import { limitScale } from './limits.ts';
import { type Recommended, Recommender } from './recommender.ts';
import { type ScaleTarget, ScaleTargets } from './scale-targets.ts';
import {
  CONDITION_ABLE_TO_SCALE,
  CONDITION_SCALING_ACTIVE,
  CONDITION_SCALING_LIMITED,
  explain,
  REASON_FAILED_COMPUTE_METRICS_REPLICAS,
  REASON_FAILED_GET_SCALE,
  REASON_FAILED_RESCALE,
  REASON_SUCCESSFUL_RESCALE,
  withCondition,
} from './status.ts';

/** Kubernetes' `--horizontal-pod-autoscaler-sync-period`. */
const SYNC_PERIOD_MS = 15_000;

export interface HorizontalPodAutoscalerOptions {
  /** Every resource that is served: what namespaces hold, what may own or be owned, and what has a scale. */
  readonly resources: ResourceSource;
}

export function createHorizontalPodAutoscalerController(
  options: HorizontalPodAutoscalerOptions,
): Controller {
  return {
    name: 'horizontal-pod-autoscaler',
    serviceAccount: 'horizontal-pod-autoscaler',
    // What it has recommended and done is in memory.
    singleton: true,
    // One that fails is looked at as often as one that does not.
    failureBackoff: { baseMs: SYNC_PERIOD_MS, maxMs: SYNC_PERIOD_MS },
    setUp(context) {
      const reconciler = new AutoscalerReconciler(context, options);
      return (key) => reconciler.reconcile(key);
    },
  };
}

type Status = NonNullable<HorizontalPodAutoscaler['status']>;

/** How many replicas there are to be, and why. */
interface Decision {
  /** How many there are to be; undefined where nothing can be said. */
  readonly replicas: number | undefined;
  /** Why the number changes, as the event says it. */
  readonly why: string;
  readonly status: Status;
}

class AutoscalerReconciler {
  readonly #context: ControllerContext;
  readonly #events: EventRecorder;
  readonly #autoscalers: Informer<HorizontalPodAutoscaler>;
  readonly #targets: ScaleTargets;
  readonly #recommender: Recommender;
  readonly #histories = new Map<string, ScalingHistory>();

  constructor(context: ControllerContext, { resources }: HorizontalPodAutoscalerOptions) {
    const { client, events, informers, queue } = context;
    this.#context = context;
    this.#events = events.withSource('horizontal-pod-autoscaler');
    this.#autoscalers = informers.informer(autoscalingHorizontalPodAutoscalers);
    const pods: Informer<Pod> = informers.informer(corePods);
    addNamespaceIndex(pods);
    this.#targets = new ScaleTargets(client, resources);
    this.#recommender = new Recommender({ client, pods, events: this.#events });
    this.#autoscalers.addHandler({
      onAdd: (autoscaler) => queue.add(keyOf(autoscaler)),
      // Its own status is no news.
      onUpdate: (previous, autoscaler) => {
        const { generation } = autoscaler.metadata;
        if (previous.metadata.generation !== generation) queue.add(keyOf(autoscaler));
      },
      onDelete: (autoscaler) => {
        this.#histories.delete(keyOf(autoscaler));
        this.#recommender.forget(keyOf(autoscaler));
      },
    });
  }

  async reconcile(key: string): Promise<ReconcileResult> {
    const autoscaler = this.#autoscalers.get(key);
    if (!autoscaler || autoscaler.metadata.deletionTimestamp) return done;
    const status = await this.#scale(key, autoscaler);
    await this.#store(autoscaler, status);
    return requeueAfter(SYNC_PERIOD_MS);
  }

  /** Brings the target to its size, and gives the status after that. */
  async #scale(key: string, autoscaler: HorizontalPodAutoscaler): Promise<Status> {
    const before = statusOf(autoscaler);
    let target: ScaleTarget;
    try {
      target = await this.#targets.find(autoscaler);
    } catch (thrown) {
      const { message } = toError(thrown);
      this.#warn(autoscaler, REASON_FAILED_GET_SCALE, message);
      const unable = `the HPA controller was unable to get the target's current scale: ${message}`;
      return this.#unable(before, REASON_FAILED_GET_SCALE, unable);
    }
    const found = this.#able(
      { ...before, currentReplicas: target.scale.spec?.replicas ?? 0 },
      'SucceededGetScale',
      "the HPA controller was able to get the target's current scale",
    );
    const decision = await this.#decide(key, autoscaler, target, found);
    return decision ? this.#carryOut(key, autoscaler, target, decision) : found;
  }

  async #decide(
    key: string,
    autoscaler: HorizontalPodAutoscaler,
    target: ScaleTarget,
    status: Status,
  ): Promise<Decision | undefined> {
    const { maxReplicas, minReplicas = 1 } = autoscaler.spec;
    const current = target.scale.spec?.replicas ?? 0;
    if (current === 0 && minReplicas !== 0) {
      const message = 'scaling is disabled since the replica count of the target is zero';
      const conditions = withCondition(
        status.conditions ?? [],
        CONDITION_SCALING_ACTIVE,
        false,
        explain('ScalingDisabled', message),
        this.#context.clock.now(),
      );
      return { replicas: 0, why: '', status: { ...status, conditions: [...conditions] } };
    }
    if (current > maxReplicas) {
      const why = 'Current number of replicas above Spec.MaxReplicas';
      return { replicas: maxReplicas, why, status };
    }
    if (current < minReplicas) {
      const why = 'Current number of replicas below Spec.MinReplicas';
      return { replicas: minReplicas, why, status };
    }
    return this.#decideByMetrics(key, autoscaler, target, status);
  }

  async #decideByMetrics(
    key: string,
    autoscaler: HorizontalPodAutoscaler,
    target: ScaleTarget,
    status: Status,
  ): Promise<Decision> {
    const nowMs = this.#context.clock.now();
    const current = target.scale.spec?.replicas ?? 0;
    const result = await this.#recommender.recommend(autoscaler, target, nowMs);
    const active = withCondition(
      status.conditions ?? [],
      CONDITION_SCALING_ACTIVE,
      result.replicas !== undefined,
      result.active,
      nowMs,
    );
    if (result.replicas === undefined) {
      this.#warn(autoscaler, REASON_FAILED_COMPUTE_METRICS_REPLICAS, result.error ?? '');
      // What was measured last stays.
      return { replicas: undefined, why: '', status: { ...status, conditions: [...active] } };
    }
    const measured = { ...status, currentMetrics: [...result.statuses], conditions: [...active] };
    return this.#limit(
      key,
      autoscaler,
      { ...result, replicas: result.replicas },
      measured,
      current,
    );
  }

  #limit(
    key: string,
    { spec }: HorizontalPodAutoscaler,
    result: Recommended & { readonly replicas: number },
    status: Status,
    currentReplicas: number,
  ): Decision {
    const nowMs = this.#context.clock.now();
    // What there was before anybody recommended anything counts as the first recommendation.
    const history = this.#histories.get(key) ?? recommended(NO_HISTORY, currentReplicas, nowMs);
    const desiredReplicas = result.replicas;
    const { able, limited, replicas } = limitScale({
      spec,
      currentReplicas,
      desiredReplicas,
      history,
      nowMs,
    });
    this.#histories.set(key, recommended(history, desiredReplicas, nowMs));
    const ableNow = withCondition(
      status.conditions ?? [],
      CONDITION_ABLE_TO_SCALE,
      true,
      able,
      nowMs,
    );
    const { isLimited, ...why } = limited;
    const conditions = withCondition(ableNow, CONDITION_SCALING_LIMITED, isLimited, why, nowMs);
    const isAbove = desiredReplicas > currentReplicas;
    return {
      replicas,
      why: isAbove ? `${result.metric} above target` : 'All metrics below target',
      status: { ...status, conditions: [...conditions] },
    };
  }

  async #carryOut(
    key: string,
    autoscaler: HorizontalPodAutoscaler,
    target: ScaleTarget,
    { replicas, status, why }: Decision,
  ): Promise<Status> {
    const current = target.scale.spec?.replicas ?? 0;
    // Where nothing can be said, what was wanted last stays.
    if (replicas === undefined) return status;
    const decided = { ...status, desiredReplicas: replicas };
    if (replicas === current) return decided;
    try {
      await this.#targets.scale(target, replicas);
    } catch (thrown) {
      const { message } = toError(thrown);
      const told = `New size: ${replicas}; reason: ${why}; error: ${message}`;
      this.#warn(autoscaler, REASON_FAILED_RESCALE, told);
      const unable = `the HPA controller was unable to update the target scale: ${message}`;
      return this.#unable(status, 'FailedUpdateScale', unable);
    }
    const nowMs = this.#context.clock.now();
    const message = `New size: ${replicas}; reason: ${why}`;
    this.#events.record(autoscaler, { type: 'Normal', reason: REASON_SUCCESSFUL_RESCALE, message });
    const history = this.#histories.get(key) ?? NO_HISTORY;
    this.#histories.set(key, scaled(history, current, replicas, nowMs));
    const able = `the HPA controller was able to update the target scale to ${replicas}`;
    return {
      ...this.#able(decided, 'SucceededRescale', able),
      lastScaleTime: toRfc3339(nowMs),
    };
  }

  #able(status: Status, reason: string, message: string): Status {
    return this.#withAbility(status, true, reason, message);
  }

  #unable(status: Status, reason: string, message: string): Status {
    return this.#withAbility(status, false, reason, message);
  }

  #withAbility(status: Status, isAble: boolean, reason: string, message: string): Status {
    const conditions = withCondition(
      status.conditions ?? [],
      CONDITION_ABLE_TO_SCALE,
      isAble,
      explain(reason, message),
      this.#context.clock.now(),
    );
    return { ...status, conditions: [...conditions] };
  }

  async #store(autoscaler: HorizontalPodAutoscaler, status: Status): Promise<void> {
    if (deepEqual(autoscaler.status, status)) return;
    await this.#context.client.update(
      autoscalingHorizontalPodAutoscalers,
      { ...autoscaler, status },
      { subresource: 'status' },
    );
  }

  #warn(autoscaler: HorizontalPodAutoscaler, reason: string, message: string): void {
    this.#events.record(autoscaler, { type: 'Warning', reason, message });
  }
}

function statusOf({ metadata, status }: HorizontalPodAutoscaler): Status {
  return {
    ...status,
    desiredReplicas: status?.desiredReplicas ?? 0,
    observedGeneration: metadata.generation,
  };
}
