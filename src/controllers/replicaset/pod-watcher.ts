import { deepEqual } from '../../lib/deep-equal.ts';
import type { ControllerExpectations } from '../../machinery/expectations.ts';
import { addNamespaceIndex } from '../../machinery/indexes.ts';
import { INDEX_NAMESPACE, type Informer, type InformerHandler } from '../../machinery/informer.ts';
import type { WorkQueue } from '../../machinery/work-queue.ts';
import type { ReplicaSet } from '../../scheme/generated/types/apps-v1.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { selectorMatcher } from '../../scheme/label-selector.ts';
import { controllerOf, keyOf, namespacedKey } from '../../scheme/object.ts';
import { isPodReady, podReadyCondition } from '../shared/pods.ts';

/** Turns changes of ReplicaSets and Pods into keys of ReplicaSets, and tells the expectations what has been seen. */
export class PodWatcher {
  readonly #replicaSets: Informer<ReplicaSet>;
  readonly #expectations: ControllerExpectations;
  readonly #queue: WorkQueue;

  constructor(
    replicaSets: Informer<ReplicaSet>,
    expectations: ControllerExpectations,
    queue: WorkQueue,
  ) {
    this.#replicaSets = replicaSets;
    this.#expectations = expectations;
    this.#queue = queue;
    addNamespaceIndex(replicaSets);
  }

  readonly replicaSetHandler: InformerHandler<ReplicaSet> = {
    onAdd: (replicaSet) => this.#queue.add(keyOf(replicaSet)),
    onUpdate: (_, replicaSet) => this.#queue.add(keyOf(replicaSet)),
    onDelete: (replicaSet) => {
      this.#expectations.forget(keyOf(replicaSet));
      this.#queue.add(keyOf(replicaSet));
    },
  };

  readonly podHandler: InformerHandler<Pod> = {
    onAdd: (pod) => this.#onAdd(pod),
    onUpdate: (previous, pod) => this.#onUpdate(previous, pod),
    onDelete: (pod) => this.#onDeletion(pod),
  };

  #onAdd(pod: Pod): void {
    // After a restart, a Pod may first be seen while it is being deleted: that is no creation.
    if (pod.metadata.deletionTimestamp) this.#onDeletion(pod);
    else if (controllerOf(pod)) this.#onCreation(pod);
    else this.#addMatching(pod);
  }

  #onCreation(pod: Pod): void {
    const key = this.#ownerKey(pod);
    if (key === undefined) return;
    this.#expectations.creationObserved(key);
    this.#queue.add(key);
  }

  #onUpdate(previous: Pod, pod: Pod): void {
    if (pod.metadata.deletionTimestamp && !previous.metadata.deletionTimestamp) {
      this.#onDeletion(pod);
    }
    const labelsChanged = !deepEqual(previous.metadata.labels, pod.metadata.labels);
    const ownerBefore = controllerOf(previous);
    const owner = controllerOf(pod);
    const ownerChanged = ownerBefore?.uid !== owner?.uid;
    if (ownerChanged && ownerBefore) this.#addOwner(previous);
    if (!owner) {
      if (labelsChanged || ownerChanged) this.#addMatching(pod);
    } else if (labelsChanged || ownerChanged || countsDifferently(previous, pod)) {
      this.#addOwner(pod);
    }
  }

  #onDeletion(pod: Pod): void {
    const key = this.#ownerKey(pod);
    if (key === undefined) return;
    this.#expectations.deletionObserved(key, pod.metadata.uid ?? '');
    this.#queue.add(key);
  }

  #addOwner(pod: Pod): void {
    const key = this.#ownerKey(pod);
    if (key !== undefined) this.#queue.add(key);
  }

  /** The ReplicaSet that the Pod names, when it is the very one: a namesake with another uid is a stranger. */
  #ownerKey(pod: Pod): string | undefined {
    const owner = controllerOf(pod);
    if (owner?.kind !== 'ReplicaSet') return undefined;
    const key = namespacedKey(pod.metadata.namespace, owner.name);
    return this.#replicaSets.get(key)?.metadata.uid === owner.uid ? key : undefined;
  }

  /** An orphan: every ReplicaSet that its labels match may want it. */
  #addMatching(pod: Pod): void {
    const inNamespace = this.#replicaSets.byIndex(INDEX_NAMESPACE, pod.metadata.namespace ?? '');
    for (const replicaSet of inNamespace) {
      if (selectorMatcher(replicaSet.spec?.selector)(pod.metadata.labels)) {
        this.#queue.add(keyOf(replicaSet));
      }
    }
  }
}

/** Whether a change of the Pod can change the status of its ReplicaSet; most changes of a Pod's life cannot. */
function countsDifferently(previous: Pod, pod: Pod): boolean {
  return (
    previous.status?.phase !== pod.status?.phase ||
    podReadyCondition(previous)?.lastTransitionTime !==
      podReadyCondition(pod)?.lastTransitionTime ||
    isPodReady(previous) !== isPodReady(pod)
  );
}
