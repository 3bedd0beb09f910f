import type { InformerHandler } from '../../machinery/informer.ts';
import type { WorkQueue } from '../../machinery/work-queue.ts';
import type { ApiObject, OwnerReference } from '../../scheme/object.ts';
import type { ResourceDefinition } from '../../scheme/resource.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import { toKey } from './object-key.ts';
import type { OwnerJudge } from './owner-judge.ts';
import { isDeletingDependents, isOrphaning } from './plan.ts';
import type { ResourceMap } from './resource-map.ts';

const NO_OWNERS: readonly OwnerReference[] = [];

export interface GraphWatcherOptions {
  readonly graph: DependencyGraph;
  readonly judge: OwnerJudge;
  readonly resources: ResourceMap;
  readonly queue: WorkQueue;
}

/** Keeps the graph, and turns changes of any object into keys of owners that must be looked at. */
export class GraphWatcher {
  readonly #options: GraphWatcherOptions;

  /** Owners of kinds that nobody serves, by uid and namespace. */
  readonly #unserved = new Map<string, { object: ApiObject; owner: OwnerReference }>();

  constructor(options: GraphWatcherOptions) {
    this.#options = options;
  }

  handlerFor(resource: ResourceDefinition): InformerHandler {
    return {
      onAdd: (object) => this.#onChange(resource, object, NO_OWNERS),
      onUpdate: (previous, object) =>
        this.#onChange(resource, object, previous.metadata.ownerReferences ?? NO_OWNERS),
      onDelete: (object) => this.#onDelete(resource, object),
    };
  }

  /** Other kinds are served than before: owners of whom nothing could be said may be known now. */
  lookAgain(): void {
    const { graph } = this.#options;
    const waiting = [...this.#unserved.values()];
    this.#unserved.clear();
    for (const { object, owner } of waiting) {
      if (graph.dependentsOf(owner.uid).size > 0) this.#addOwner(object, owner);
    }
  }

  #onChange(
    resource: ResourceDefinition,
    object: ApiObject,
    before: readonly OwnerReference[],
  ): void {
    const owners = object.metadata.ownerReferences ?? NO_OWNERS;
    if (owners.length > 0 || before.length > 0) {
      this.#options.graph.put(resource, object);
      this.#onOwners(object, owners, before);
    }
    if (isOrphaning(object) || isDeletingDependents(object)) this.#add(resource, object);
  }

  #onOwners(
    object: ApiObject,
    owners: readonly OwnerReference[],
    before: readonly OwnerReference[],
  ): void {
    for (const owner of owners) {
      if (!isAmong(before, owner) && !this.#options.judge.find(object, owner)) {
        this.#addOwner(object, owner);
      }
    }
    for (const owner of before) if (!isAmong(owners, owner)) this.#addWaitingOwner(object, owner);
  }

  #onDelete(resource: ResourceDefinition, object: ApiObject): void {
    const { uid = '', ownerReferences = NO_OWNERS } = object.metadata;
    const { graph, judge } = this.#options;
    graph.remove(uid);
    if (graph.dependentsOf(uid).size > 0) {
      judge.noteGone(resource, object);
      this.#add(resource, object);
    }
    for (const owner of ownerReferences) {
      if (owner.blockOwnerDeletion) this.#addWaitingOwner(object, owner);
    }
  }

  /** An owner may have waited for this dependent, which lets it go now. */
  #addWaitingOwner(object: ApiObject, reference: OwnerReference): void {
    const owner = this.#options.judge.find(object, reference);
    if (owner && isDeletingDependents(owner)) this.#addOwner(object, reference);
  }

  #add(resource: ResourceDefinition, { metadata }: ApiObject): void {
    const { uid = '', namespace = '', name = '' } = metadata;
    const { group, resource: plural } = resource;
    this.#options.queue.add(toKey({ uid, group, resource: plural, namespace, name }));
  }

  #addOwner(object: ApiObject, owner: OwnerReference): void {
    const { queue, resources } = this.#options;
    const { name, uid } = owner;
    const { namespace: itsNamespace = '' } = object.metadata;
    const resource = resources.ofReference(owner);
    if (!resource) {
      this.#unserved.set(`${uid}/${itsNamespace}`, { object, owner });
      return;
    }
    const { group, resource: plural } = resource;
    const namespace = resource.namespaced ? itsNamespace : '';
    queue.add(toKey({ uid, group, resource: plural, namespace, name }));
  }
}

/** Whether the list has this very reference: one that stops blocking its owner is another one. */
function isAmong(
  references: readonly OwnerReference[],
  { uid, blockOwnerDeletion }: OwnerReference,
): boolean {
  return references.some(
    (one) => one.uid === uid && (one.blockOwnerDeletion ?? false) === (blockOwnerDeletion ?? false),
  );
}
