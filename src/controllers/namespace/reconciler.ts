/** Namespaces: one that is deleted is emptied, and goes when nothing is left in it. */
import type { ApiClient } from '../../apiserver/client.ts';
import type { BackoffOptions } from '../../lib/backoff.ts';
import { deepEqual } from '../../lib/deep-equal.ts';
import {
  type Controller,
  type ControllerContext,
  done,
  type ReconcileResult,
  requeueAfter,
} from '../../machinery/controller.ts';
import type { Informer } from '../../machinery/informer.ts';
import { coreNamespaces, corePods } from '../../scheme/generated/resources.ts';
import type { Namespace } from '../../scheme/generated/types/core-v1.ts';
import type { ApiObject } from '../../scheme/object.ts';
import { qualifiedName, type ResourceDefinition } from '../../scheme/resource.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import { concurrently } from '../shared/concurrently.ts';
import type { ResourceSource } from '../shared/resource-source.ts';
import { contentOrder, estimateSeconds, FINALIZER_KUBERNETES, type Remaining } from './plan.ts';
import { computeNamespaceStatus, type DeletionProgress } from './status.ts';

/** Kubernetes' numbers: the end of a namespace is tried at least once a minute. */
const FAILURE_BACKOFF: BackoffOptions = { baseMs: 5, maxMs: 60_000 };
/** Lists of one pass run together: they share the store's one look at its current version. */
const RESOURCE_CONCURRENCY = 20;

export interface NamespaceControllerOptions {
  /** Everything that is served: what may be in a namespace. */
  readonly resources: ResourceSource;
}

/** Its keys are names of namespaces. */
export function createNamespaceController({ resources }: NamespaceControllerOptions): Controller {
  return {
    name: 'namespace',
    concurrency: 10,
    failureBackoff: FAILURE_BACKOFF,
    setUp(context) {
      const reconciler = new NamespaceReconciler(context, resources);
      return (name) => reconciler.reconcile(name);
    },
  };
}

class NamespaceReconciler {
  readonly #context: ControllerContext;
  readonly #namespaces: Informer<Namespace>;
  readonly #resources: ResourceSource;

  constructor(context: ControllerContext, resources: ResourceSource) {
    const { informers, queue } = context;
    this.#context = context;
    this.#resources = resources;
    this.#namespaces = informers.informer(coreNamespaces);
    const addTerminating = (namespace: Namespace | undefined): void => {
      if (namespace?.metadata.deletionTimestamp) queue.add(namespace.metadata.name ?? '');
    };
    this.#namespaces.addHandler({
      onAdd: addTerminating,
      onUpdate: (_, namespace) => addTerminating(namespace),
    });
    // Pods are what a namespace usually waits for; the rest goes at once or is looked for again after the estimate.
    informers.informer(corePods).addHandler({
      onDelete: ({ metadata }) => addTerminating(this.#namespaces.get(metadata.namespace ?? '')),
    });
  }

  async reconcile(name: string): Promise<ReconcileResult> {
    const { client, clock } = this.#context;
    const namespace = this.#namespaces.get(name);
    if (!namespace?.metadata.deletionTimestamp) return done;
    if (!namespace.spec?.finalizers?.includes(FINALIZER_KUBERNETES)) return done;
    const progress = await this.#empty(name);
    const status = computeNamespaceStatus(namespace.status, progress, clock.now());
    const reported = await writeStatus(client, namespace, status);
    if (progress.errors[0]) throw progress.errors[0];
    if (progress.remaining.length === 0) return finalize(client, reported);
    const seconds = estimateSeconds(progress.remaining, clock.now());
    if (seconds > 0) return requeueAfter((Math.floor(seconds / 2) + 1) * 1000);
    const names = progress.remaining.map(({ resource }) => qualifiedName(resource)).join(', ');
    throw new Error(`unexpected items still remain in namespace "${name}": ${names}`);
  }

  /** Deletes stage by stage; a stage waits until the one before it is empty. */
  async #empty(namespace: string): Promise<DeletionProgress> {
    for (const resources of contentOrder(this.#resources.served())) {
      const remaining: Remaining[] = [];
      const errors = await concurrently(resources, RESOURCE_CONCURRENCY, async (resource) => {
        const objects = await this.#deleteAll(resource, namespace);
        if (objects.length > 0) remaining.push({ resource, objects });
      });
      if (remaining.length > 0 || errors.length > 0) return { remaining, errors };
    }
    return { remaining: [], errors: [] };
  }

  /** Deletes what the namespace has of one resource; resolves with what is left of it. */
  async #deleteAll(resource: ResourceDefinition, namespace: string): Promise<readonly ApiObject[]> {
    const { client } = this.#context;
    const { items } = await client.list(resource, { namespace });
    if (items.length === 0) return items;
    if (items.every(({ metadata }) => metadata.deletionTimestamp)) return items;
    await client.deleteCollection(resource, { namespace }, { propagationPolicy: 'Background' });
    return (await client.list(resource, { namespace })).items;
  }
}

async function writeStatus(
  client: ApiClient,
  namespace: Namespace,
  status: Namespace['status'],
): Promise<Namespace> {
  if (deepEqual(namespace.status, status)) return namespace;
  return client.update(coreNamespaces, { ...namespace, status }, { subresource: 'status' });
}

/** Lets the namespace go: the API removes it with its last finalizer. */
async function finalize(client: ApiClient, namespace: Namespace): Promise<ReconcileResult> {
  const finalizers = namespace.spec?.finalizers?.filter((one) => one !== FINALIZER_KUBERNETES);
  await ignoreNotFound(
    client.update(
      coreNamespaces,
      { ...namespace, spec: { ...namespace.spec, finalizers } },
      { subresource: 'finalize' },
    ),
  );
  return done;
}
