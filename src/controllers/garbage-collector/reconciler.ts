/**
 * Garbage collection: objects whose owners are gone go, too. Its keys are owners: when one is gone, or waits to go, a run
 * deals with all its dependents at once, so that ten thousand Pods are one job and not ten thousand.
 * Invariant: nothing is deleted for an absent owner before the store itself says that the owner is absent.
 */
import { toError } from '../../lib/errors.ts';
import {
  type Controller,
  type ControllerContext,
  done,
  type ReconcileResult,
  requeueAfter,
} from '../../machinery/controller.ts';
import type { EventRecorder } from '../../machinery/event-recorder.ts';
import { coreNamespaces } from '../../scheme/generated/resources.ts';
import type { ApiObject, OwnerReference } from '../../scheme/object.ts';
import type { ResourceDefinition } from '../../scheme/resource.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import { concurrently } from '../shared/concurrently.ts';
import { withoutFinalizer } from '../shared/finalizers.ts';
import { withoutOwners } from '../shared/owner-references.ts';
import type { ResourceSource } from '../shared/resource-source.ts';
import { deleteJudged } from './delete-judged.ts';
import { DependencyGraph, type Dependent } from './dependency-graph.ts';
import { GraphWatcher } from './graph-watcher.ts';
import { ObjectFinder } from './object-finder.ts';
import { type ObjectIdentity, parseKey } from './object-key.ts';
import { OwnerJudge } from './owner-judge.ts';
import {
  FINALIZER_FOREGROUND,
  FINALIZER_ORPHAN,
  isBlocking,
  isDeletingDependents,
  isOrphaning,
  type JudgedOwner,
  planGarbage,
  withUnblockedOwners,
} from './plan.ts';
import { ResourceMap } from './resource-map.ts';

export const REASON_OWNER_REF_INVALID_NAMESPACE = 'OwnerRefInvalidNamespace';

/** How many deletions of one owner's dependents are in flight: the store commits them together. */
const DELETE_CONCURRENCY = 500;

/**
 * How long an owner that exists, and that no informer shows, may take to be shown: one that comes and goes while an informer
 * is not connected is never shown, and nothing else would tell that it is gone.
 */
const UNSEEN_OWNER_RETRY_MS = 10_000;

/** What came of a run. */
interface Outcome {
  readonly errors: readonly Error[];
  /** An owner that dependents were kept for is yet to be shown by its informer. */
  readonly isOwnerUnseen: boolean;
}

export interface GarbageCollectorOptions {
  /** Everything that is served. */
  readonly resources: ResourceSource;
}

export function createGarbageCollectorController(options: GarbageCollectorOptions): Controller {
  return {
    name: 'garbage-collector',
    serviceAccount: 'generic-garbage-collector',
    concurrency: 20,
    setUp(context) {
      const collector = new GarbageCollector(context, options.resources);
      return (key) => collector.reconcile(parseKey(key));
    },
  };
}

class GarbageCollector {
  readonly #context: ControllerContext;
  readonly #resources = new ResourceMap();
  readonly #finder: ObjectFinder;
  readonly #events: EventRecorder;
  readonly #graph = new DependencyGraph();
  readonly #judge: OwnerJudge;

