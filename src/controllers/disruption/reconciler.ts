/**
 * Disruption: keeps the status of PodDisruptionBudgets, by which evictions are granted. Invariants: a status is written on
 * condition that no eviction has been granted since it was worked out, and it allows more than before only when it was worked
 * out on Pods that include all that evictions have taken. So however many evict, and wherever this runs, no more Pods go than
 * the budget bears.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/disruptions/
 */
import { deepEqual } from '../../lib/deep-equal.ts';
import { toError } from '../../lib/errors.ts';
import {
  type Controller,
  type ControllerContext,
  done,
  type ReconcileResult,
  requeueAfterFirst,
} from '../../machinery/controller.ts';
import type { EventRecorder } from '../../machinery/event-recorder.ts';
import { addControllerUidIndex } from '../../machinery/indexes.ts';
import { INDEX_CONTROLLER_UID, type Informer } from '../../machinery/informer.ts';
import { corePods, policyPodDisruptionBudgets } from '../../scheme/generated/resources.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import type {
  PodDisruptionBudget,
  PodDisruptionBudgetStatus,
} from '../../scheme/generated/types/policy-v1.ts';
import { selectorMatcher } from '../../scheme/label-selector.ts';
import { controllerOf, keyOf } from '../../scheme/object.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import { isPodReady } from '../shared/pods.ts';
import { printSelector } from '../shared/print-selector.ts';
import type { ResourceSource } from '../shared/resource-source.ts';
import { SelectedPods } from '../shared/selected-pods.ts';
import { AnnouncedDisruptions } from './announced-disruptions.ts';
import { Owners } from './owners.ts';
import { type Expectation, planExpectation, speaksOfOwners } from './plan.ts';
import { type BudgetStatus, computeBudgetStatus, failedBudgetStatus } from './status.ts';

const REASON_NO_PODS = 'NoPods';
const REASON_UNMANAGED_PODS = 'UnmanagedPods';
const REASON_EXPECTATION_FAILED = 'CalculateExpectedPodCountFailed';
const REASON_NOT_DELETED = 'NotDeleted';
const REASON_MULTIPLE_BUDGETS = 'MultiplePodDisruptionBudgets';

/** A burst of Pod changes becomes one look at the Pods of a budget in this time. */
const MIN_INTERVAL_MS = 100;

export interface DisruptionControllerOptions {
  /** What may own Pods. */
  readonly resources: ResourceSource;
}

/** Its keys are those of PodDisruptionBudgets, and, marked as such, those of Pods whose disruption was announced. */
export function createDisruptionController({ resources }: DisruptionControllerOptions): Controller {
  return {
    name: 'disruption',
    minIntervalMs: MIN_INTERVAL_MS,
    setUp(context) {
      const reconciler = new DisruptionReconciler(context, resources);
      return (key) => reconciler.reconcile(key);
    },
  };
}

type Assessment = BudgetStatus & Pick<Expectation, 'unmanaged'>;

class DisruptionReconciler {
  readonly #context: ControllerContext;
  readonly #events: EventRecorder;
  readonly #budgets: Informer<PodDisruptionBudget>;
  readonly #pods: Informer<Pod>;
  readonly #owners: Owners;
  readonly #selected: SelectedPods<PodDisruptionBudget>;
  readonly #announced: AnnouncedDisruptions;

