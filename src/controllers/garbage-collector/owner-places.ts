/** Where the owners of an object are to be looked for, and what is found there. Pure. */
import type { ApiObject } from '../../scheme/object.ts';
import type { ResourceDefinition } from '../../scheme/resource.ts';
import { isDeletingDependents, type OwnerState } from './plan.ts';

/**
 * `unserved`: of a kind that nobody serves now, and that may be served again, with its objects. `forbidden`: an object of the
 * cluster cannot have an owner in a namespace.
 */
export type OwnerPlace =
  | { readonly type: 'unserved' }
  | { readonly type: 'forbidden' }
  | { readonly type: 'namespace'; readonly namespace: string };

/** @param resource The owner's; undefined when its kind is not served */
export function placeOfOwner(
  resource: Pick<ResourceDefinition, 'namespaced'> | undefined,
  { metadata: { namespace = '' } }: ApiObject,
): OwnerPlace {
  if (!resource) return { type: 'unserved' };
  if (!resource.namespaced) return { type: 'namespace', namespace: '' };
  return namespace ? { type: 'namespace', namespace } : { type: 'forbidden' };
}

/** What the object that has the owner's name is to the owner's dependents: one of another uid is a stranger. */
export function stateOfOwner(found: ApiObject | undefined, uid: string): OwnerState {
  if (found?.metadata.uid !== uid) return 'absent';
  return found && isDeletingDependents(found) ? 'waiting' : 'solid';
}