  constructor(context: ControllerContext, source: ResourceSource) {
    const { client, events, informers, queue } = context;
    this.#context = context;
    const resources = this.#resources;
    this.#finder = new ObjectFinder(informers);
    const namespaces = informers.informer(coreNamespaces);
    this.#events = events.withSource('garbage-collector-controller');
    this.#judge = new OwnerJudge({
      client,
      finder: this.#finder,
      resources,
      namespaces: () => Array.from(namespaces.list(), ({ metadata }) => metadata.name ?? ''),
      onInvalidNamespace: (object, reference) => this.#recordInvalidNamespace(object, reference),
    });
    const watcher = new GraphWatcher({ graph: this.#graph, judge: this.#judge, resources, queue });
    const follow = (): void => this.#follow(source.served(), watcher);
    follow();
    // Definitions of custom resources come while it runs.
    source.onChange(follow);
  }

  #follow(served: readonly ResourceDefinition[], watcher: GraphWatcher): void {
    this.#resources.replace(served);
    for (const resource of this.#resources.all()) {
      const informer = this.#finder.watch(resource);
      informer?.addHandler(watcher.handlerFor(resource));
    }
    watcher.lookAgain();
  }

  async reconcile(identity: ObjectIdentity): Promise<ReconcileResult> {
    const { errors, isOwnerUnseen } = await this.#process(identity);
    if (errors[0]) throw errors[0];
    return isOwnerUnseen ? requeueAfter(UNSEEN_OWNER_RETRY_MS) : done;
  }

  async #process(identity: ObjectIdentity): Promise<Outcome> {
    // Its kind may have gone with it.
    const resource = this.#resources.get(identity);
    const object = resource && this.#finder.find(resource, identity);
    const dependents = [...this.#graph.dependentsOf(identity.uid)];
    if (!resource || !object) return this.#collectAll(dependents);
    if (isOrphaning(object)) return this.#orphan(resource, object, dependents);
    if (isDeletingDependents(object)) return this.#deleteDependents(resource, object, dependents);
    return outcome([]);
  }

  async #collectAll(dependents: readonly Dependent[]): Promise<Outcome> {
    let isOwnerUnseen = false;
    const errors = await concurrently(dependents, DELETE_CONCURRENCY, async (dependent) => {
      const object = this.#findDependent(dependent);
      if (!object || object.metadata.deletionTimestamp) return;
      const owners = await this.#judge.judge(object);
      isOwnerUnseen ||= owners.some(({ isUnseen }) => isUnseen);
      await this.#collect(dependent, object, owners);
    });
    return { errors, isOwnerUnseen };
  }

  /** Deletes a dependent, unless it has an owner to stay for. */
  async #collect(
    dependent: Dependent,
    object: ApiObject,
    owners: readonly JudgedOwner[],
  ): Promise<void> {
    const { client } = this.#context;
    const dependents = [...this.#graph.dependentsOf(dependent.uid)];
    const plan = planGarbage({
      object,
      owners,
      hasDependents: dependents.length > 0,
      hasWaitingDependents: dependents.some((one) => {
        const found = this.#findDependent(one);
        return found !== undefined && isDeletingDependents(found);
      }),
    });
    switch (plan.type) {
      case 'keep':
        return;
      case 'strike-owners':
        await ignoreNotFound(
          client.update(dependent.resource, withoutOwners(object, new Set(plan.uids))),
        );
        return;
      case 'delete': {
        const judged = plan.unblockOwners
          ? await ignoreNotFound(client.update(dependent.resource, withUnblockedOwners(object)))
          : object;
        if (judged) await deleteJudged(client, dependent.resource, judged, plan.propagationPolicy);
      }
    }
  }

  /** Strikes the owner out of its dependents, then lets it go. */
  async #orphan(
    resource: ResourceDefinition,
    owner: ApiObject,
    dependents: readonly Dependent[],
  ): Promise<Outcome> {
    const { client } = this.#context;
    const uids = new Set([owner.metadata.uid ?? '']);
    const errors = await concurrently(dependents, DELETE_CONCURRENCY, async (dependent) => {
      const object = this.#findDependent(dependent);
      if (object)
        await ignoreNotFound(client.update(dependent.resource, withoutOwners(object, uids)));
    });
    if (errors.length > 0) return outcome(errors);
    return this.#release(resource, owner, FINALIZER_ORPHAN);
  }

  /** Deletes the dependents; lets the owner go when there are none that block it. */
  async #deleteDependents(
    resource: ResourceDefinition,
    owner: ApiObject,
    dependents: readonly Dependent[],
  ): Promise<Outcome> {
    const { uid = '' } = owner.metadata;
    const isBlocked = dependents.some((dependent) => {
      const object = this.#findDependent(dependent);
      return object !== undefined && isBlocking(object, uid);
    });
    if (!isBlocked) return this.#release(resource, owner, FINALIZER_FOREGROUND);
    return this.#collectAll(dependents);
  }

  async #release(
    resource: ResourceDefinition,
    object: ApiObject,
    finalizer: string,
  ): Promise<Outcome> {
    try {
      await ignoreNotFound(
        this.#context.client.update(resource, withoutFinalizer(object, finalizer)),
      );
      return outcome([]);
    } catch (thrown) {
      return outcome([toError(thrown)]);
    }
  }

  #findDependent(dependent: Dependent): ApiObject | undefined {
    return this.#finder.find(dependent.resource, dependent);
  }

  #recordInvalidNamespace(
    object: ApiObject,
    { apiVersion, kind, name, uid }: OwnerReference,
  ): void {
    const { namespace = '' } = object.metadata;
    this.#events.record(object, {
      type: 'Warning',
      reason: REASON_OWNER_REF_INVALID_NAMESPACE,
      message: `ownerRef [${apiVersion}/${kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}] does not exist in namespace "${namespace}"`,
    });
  }
}

function outcome(errors: readonly Error[]): Outcome {
  return { errors, isOwnerUnseen: false };
}
