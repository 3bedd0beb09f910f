import type { Patch } from '../../apiserver/client.ts';
import type { ApiObject, OwnerReference } from '../../scheme/object.ts';

/** The reference by which a child names `owner` as its controller; deleting the owner in the foreground waits for it. */
export function controllerReference(owner: ApiObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name ?? '',
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** A copy of `object` with one more owner. */
export function withOwner<T extends ApiObject>(object: T, owner: OwnerReference): T {
  const ownerReferences = [...(object.metadata.ownerReferences ?? []), owner];
  return { ...object, metadata: { ...object.metadata, ownerReferences } };
}

/**
 * What gives an object the owners and finalizers of `changed`, unless it has changed meanwhile. A patch, because controllers
 * may patch what they own and not replace it.
 */
export function ownersPatch({ metadata }: ApiObject, changed: ApiObject): Patch {
  const { finalizers: before, resourceVersion, uid } = metadata;
  const { finalizers, ownerReferences = [] } = changed.metadata;
  const held = finalizers === before ? {} : { finalizers: finalizers ?? [] };
  return { type: 'merge', patch: { metadata: { resourceVersion, uid, ownerReferences, ...held } } };
}

/** A copy of `object` without the owners of `uids`. */
export function withoutOwners<T extends ApiObject>(object: T, uids: ReadonlySet<string>): T {
  const ownerReferences = object.metadata.ownerReferences?.filter(({ uid }) => !uids.has(uid));
  return { ...object, metadata: { ...object.metadata, ownerReferences } };
}