  constructor(context: ControllerContext, resources: ResourceSource) {
    const { events, informers, queue } = context;
    this.#context = context;
    this.#events = events.withSource('controllermanager');
    this.#budgets = informers.informer(policyPodDisruptionBudgets);
    this.#pods = informers.informer(corePods);
    addControllerUidIndex(this.#pods);
    this.#owners = new Owners(context, resources);
    this.#selected = new SelectedPods({
      selecting: this.#budgets,
      pods: this.#pods,
      requiredLabels: ({ spec }) => spec?.selector && (spec.selector.matchLabels ?? {}),
      matches: ({ spec }, labels) => selectorMatcher(spec?.selector)(labels),
      matters: countsOtherwise,
    });
    const add = (budget: PodDisruptionBudget): void => queue.add(keyOf(budget));
    this.#budgets.addHandler({ onAdd: add, onUpdate: (_, next) => add(next) });
    this.#pods.addHandler(
      this.#selected.podHandler(
        (key) => queue.add(key),
        (pod, budgets) => this.#tellMultiple(pod, budgets),
      ),
    );
    this.#announced = new AnnouncedDisruptions(context, this.#pods);
    this.#owners.onRescaled((uid) => {
      for (const pod of this.#pods.byIndex(INDEX_CONTROLLER_UID, uid)) {
        for (const budget of this.#selected.selecting(pod)) add(budget);
      }
    });
  }

  async reconcile(key: string): Promise<ReconcileResult> {
    if (this.#announced.owns(key)) return this.#announced.reconcile(key);
    const budget = this.#budgets.get(key);
    if (!budget) return done;
    const assessment = await this.#assess(budget);
    if (assessment instanceof Error) {
      await this.#fail(budget, assessment);
      return done;
    }
    const { nextInMs, notDeleted, status, unmanaged } = assessment;
    if (unmanaged.length > 0) this.#tellUnmanaged(budget);
    for (const pod of notDeleted) this.#tellNotDeleted(budget, pod);
    await this.#write(budget, status);
    return requeueAfterFirst(nextInMs);
  }

  /** Pods that this process has not heard of may be gone by an eviction: whoever allows more must have seen them go. */
  async #assess(budget: PodDisruptionBudget): Promise<Assessment | Error> {
    const assessment = await this.#assessKnown(budget);
    if (assessment instanceof Error) return assessment;
    const allowedBefore = budget.status?.disruptionsAllowed ?? 0;
    if ((assessment.status.disruptionsAllowed ?? 0) <= allowedBefore) return assessment;
    await this.#pods.catchUp();
    return this.#assessKnown(budget);
  }

  async #assessKnown(budget: PodDisruptionBudget): Promise<Assessment | Error> {
    const pods = this.#selected.podsOf(budget);
    const nowMs = this.#context.clock.now();
    if (pods.length === 0) this.#tellNoPods(budget);
    try {
      const findScale = await this.#owners.scalesOf(speaksOfOwners(budget.spec) ? pods : []);
      const expectation = planExpectation(budget, pods, findScale);
      const { unmanaged } = expectation;
      return { ...computeBudgetStatus({ budget, pods, expectation, nowMs }), unmanaged };
    } catch (thrown) {
      return toError(thrown);
    }
  }

  /** Where nothing is known for sure, nothing is allowed. */
  async #fail(budget: PodDisruptionBudget, { message }: Error): Promise<void> {
    this.#events.record(budget, {
      type: 'Warning',
      reason: REASON_EXPECTATION_FAILED,
      message: `Failed to calculate the number of expected pods: ${message}`,
    });
    await this.#write(budget, failedBudgetStatus(budget, message, this.#context.clock.now()));
  }

  async #write(budget: PodDisruptionBudget, status: PodDisruptionBudgetStatus): Promise<void> {
    if (deepEqual(budget.status, status)) return;
    const { client } = this.#context;
    await ignoreNotFound(
      client.update(policyPodDisruptionBudgets, { ...budget, status }, { subresource: 'status' }),
    );
  }

  #tellNoPods(budget: PodDisruptionBudget): void {
    const message = 'No matching pods found';
    this.#events.record(budget, { type: 'Normal', reason: REASON_NO_PODS, message });
  }

  #tellUnmanaged(budget: PodDisruptionBudget): void {
    const selector = printSelector(budget.spec?.selector);
    const message = `Pods selected by this PodDisruptionBudget (selector: ${selector}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`;
    this.#events.record(budget, { type: 'Warning', reason: REASON_UNMANAGED_PODS, message });
  }

  #tellMultiple(pod: Pod, budgets: readonly PodDisruptionBudget[]): void {
    const [first, second] = budgets;
    if (!first || !second) return;
    const { name, namespace } = pod.metadata;
    const message = `Pod "${namespace}"/"${name}" matches multiple PodDisruptionBudgets.  Chose "${first.metadata.name}" arbitrarily.`;
    this.#events.record(pod, { type: 'Warning', reason: REASON_MULTIPLE_BUDGETS, message });
  }

  #tellNotDeleted(budget: PodDisruptionBudget, pod: Pod): void {
    const message = `Pod was expected by PDB ${keyOf(budget)} to be deleted but it wasn't`;
    this.#events.record(pod, { type: 'Warning', reason: REASON_NOT_DELETED, message });
  }
}

/** Whether a budget sees the Pod in another way; most changes of a Pod's life do not touch that. */
function countsOtherwise(previous: Pod, pod: Pod): boolean {
  return (
    isPodReady(previous) !== isPodReady(pod) ||
    previous.metadata.deletionTimestamp !== pod.metadata.deletionTimestamp ||
    controllerOf(previous)?.uid !== controllerOf(pod)?.uid
  );
}
