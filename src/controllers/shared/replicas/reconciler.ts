/**
 * ReplicaSets and ReplicationControllers: as many Pods of a template as `spec.replicas` says. Invariant: it never creates or
 * deletes on a count that its own last writes have made stale (expectations).
 */
import { deepEqual } from '../../../lib/deep-equal.ts';
import { toError } from '../../../lib/errors.ts';
import {
  type Controller,
  type ControllerContext,
  done,
  type ReconcileResult,
  requeueAfterFirst,
} from '../../../machinery/controller.ts';
import { ControllerExpectations } from '../../../machinery/expectations.ts';
import { addControllerUidIndex } from '../../../machinery/indexes.ts';
import { INDEX_CONTROLLER_UID, type Informer } from '../../../machinery/informer.ts';
import { corePods } from '../../../scheme/generated/resources.ts';
import type { Pod } from '../../../scheme/generated/types/core-v1.ts';
import { controllerOf } from '../../../scheme/object.ts';
import { addOrphanIndex, claim, orphansIn, planClaims } from '../claims.ts';
import { OwnerMemory } from '../owner-memory.ts';
import { PodControl, REASON_FAILED_CREATE, REASON_FAILED_DELETE } from '../pod-control.ts';
import { podFromTemplate } from '../pod-template.ts';
import { PodWatcher } from '../pod-watcher.ts';
import { isPodActive, isPodTerminating } from '../pods.ts';
import { planReplicas } from './plan.ts';
import {
  desiredReplicas,
  type ReplicaKind,
  type ReplicaOwner,
  templateOf,
} from './replica-owner.ts';
import { computeReplicaStatus, type ReplicaFailure } from './status.ts';

/** A run looks at every Pod of its owner; a burst of Pod changes becomes 20 runs a second at most. */
const MIN_INTERVAL_MS = 50;

export function createReplicaController<T extends ReplicaOwner>(kind: ReplicaKind<T>): Controller {
  const { name, serviceAccount } = kind;
  return {
    name,
    serviceAccount,
    concurrency: 16,
    minIntervalMs: MIN_INTERVAL_MS,
    setUp(context) {
      const reconciler = new ReplicaReconciler(context, kind);
      return (key) => reconciler.reconcile(key);
    },
  };
}

class ReplicaReconciler<T extends ReplicaOwner> {
  readonly #context: ControllerContext;
  readonly #kind: ReplicaKind<T>;
  readonly #owners: Informer<T>;
  readonly #pods: Informer<Pod>;
  readonly #memory: OwnerMemory;
  readonly #podControl: PodControl;

  constructor(context: ControllerContext, kind: ReplicaKind<T>) {
    const { informers, queue, clock, client } = context;
    this.#context = context;
    this.#kind = kind;
    this.#owners = informers.informer(kind.ref);
    this.#pods = informers.informer(corePods);
    const expectations = new ControllerExpectations(clock);
    const events = context.events.withSource(kind.serviceAccount);
    this.#podControl = new PodControl({ client, events, expectations });
    this.#memory = new OwnerMemory({ expectations, queue, kept: [this.#podControl] });
    addControllerUidIndex(this.#pods);
    addControllerUidIndex(this.#owners);
    addOrphanIndex(this.#pods);
    const watcher = new PodWatcher({
      owners: this.#owners,
      kind: kind.kind,
      queue,
      expectations,
      selectorOf: kind.selectorOf,
    });
    this.#owners.addHandler(watcher.ownerHandler);
    this.#pods.addHandler(watcher.podHandler);
  }

  async reconcile(key: string): Promise<ReconcileResult> {
    const owner = this.#owners.get(key);
    const isObserved = this.#memory.recall(key, owner);
    if (!owner) return done;
    const mayManage = isObserved && !owner.metadata.deletionTimestamp;
    const owned = this.#pods.byIndex(INDEX_CONTROLLER_UID, owner.metadata.uid ?? '');
    const activePods = await this.#claimPods(owner, owned);
    const failed = mayManage ? await this.#manage(owner, activePods) : undefined;
    const { countsTerminating } = this.#kind;
    const nextAvailableInMs = await this.#writeStatus(owner, {
      activePods,
      terminatingReplicas: countsTerminating ? count(owned, isPodTerminating) : undefined,
      failure: failed?.failure,
    });
    if (failed) throw failed.error;
    return requeueAfterFirst(nextAvailableInMs);
  }

  #claimPods(owner: T, owned: readonly Pod[]): Promise<readonly Pod[]> {
    const { ref, selectorOf } = this.#kind;
    const orphans = orphansIn(this.#pods, owner.metadata.namespace ?? '');
    const claims = planClaims({
      controller: owner,
      selector: selectorOf(owner),
      owned: owned.filter(isPodActive),
      orphans: orphans.filter(isPodActive),
    });
    const { client } = this.#context;
    return claim({ client, ownerRef: ref, childRef: corePods }, owner, claims);
  }

  /** Creates or deletes Pods; resolves with what went wrong, for the status to tell before it is thrown. */
  async #manage(
    owner: T,
    activePods: readonly Pod[],
  ): Promise<{ failure: ReplicaFailure; error: Error } | undefined> {
    const plan = planReplicas({
      owner,
      activePods,
      podsOnNode: this.#siblingCounter(owner, activePods),
      nowMs: this.#context.clock.now(),
    });
    try {
      const podAt = () => podFromTemplate(owner, templateOf(owner));
      await this.#podControl.carryOut(owner, { ...plan, podAt });
      return undefined;
    } catch (thrown) {
      const error = toError(thrown);
      const tooFew = activePods.length < desiredReplicas(owner);
      const reason = tooFew ? REASON_FAILED_CREATE : REASON_FAILED_DELETE;
      return { failure: { reason, message: error.message }, error };
    }
  }

  /** Active Pods by node, over all owners that share an owner with this one; counted at the first question. */
  #siblingCounter(owner: T, ownPods: readonly Pod[]): (nodeName: string) => number {
    let counts: Map<string, number> | undefined;
    return (nodeName) => {
      counts ??= countByNode(this.#relatedPods(owner, ownPods));
      return counts.get(nodeName) ?? 0;
    };
  }

  #relatedPods(owner: T, ownPods: readonly Pod[]): readonly Pod[] {
    const parent = controllerOf(owner);
    if (!parent) return ownPods;
    return this.#owners
      .byIndex(INDEX_CONTROLLER_UID, parent.uid)
      .flatMap(({ metadata }) => this.#pods.byIndex(INDEX_CONTROLLER_UID, metadata.uid ?? ''))
      .filter(isPodActive);
  }

  async #writeStatus(
    owner: T,
    input: {
      activePods: readonly Pod[];
      terminatingReplicas: number | undefined;
      failure: ReplicaFailure | undefined;
    },
  ): Promise<number | undefined> {
    const { client, clock } = this.#context;
    const { status, nextAvailableInMs } = computeReplicaStatus({
      owner,
      ...input,
      nowMs: clock.now(),
    });
    if (!deepEqual(owner.status, status)) {
      await client.update(this.#kind.ref, { ...owner, status }, { subresource: 'status' });
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
