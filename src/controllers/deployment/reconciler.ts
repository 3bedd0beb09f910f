/**
 * Deployments: rollouts from one ReplicaSet to the next. Invariant: a ReplicaSet is named after the hash of its template,
 * so making the same one twice is an AlreadyExists and not a second one.
 */
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
import { addControllerUidIndex } from '../../machinery/indexes.ts';
import { INDEX_CONTROLLER_UID, type Informer } from '../../machinery/informer.ts';
import { isApiError } from '../../scheme/errors.ts';
import { appsDeployments, appsReplicaSets, corePods } from '../../scheme/generated/resources.ts';
import type {
  Deployment,
  DeploymentStatus,
  ReplicaSet,
} from '../../scheme/generated/types/apps-v1.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import {
  ANNOTATION_REVISION,
  isOfTemplate,
} from '../../scheme/groups/apps/deployment-revisions.ts';
import { isEmptySelector } from '../../scheme/label-selector.ts';
import { controllerOf, type ObjectMeta } from '../../scheme/object.ts';
import { ignoreNotFound, isNamespaceTerminating } from '../shared/api-errors.ts';
import { addOrphanIndex, claim, orphansIn, planClaims } from '../shared/claims.ts';
import { concurrently, throwFirst } from '../shared/concurrently.ts';
import { isPodTerminal } from '../shared/pods.ts';
import { REASON_REPLICA_SET_CREATE_ERROR } from './conditions.ts';
import { planHistoryCleanup } from './history.ts';
import { type DeploymentStep, planDeployment } from './plan.ts';
import { isRolloutComplete, progressDeadlineMs } from './progress.ts';
import { ReplicaSetWatcher } from './replica-set-watcher.ts';
import { type ReplicaSets, replicasOf, sortReplicaSets } from './replica-sets.ts';
import { planRollbackTo, requestedRevision } from './rollback.ts';
import { type CreationOutcome, computeDeploymentStatus } from './status.ts';

export const REASON_SCALING_REPLICA_SET = 'ScalingReplicaSet';
export const REASON_SELECTING_ALL = 'SelectingAll';

/** A rollout touches its Deployment with each status of each ReplicaSet; that becomes 20 runs a second at most. */
const MIN_INTERVAL_MS = 50;
/** A plan settles within a few rounds of steps; past this something writes against us, and later is better. */
const MAX_ROUNDS = 10;
const CLEANUP_CONCURRENCY = 10;
/** Times are kept in whole seconds: a deadline is surely past one second later. */
const DEADLINE_SKEW_MS = 1000;

export function createDeploymentController(): Controller {
  return {
    name: 'deployment',
    concurrency: 16,
    minIntervalMs: MIN_INTERVAL_MS,
    setUp(context) {
      const reconciler = new DeploymentReconciler(context);
      return (key) => reconciler.reconcile(key);
    },
  };
}

/** The ReplicaSets after a run's steps, and what came of making the new one. */
interface Rollout {
  readonly sets: ReplicaSets;
  readonly creation: CreationOutcome | undefined;
  /** To be thrown once the status tells of it. */
  readonly error?: Error;
}

class DeploymentReconciler {
  readonly #context: ControllerContext;
  readonly #events: EventRecorder;
  readonly #deployments: Informer<Deployment>;
  readonly #replicaSets: Informer<ReplicaSet>;
  readonly #pods: Informer<Pod>;

