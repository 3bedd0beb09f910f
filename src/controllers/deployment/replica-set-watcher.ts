import { addNamespaceIndex } from '../../machinery/indexes.ts';
import { INDEX_NAMESPACE, type Informer, type InformerHandler } from '../../machinery/informer.ts';
import type { WorkQueue } from '../../machinery/work-queue.ts';
import type { Deployment, ReplicaSet } from '../../scheme/generated/types/apps-v1.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { selectorMatcher } from '../../scheme/label-selector.ts';
import { type ApiObject, controllerOf, keyOf, namespacedKey } from '../../scheme/object.ts';
import { isRollingUpdate } from './limits.ts';

/** Turns changes of Deployments, ReplicaSets and Pods into keys of Deployments. */
export class ReplicaSetWatcher {
  readonly #deployments: Informer<Deployment>;
  readonly #replicaSets: Informer<ReplicaSet>;
  readonly #queue: WorkQueue;

  constructor(
    deployments: Informer<Deployment>,
    replicaSets: Informer<ReplicaSet>,
    queue: WorkQueue,
  ) {
    this.#deployments = deployments;
    this.#replicaSets = replicaSets;
    this.#queue = queue;
    addNamespaceIndex(deployments);
  }

  readonly deploymentHandler: InformerHandler<Deployment> = {
    onAdd: (deployment) => this.#queue.add(keyOf(deployment)),
    onUpdate: (_, deployment) => this.#queue.add(keyOf(deployment)),
  };

  readonly replicaSetHandler: InformerHandler<ReplicaSet> = {
    onAdd: (replicaSet) => this.#addOwner(replicaSet),
    onUpdate: (previous, replicaSet) => {
      if (controllerOf(previous)?.uid !== controllerOf(replicaSet)?.uid) this.#addOwner(previous);
      this.#addOwner(replicaSet);
    },
    onDelete: (replicaSet) => {
      if (controllerOf(replicaSet)) this.#addOwner(replicaSet);
    },
  };

  /** A Deployment that recreates waits until the last old Pod is gone, which no status of a ReplicaSet tells. */
  readonly podHandler: InformerHandler<Pod> = {
    onDelete: (pod) => {
      const replicaSet = this.#ownerOf(this.#replicaSets, 'ReplicaSet', pod);
      const deployment = replicaSet && this.#ownerOf(this.#deployments, 'Deployment', replicaSet);
      if (deployment && !isRollingUpdate(deployment)) this.#queue.add(keyOf(deployment));
    },
  };

  #addOwner(replicaSet: ReplicaSet): void {
    if (!controllerOf(replicaSet)) {
      this.#addMatching(replicaSet);
      return;
    }
    const deployment = this.#ownerOf(this.#deployments, 'Deployment', replicaSet);
    if (deployment) this.#queue.add(keyOf(deployment));
  }

  #ownerOf<T extends ApiObject>(
    owners: Informer<T>,
    kind: string,
    child: ApiObject,
  ): T | undefined {
    const reference = controllerOf(child);
    if (reference?.kind !== kind) return undefined;
    const owner = owners.get(namespacedKey(child.metadata.namespace, reference.name));
    return owner?.metadata.uid === reference.uid ? owner : undefined;
  }

  #addMatching({ metadata }: ReplicaSet): void {
    for (const deployment of this.#deployments.byIndex(INDEX_NAMESPACE, metadata.namespace ?? '')) {
      if (selectorMatcher(deployment.spec?.selector)(metadata.labels)) {
        this.#queue.add(keyOf(deployment));
      }
    }
  }
}
