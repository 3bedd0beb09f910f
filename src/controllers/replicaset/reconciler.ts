/**
 * ReplicaSets: as many Pods of a template as `spec.replicas` says. Invariant: it never creates or deletes on a count that
 * its own last writes have made stale (expectations).
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
import { ControllerExpectations } from '../../machinery/expectations.ts';
import { addControllerUidIndex } from '../../machinery/indexes.ts';
import { INDEX_CONTROLLER_UID, type Informer } from '../../machinery/informer.ts';
import { isApiError } from '../../scheme/errors.ts';
import { appsReplicaSets, corePods } from '../../scheme/generated/resources.ts';
import type { ReplicaSet } from '../../scheme/generated/types/apps-v1.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { controllerOf } from '../../scheme/object.ts';
import { isNamespaceTerminating } from '../shared/api-errors.ts';
import { addOrphanIndex, claim, orphansIn, planClaims } from '../shared/claims.ts';
import { concurrently, throwFirst } from '../shared/concurrently.ts';
import { isPodActive, isPodTerminating } from '../shared/pods.ts';
import { desiredReplicas, planReplicas, podFromTemplate, type ReplicaPlan } from './plan.ts';
import { PodWatcher } from './pod-watcher.ts';
import {
  computeReplicaSetStatus,
  REASON_FAILED_CREATE,
  REASON_FAILED_DELETE,
  type ReplicaFailure,
} from './status.ts';

export const REASON_SUCCESSFUL_CREATE = 'SuccessfulCreate';
export const REASON_SUCCESSFUL_DELETE = 'SuccessfulDelete';

/** A run looks at every Pod of its ReplicaSet; a burst of Pod changes becomes 20 runs a second at most. */
const MIN_INTERVAL_MS = 50;
const DELETE_CONCURRENCY = 500;

export function createReplicaSetController(): Controller {
  return {
    name: 'replicaset',
    concurrency: 16,
    minIntervalMs: MIN_INTERVAL_MS,
    setUp(context) {
      const reconciler = new ReplicaSetReconciler(context);
      return (key) => reconciler.reconcile(key);
    },
  };
}

class ReplicaSetReconciler {
  readonly #context: ControllerContext;
  readonly #events: EventRecorder;
  readonly #replicaSets: Informer<ReplicaSet>;
  readonly #pods: Informer<Pod>;
  readonly #expectations: ControllerExpectations;
  /** Keys whose last creations all succeeded: they need no slow start. */
  readonly #proven = new Set<string>();

  constructor(context: ControllerContext) {
    const { informers, queue, clock, events } = context;
    this.#context = context;
    this.#events = events.withSource('replicaset-controller');
    this.#replicaSets = informers.informer(appsReplicaSets);
    this.#pods = informers.informer(corePods);
    this.#expectations = new ControllerExpectations(clock);
    addControllerUidIndex(this.#pods);
    addControllerUidIndex(this.#replicaSets);
    addOrphanIndex(this.#pods);
    const watcher = new PodWatcher(this.#replicaSets, this.#expectations, queue);
    this.#replicaSets.addHandler(watcher.replicaSetHandler);
    this.#pods.addHandler(watcher.podHandler);
  }

  async reconcile(key: string): Promise<ReconcileResult> {
    const replicaSet = this.#replicaSets.get(key);
    if (!replicaSet) {
      this.#expectations.forget(key);
      this.#proven.delete(key);
      return done;
    }
    const mayManage = this.#expectations.satisfied(key) && !replicaSet.metadata.deletionTimestamp;
    const owned = this.#pods.byIndex(INDEX_CONTROLLER_UID, replicaSet.metadata.uid ?? '');
    const activePods = await this.#claimPods(replicaSet, owned);
    const failed = mayManage ? await this.#manage(key, replicaSet, activePods) : undefined;
    const nextAvailableInMs = await this.#writeStatus(replicaSet, {
      activePods,
      terminatingReplicas: count(owned, isPodTerminating),
      failure: failed?.failure,
    });
    if (failed) throw failed.error;
    return nextAvailableInMs === undefined ? done : requeueAfter(nextAvailableInMs);
  }

  #claimPods(replicaSet: ReplicaSet, owned: readonly Pod[]): Promise<readonly Pod[]> {
    const orphans = orphansIn(this.#pods, replicaSet.metadata.namespace ?? '');
    const claims = planClaims({
      controller: replicaSet,
      selector: replicaSet.spec?.selector,
      owned: owned.filter(isPodActive),
      orphans: orphans.filter(isPodActive),
    });
    const { client } = this.#context;
    return claim({ client, ownerRef: appsReplicaSets, childRef: corePods }, replicaSet, claims);
  }

  /** Creates or deletes Pods; resolves with what went wrong, for the status to tell before it is thrown. */
  async #manage(
    key: string,
    replicaSet: ReplicaSet,
    activePods: readonly Pod[],
  ): Promise<{ failure: ReplicaFailure; error: Error } | undefined> {
    const plan = planReplicas({
      replicaSet,
      activePods,
      podsOnNode: this.#siblingCounter(replicaSet, activePods),
      nowMs: this.#context.clock.now(),
    });
    try {
      await this.#carryOut(key, replicaSet, plan);
      return undefined;
    } catch (thrown) {
      const error = toError(thrown);
      const tooFew = activePods.length < desiredReplicas(replicaSet);
      const reason = tooFew ? REASON_FAILED_CREATE : REASON_FAILED_DELETE;
      return { failure: { reason, message: error.message }, error };
    }
  }

  async #carryOut(key: string, replicaSet: ReplicaSet, plan: ReplicaPlan): Promise<void> {
    if (plan.create > 0) await this.#createPods(key, replicaSet, plan.create);
    if (plan.remove.length > 0) await this.#deletePods(key, replicaSet, plan.remove);
  }

