import { deepEqual } from '../../lib/deep-equal.ts';
import type { ControllerExpectations } from '../../machinery/expectations.ts';
import { addNamespaceIndex } from '../../machinery/indexes.ts';
import { INDEX_NAMESPACE, type Informer, type InformerHandler } from '../../machinery/informer.ts';
import type { WorkQueue } from '../../machinery/work-queue.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { type LabelSelector, selectorMatcher } from '../../scheme/label-selector.ts';
import { type ApiObject, controllerOf, keyOf, namespacedKey } from '../../scheme/object.ts';
import { isPodReady, podReadyCondition } from './pods.ts';

export interface PodWatcherOptions<T extends ApiObject> {
  readonly owners: Informer<T>;
  /** The owners' kind, as Pods name it. */
  readonly kind: string;
  readonly queue: WorkQueue;
  /** Told of each creation and deletion that is seen; left out by who expects nothing. */
  readonly expectations?: ControllerExpectations | undefined;
  readonly selectorOf: (owner: T) => LabelSelector | undefined;
  /**
   * Whether a change of a Pod that keeps its labels and its owner matters to the owner: most changes of a Pod's life do not.
   * @default {@link isOtherReplica}
   */
  readonly matters?: (previous: Pod, pod: Pod) => boolean;
}

/** Turns changes of a controller's objects and of their Pods into keys, and tells the expectations what has been seen. */
export class PodWatcher<T extends ApiObject> {
  readonly #options: PodWatcherOptions<T>;
  readonly #matters: (previous: Pod, pod: Pod) => boolean;

  constructor(options: PodWatcherOptions<T>) {
    this.#options = options;
    this.#matters = options.matters ?? isOtherReplica;
    addNamespaceIndex(options.owners);
  }

  readonly ownerHandler: InformerHandler<T> = {
    onAdd: (owner) => this.#options.queue.add(keyOf(owner)),
    onUpdate: (_, owner) => this.#options.queue.add(keyOf(owner)),
    onDelete: (owner) => this.#options.queue.add(keyOf(owner)),
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
    this.#options.expectations?.creationObserved(key);
    this.#options.queue.add(key);
  }

  #onUpdate(previous: Pod, pod: Pod): void {
    const ownerBefore = controllerOf(previous);
    const owner = controllerOf(pod);
    const ownerChanged = ownerBefore?.uid !== owner?.uid;
    // Every change of every Pod is heard here, and most Pods are another kind's.
    if (owner && !ownerChanged && owner.kind !== this.#options.kind) return;
    if (pod.metadata.deletionTimestamp && !previous.metadata.deletionTimestamp) {
      this.#onDeletion(pod);
    }
    const labelsChanged = !deepEqual(previous.metadata.labels, pod.metadata.labels);
    if (ownerChanged && ownerBefore) this.#addOwner(previous);
    if (!owner) {
      if (labelsChanged || ownerChanged) this.#addMatching(pod);
    } else if (labelsChanged || ownerChanged || this.#matters(previous, pod)) {
      this.#addOwner(pod);
    }
  }

  #onDeletion(pod: Pod): void {
    const key = this.#ownerKey(pod);
    if (key === undefined) return;
    this.#options.expectations?.deletionObserved(key, pod.metadata.uid ?? '');
    this.#options.queue.add(key);
  }

  #addOwner(pod: Pod): void {
    const key = this.#ownerKey(pod);
    if (key !== undefined) this.#options.queue.add(key);
  }

  /** The owner that the Pod names, when it is the very one: a namesake with another uid is a stranger. */
  #ownerKey(pod: Pod): string | undefined {
    const { kind, owners } = this.#options;
    const reference = controllerOf(pod);
    if (reference?.kind !== kind) return undefined;
    const key = namespacedKey(pod.metadata.namespace, reference.name);
    return owners.get(key)?.metadata.uid === reference.uid ? key : undefined;
  }

  /** An orphan: everyone whose selector its labels match may want it. */
  #addMatching({ metadata: { namespace = '', labels } }: Pod): void {
    const { owners, queue, selectorOf } = this.#options;
    for (const owner of owners.byIndex(INDEX_NAMESPACE, namespace)) {
      if (selectorMatcher(selectorOf(owner))(labels)) queue.add(keyOf(owner));
    }
  }
}

/** Whether a change of the Pod can change what its owner's status counts. */
export function isOtherReplica(previous: Pod, pod: Pod): boolean {
  return (
    previous.status?.phase !== pod.status?.phase ||
    podReadyCondition(previous)?.lastTransitionTime !==
      podReadyCondition(pod)?.lastTransitionTime ||
    isPodReady(previous) !== isPodReady(pod)
  );
}
