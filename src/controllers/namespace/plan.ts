import type { ApiObject } from '../../scheme/object.ts';
import { eachStoredOnce, qualifiedName, type ResourceDefinition } from '../../scheme/resource.ts';

/** The finalizer in a namespace's spec that stands for its content. */
export const FINALIZER_KUBERNETES = 'kubernetes';

/** How long objects with finalizers are thought to take, in seconds. */
const FINALIZER_ESTIMATE_SECONDS = 15;
const DEFAULT_GRACE_SECONDS = 30;

/** What is left of one resource in the namespace. */
export interface Remaining {
  readonly resource: ResourceDefinition;
  readonly objects: readonly ApiObject[];
}

/**
 * The resources whose objects a namespace's deletion deletes, each once, Pods first: what they use (secrets, network
 * policies, …) must outlive them. Events go last: the deletions still make some.
 */
export function contentOrder(
  resources: readonly ResourceDefinition[],
): readonly (readonly ResourceDefinition[])[] {
  const pods: ResourceDefinition[] = [];
  const others: ResourceDefinition[] = [];
  const events: ResourceDefinition[] = [];
  for (const resource of eachStoredOnce(resources)) {
    const name = qualifiedName(resource);
    const isContent =
      resource.namespaced && resource.verbs.includes('list') && resource.verbs.includes('delete');
    if (!isContent) continue;
    if (name === 'pods') pods.push(resource);
    else if (resource.resource === 'events') events.push(resource);
    else others.push(resource);
  }
  return [pods, others, events];
}

/** How long, in seconds, until what remains is gone; 0 when nothing tells why it still is. */
export function estimateSeconds(remaining: readonly Remaining[], nowMs: number): number {
  let estimate = 0;
  for (const { resource, objects } of remaining) {
    for (const object of objects) {
      estimate = Math.max(estimate, estimateObject(resource, object, nowMs));
    }
  }
  return estimate;
}

function estimateObject(resource: ResourceDefinition, object: ApiObject, nowMs: number): number {
  const { finalizers, deletionTimestamp, deletionGracePeriodSeconds } = object.metadata;
  if (finalizers?.length) return FINALIZER_ESTIMATE_SECONDS;
  if (qualifiedName(resource) !== 'pods') return 0;
  if (!deletionTimestamp) return deletionGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
  // A Pod past its grace period is still worth a second: its kubelet is about to report.
  return Math.max(1, Math.ceil((Date.parse(deletionTimestamp) - nowMs) / 1000));
}