  /**
   * Creates in batches that double from one: when every creation fails for the same reason (a quota, say), that shows
   * after one and not after hundreds. A ReplicaSet whose last round succeeded starts with the whole round.
   */
  async #createPods(key: string, replicaSet: ReplicaSet, total: number): Promise<void> {
    this.#expectations.expectCreations(key, total);
    let created = 0;
    let batch = this.#proven.has(key) ? total : 1;
    while (created < total) {
      batch = Math.min(batch, total - created);
      const errors = await concurrently(Array(batch), batch, () => this.#createPod(replicaSet));
      created += batch - errors.length;
      batch *= 2;
      if (errors.length === 0) continue;
      this.#proven.delete(key);
      // No event will come for those: what the informer cannot show must not be waited for.
      this.#expectations.lowerCreations(key, total - created);
      if (errors.every(isNamespaceTerminating)) return;
      throw errors[0];
    }
    this.#proven.add(key);
  }

  async #createPod(replicaSet: ReplicaSet): Promise<void> {
    try {
      const pod = await this.#context.client.create(corePods, podFromTemplate(replicaSet));
      const message = `Created pod: ${pod.metadata.name}`;
      this.#events.record(replicaSet, {
        type: 'Normal',
        reason: REASON_SUCCESSFUL_CREATE,
        message,
      });
    } catch (thrown) {
      if (!isNamespaceTerminating(thrown)) {
        const message = `Error creating: ${toError(thrown).message}`;
        this.#events.record(replicaSet, { type: 'Warning', reason: REASON_FAILED_CREATE, message });
      }
      throw thrown;
    }
  }

  async #deletePods(key: string, replicaSet: ReplicaSet, pods: readonly Pod[]): Promise<void> {
    this.#expectations.expectDeletions(
      key,
      pods.map(({ metadata }) => metadata.uid ?? ''),
    );
    throwFirst(
      await concurrently(pods, DELETE_CONCURRENCY, (pod) => this.#deletePod(key, replicaSet, pod)),
    );
  }

  async #deletePod(key: string, replicaSet: ReplicaSet, { metadata }: Pod): Promise<void> {
    const { namespace, name = '', uid = '' } = metadata;
    try {
      await this.#context.client.delete(
        corePods,
        { namespace, name },
        { propagationPolicy: 'Background', preconditions: { uid } },
      );
      const message = `Deleted pod: ${name}`;
      this.#events.record(replicaSet, {
        type: 'Normal',
        reason: REASON_SUCCESSFUL_DELETE,
        message,
      });
    } catch (thrown) {
      this.#expectations.deletionObserved(key, uid);
      if (isApiError(thrown, 'NotFound')) return;
      const message = `Error deleting: ${toError(thrown).message}`;
      this.#events.record(replicaSet, { type: 'Warning', reason: REASON_FAILED_DELETE, message });
      throw thrown;
    }
  }

  /** Active Pods by node, over all ReplicaSets of the same owner; counted at the first question. */
  #siblingCounter(replicaSet: ReplicaSet, ownPods: readonly Pod[]): (nodeName: string) => number {
    let counts: Map<string, number> | undefined;
    return (nodeName) => {
      counts ??= countByNode(this.#relatedPods(replicaSet, ownPods));
      return counts.get(nodeName) ?? 0;
    };
  }

  #relatedPods(replicaSet: ReplicaSet, ownPods: readonly Pod[]): readonly Pod[] {
    const owner = controllerOf(replicaSet);
    if (!owner) return ownPods;
    return this.#replicaSets
      .byIndex(INDEX_CONTROLLER_UID, owner.uid)
      .flatMap(({ metadata }) => this.#pods.byIndex(INDEX_CONTROLLER_UID, metadata.uid ?? ''))
      .filter(isPodActive);
  }

  async #writeStatus(
    replicaSet: ReplicaSet,
    input: {
      activePods: readonly Pod[];
      terminatingReplicas: number;
      failure: ReplicaFailure | undefined;
    },
  ): Promise<number | undefined> {
    const { client, clock } = this.#context;
    const { status, nextAvailableInMs } = computeReplicaSetStatus({
      replicaSet,
      ...input,
      nowMs: clock.now(),
    });
    if (!deepEqual(replicaSet.status, status)) {
      await client.update(appsReplicaSets, { ...replicaSet, status }, { subresource: 'status' });
    }
    return nextAvailableInMs;
  }
}

function countByNode(pods: readonly Pod[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { spec } of pods) {
    if (spec?.nodeName) counts.set(spec.nodeName, (counts.get(spec.nodeName) ?? 0) + 1);
  }
  return counts;
}

function count<T>(items: readonly T[], matches: (item: T) => boolean): number {
  let matching = 0;
  for (const item of items) if (matches(item)) matching++;
  return matching;
}
