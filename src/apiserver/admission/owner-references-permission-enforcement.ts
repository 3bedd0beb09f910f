import { deepEqual } from '../../lib/deep-equal.ts';
import { andThen, eachInTurn, type MaybePromise } from '../../lib/maybe-promise.ts';
import { type OwnerReference, parseApiVersion } from '../../scheme/object.ts';
import type { ResourceDefinition } from '../../scheme/resource.ts';
import type { AdmissionPlugin, AdmissionRequest } from './plugin.ts';
import { refusal } from './refuse.ts';

/**
 * Who ties the life of an object to an owner could as well delete it, and who makes an owner wait for it could as well hold
 * the owner by a finalizer: both take the right to do so.
 */
export const ownerReferencesPermissionEnforcement: AdmissionPlugin = {
  name: 'OwnerReferencesPermissionEnforcement',
  handles: (_resource, operation, subresource) =>
    (operation === 'CREATE' || operation === 'UPDATE') && subresource === '',
  validate(request) {
    const next = request.object.metadata.ownerReferences ?? [];
    const before = request.current?.metadata.ownerReferences ?? [];
    if (deepEqual(next, before)) return;
    // A new object that nobody has relied on yet may have any owner.
    const mayTie = request.operation === 'CREATE' ? undefined : assertMayDelete(request);
    const blocking = next.filter((owner) => isNewlyBlocking(owner, before));
    return andThen(mayTie, () => eachInTurn(blocking, (owner) => assertMayBlock(request, owner)));
  },
};

function assertMayDelete(request: AdmissionRequest): MaybePromise<void> {
  const { state, user, resource, namespace, name } = request;
  const action = { verb: 'delete', resource, namespace, name };
  return andThen(state.authorizer.authorize(user, action), (decision) => {
    if (decision.allowed) return;
    const why = decision.reason ?? '';
    throw refusal(request, `cannot set an ownerRef on a resource you can't delete: ${why}, <nil>`);
  });
}

function isNewlyBlocking(owner: OwnerReference, before: readonly OwnerReference[]): boolean {
  if (!owner.blockOwnerDeletion) return false;
  return !before.some(({ uid, blockOwnerDeletion }) => uid === owner.uid && blockOwnerDeletion);
}

function assertMayBlock(request: AdmissionRequest, owner: OwnerReference): MaybePromise<void> {
  const { state, user, namespace } = request;
  const resource = resourceOf(request, owner);
  const action = {
    verb: 'update',
    resource,
    subresource: 'finalizers',
    name: owner.name,
    ...(resource.namespaced ? { namespace } : {}),
  };
  return andThen(state.authorizer.authorize(user, action), (decision) => {
    if (decision.allowed) return;
    const why = decision.reason ?? '';
    throw refusal(
      request,
      `cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: ${why}, <nil>`,
    );
  });
}

function resourceOf(request: AdmissionRequest, owner: OwnerReference): ResourceDefinition {
  const { group, version } = parseApiVersion(owner.apiVersion);
  const found = request.state.scheme
    .served()
    .find((each) => each.group === group && each.version === version && each.kind === owner.kind);
  if (found) return found;
  throw refusal(
    request,
    `cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion ${owner.apiVersion} Kind ${owner.kind}: no matches for kind "${owner.kind}" in version "${owner.apiVersion}"`,
  );
}
