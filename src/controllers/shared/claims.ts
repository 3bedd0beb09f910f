/**
 * Adoption: a controller owns the objects that name it as their controller. It adopts those without a controller that its
 * selector matches, and releases those that no longer match.
 */

import type { ApiClient } from '../../apiserver/client.ts';
import type { Informer } from '../../machinery/informer.ts';
import { isApiError } from '../../scheme/errors.ts';
import { type LabelSelector, selectorMatcher } from '../../scheme/label-selector.ts';
import { type ApiObject, controllerOf } from '../../scheme/object.ts';
import type { ResourceRef } from '../../scheme/resource.ts';
import { ignoreNotFound } from './api-errors.ts';
import { concurrently, throwFirst } from './concurrently.ts';
import { withFinalizer, withoutFinalizer } from './finalizers.ts';
import { controllerReference, ownersPatch, withOwner, withoutOwners } from './owner-references.ts';

/** Objects without a controller, by namespace: who may be adopted. */
const INDEX_ORPHANS = 'orphansOfNamespace';

const NO_VALUES: readonly string[] = [];
const CLAIM_CONCURRENCY = 100;

export function addOrphanIndex<T extends ApiObject>(informer: Informer<T>): void {
  informer.addIndex(INDEX_ORPHANS, (object) =>
    controllerOf(object) ? NO_VALUES : [object.metadata.namespace ?? ''],
  );
}

export function orphansIn<T extends ApiObject>(
  informer: Informer<T>,
  namespace: string,
): readonly T[] {
  return informer.byIndex(INDEX_ORPHANS, namespace);
}

export interface ClaimInput<T extends ApiObject> {
  readonly controller: ApiObject;
  readonly selector: LabelSelector | undefined;
  /** What else an object must be, beside matched by the selector. @default nothing */
  readonly isMember?: (object: T) => boolean;
  /** The objects that name the controller as theirs. */
  readonly owned: readonly T[];
  /** The objects of its namespace that have no controller. */
  readonly orphans: readonly T[];
}

export interface Claims<T extends ApiObject> {
  /** Owned and matching. */
  readonly kept: readonly T[];
  readonly adopt: readonly T[];
  readonly release: readonly T[];
}

/** Who belongs to the controller. One that is being deleted keeps what matches, and neither adopts nor releases. */
export function planClaims<T extends ApiObject>(input: ClaimInput<T>): Claims<T> {
  const { controller, selector, owned, orphans, isMember = () => true } = input;
  const isSelected = selectorMatcher(selector);
  const matches = (object: T): boolean => isSelected(object.metadata.labels) && isMember(object);
  const kept: T[] = [];
  const release: T[] = [];
  for (const object of owned) {
    if (matches(object)) kept.push(object);
    else release.push(object);
  }
  if (controller.metadata.deletionTimestamp) return { kept, adopt: [], release: [] };
  const adopt = orphans.filter((object) => !object.metadata.deletionTimestamp && matches(object));
  return { kept, adopt, release };
}

export interface Claimer<T extends ApiObject> {
  readonly client: ApiClient;
  /** The resource of the controlling object. */
  readonly ownerRef: ResourceRef;
  readonly childRef: ResourceRef<T>;
  /** Held by what belongs to the controller: comes with adoption and goes with release. @default none */
  readonly finalizer?: string;
}

/** Carries out the claims; resolves with all that now belong to the controller. */
export async function claim<T extends ApiObject>(
  { client, ownerRef, childRef, finalizer }: Claimer<T>,
  controller: ApiObject,
  claims: Claims<T>,
): Promise<readonly T[]> {
  const { kept, adopt, release } = claims;
  if (adopt.length === 0 && release.length === 0) return kept;
  const patchOwners = (object: T, changed: T): Promise<T> => {
    const { namespace, name = '' } = object.metadata;
    return client.patch(childRef, { namespace, name }, ownersPatch(object, changed));
  };
  const uids = new Set([controller.metadata.uid ?? '']);
  throwFirst(
    await concurrently(release, CLAIM_CONCURRENCY, (object) =>
      ignoreNotFound(patchOwners(object, withoutFinalizer(withoutOwners(object, uids), finalizer))),
    ),
  );
  if (adopt.length === 0 || !(await mayAdopt(client, ownerRef, controller))) return kept;
  const reference = controllerReference(controller);
  const adopted: T[] = [];
  throwFirst(
    await concurrently(adopt, CLAIM_CONCURRENCY, async (object) => {
      const changed = withFinalizer(withOwner(object, reference), finalizer);
      const updated = await ignoreNotFound(patchOwners(object, changed));
      if (updated) adopted.push(updated);
    }),
  );
  return [...kept, ...adopted];
}

/**
 * Asks the store and not the informer: an owner that has just been deleted would adopt children which the garbage collector
 * then takes for its own.
 */
async function mayAdopt(
  client: ApiClient,
  ref: ResourceRef,
  { metadata }: ApiObject,
): Promise<boolean> {
  try {
    const live = await client.get(ref, {
      namespace: metadata.namespace,
      name: metadata.name ?? '',
    });
    return live.metadata.uid === metadata.uid && !live.metadata.deletionTimestamp;
  } catch (thrown) {
    if (isApiError(thrown, 'NotFound')) return false;
    throw thrown;
  }
}