  constructor(context: ControllerContext) {
    const { informers, queue, events } = context;
    this.#context = context;
    this.#events = events.withSource('deployment-controller');
    this.#deployments = informers.informer(appsDeployments);
    this.#replicaSets = informers.informer(appsReplicaSets);
    this.#pods = informers.informer(corePods);
    addControllerUidIndex(this.#replicaSets);
    addControllerUidIndex(this.#pods);
    addOrphanIndex(this.#replicaSets);
    const watcher = new ReplicaSetWatcher(this.#deployments, this.#replicaSets, queue);
    this.#deployments.addHandler(watcher.deploymentHandler);
    this.#replicaSets.addHandler(watcher.replicaSetHandler);
    this.#pods.addHandler(watcher.podHandler);
  }

  async reconcile(key: string): Promise<ReconcileResult> {
    const deployment = this.#deployments.get(key);
    if (!deployment?.spec) return done;
    if (isEmptySelector(deployment.spec.selector)) return this.#refuseToSelectAll(deployment);
    const claimed = await this.#claimReplicaSets(deployment);
    const initial = sortReplicaSets(deployment, claimed);
    if (await this.#rollBack(deployment, initial)) return done;
    const rollout = await this.#rollOut(deployment, initial);
    if (!rollout) return done;
    const { sets, creation, error } = rollout;
    const nowMs = this.#context.clock.now();
    const status = computeDeploymentStatus({ deployment, sets, creation, nowMs });
    await this.#cleanUpHistory(deployment, sets, status);
    await this.#writeStatus(deployment, status, sets.current);
    if (error) throw error;
    const deadlineMs = progressDeadlineMs(deployment, status.conditions ?? []);
    if (deadlineMs === undefined || deployment.spec.paused) return done;
    return requeueAfter(Math.max(0, deadlineMs - nowMs) + DEADLINE_SKEW_MS);
  }

  async #refuseToSelectAll(deployment: Deployment): Promise<ReconcileResult> {
    this.#events.record(deployment, {
      type: 'Warning',
      reason: REASON_SELECTING_ALL,
      message: 'This deployment is selecting all pods. A non-empty selector is required.',
    });
    const observedGeneration = deployment.metadata.generation;
    await this.#writeStatus(deployment, { ...deployment.status, observedGeneration });
    return done;
  }

  #claimReplicaSets(deployment: Deployment): Promise<readonly ReplicaSet[]> {
    const { uid = '', namespace = '' } = deployment.metadata;
    const claims = planClaims({
      controller: deployment,
      selector: deployment.spec?.selector,
      owned: this.#replicaSets.byIndex(INDEX_CONTROLLER_UID, uid),
      orphans: orphansIn(this.#replicaSets, namespace),
    });
    const { client } = this.#context;
    return claim(
      { client, ownerRef: appsDeployments, childRef: appsReplicaSets },
      deployment,
      claims,
    );
  }

  /**
   * Goes back to the revision that the Deployment asks for. Nothing else is done in that run, because the ReplicaSets are
   * numbered anew by what the Deployment becomes. @returns whether it asks for one
   */
  async #rollBack(deployment: Deployment, { all, current }: ReplicaSets): Promise<boolean> {
    const revision = requestedRevision(deployment);
    // "The last one" is that before the present template's, which is to be made first.
    if (revision === undefined || !current) return false;
    const { deployment: next, note } = planRollbackTo(deployment, all, revision);
    const updated = await ignoreNotFound(this.#context.client.update(appsDeployments, next));
    if (updated) this.#events.record(updated, note);
    return true;
  }

  /**
   * Takes steps until the plan has none: what a step wrote is seen by the next at once, without waiting for the informer.
   * Resolves with undefined when the run must end without a status, because one was written or none can be.
   */
  async #rollOut(deployment: Deployment, initial: ReplicaSets): Promise<Rollout | undefined> {
    let sets = initial;
    let creation: CreationOutcome | undefined;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const steps = planDeployment({ deployment, sets, hasOldPods: () => this.#hasOldPods(sets) });
      if (steps.length === 0) break;
      for (const step of steps) {
        if (step.type === 'update') {
          sets = replaced(deployment, sets, step.previous, await this.#update(deployment, step));
          continue;
        }
        const created = await this.#create(deployment, step.replicaSet);
        if (created === undefined) return undefined;
        if (created instanceof Error) {
          const message = createErrorMessage(step.replicaSet, created);
          return { sets, creation: { type: 'failed', message }, error: created };
        }
        creation = { type: 'created', name: created.metadata.name ?? '' };
        sets = sortReplicaSets(deployment, [...sets.all, created]);
      }
    }
    return { sets, creation };
  }

  async #update(
    deployment: Deployment,
    { previous, replicaSet }: DeploymentStep & { type: 'update' },
  ): Promise<ReplicaSet> {
    const updated = await this.#context.client.update(appsReplicaSets, replicaSet);
    this.#recordScaling(deployment, updated, replicasOf(previous));
    return updated;
  }

  #recordScaling(deployment: Deployment, replicaSet: ReplicaSet, from: number): void {
    const to = replicasOf(replicaSet);
    if (from === to) return;
    const direction = to > from ? 'up' : 'down';
    this.#events.record(deployment, {
      type: 'Normal',
      reason: REASON_SCALING_REPLICA_SET,
      message: `Scaled ${direction} replica set ${replicaSet.metadata.name} from ${from} to ${to}`,
    });
  }

  /** The ReplicaSet, or why it cannot be made, or undefined when the run is to end. */
  async #create(
    deployment: Deployment,
    replicaSet: ReplicaSet,
  ): Promise<ReplicaSet | Error | undefined> {
    try {
      const created = await this.#context.client.create(appsReplicaSets, replicaSet);
      this.#recordScaling(deployment, created, 0);
      return created;
    } catch (thrown) {
      if (isApiError(thrown, 'AlreadyExists')) return this.#takeExisting(deployment, replicaSet);
      if (isNamespaceTerminating(thrown)) return undefined;
      const error = toError(thrown);
      this.#events.record(deployment, {
        type: 'Warning',
        reason: REASON_REPLICA_SET_CREATE_ERROR,
        message: createErrorMessage(replicaSet, error),
      });
      return error;
    }
  }

  /**
   * The name is taken. By our own ReplicaSet of the same template, which the informer has not shown yet: then that is the
   * one. By anything else, be it of another template with the same hash: then the next run hashes differently.
   */
  async #takeExisting(
    deployment: Deployment,
    { metadata: { namespace, name = '' } }: ReplicaSet,
  ): Promise<ReplicaSet | undefined> {
    const existing = await this.#context.client.get(appsReplicaSets, { namespace, name });
    const isOurs = controllerOf(existing)?.uid === deployment.metadata.uid;
    if (isOurs && isOfTemplate(existing, deployment.spec?.template ?? {})) return existing;
    const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
    await this.#writeStatus(deployment, { ...deployment.status, collisionCount });
    return undefined;
  }

  /** Whether Pods of other ReplicaSets than the present one run, or are still being deleted. */
  #hasOldPods({ old }: ReplicaSets): boolean {
    return old.some(({ metadata }) =>
      this.#pods
        .byIndex(INDEX_CONTROLLER_UID, metadata.uid ?? '')
        .some((pod) => !isPodTerminal(pod)),
    );
  }

  async #cleanUpHistory(
    deployment: Deployment,
    { old }: ReplicaSets,
    status: DeploymentStatus,
  ): Promise<void> {
    if (deployment.metadata.deletionTimestamp) return;
    if (!deployment.spec?.paused && !isRolloutComplete(deployment, status)) return;
    const { client } = this.#context;
    throwFirst(
      await concurrently(
        planHistoryCleanup(deployment, old),
        CLEANUP_CONCURRENCY,
        ({ metadata: { namespace, name = '', uid = '' } }) =>
          ignoreNotFound(
            client.delete(appsReplicaSets, { namespace, name }, { preconditions: { uid } }),
          ),
      ),
    );
  }

  /** Status and the revision of the present ReplicaSet are one write: the status subresource takes annotations along. */
  async #writeStatus(
    deployment: Deployment,
    status: DeploymentStatus,
    current?: ReplicaSet,
  ): Promise<void> {
    const metadata = withRevisionOf(deployment.metadata, current);
    if (metadata === deployment.metadata && deepEqual(deployment.status, status)) return;
    await this.#context.client.update(
      appsDeployments,
      { ...deployment, metadata, status },
      { subresource: 'status' },
    );
  }
}

function withRevisionOf(metadata: ObjectMeta, current: ReplicaSet | undefined): ObjectMeta {
  const revision = current?.metadata.annotations?.[ANNOTATION_REVISION];
  const isKnown = metadata.annotations?.[ANNOTATION_REVISION] === revision;
  if (revision === undefined || isKnown || metadata.deletionTimestamp) return metadata;
  return { ...metadata, annotations: { ...metadata.annotations, [ANNOTATION_REVISION]: revision } };
}

function replaced(
  deployment: Deployment,
  { all }: ReplicaSets,
  previous: ReplicaSet,
  next: ReplicaSet,
): ReplicaSets {
  return sortReplicaSets(
    deployment,
    all.map((replicaSet) => (replicaSet === previous ? next : replicaSet)),
  );
}

function createErrorMessage({ metadata }: ReplicaSet, error: Error): string {
  return `Failed to create new replica set "${metadata.name}": ${error.message}`;
}
