/**
 * The shape that every API object shares. Objects that came out of a store, a cache, an informer or the client are shared
 * and immutable: whoever changes one copies what it changes.
 */
export interface ApiObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** `metadata` of every object. Names, units and meaning: Kubernetes' API conventions, "Metadata". */
export interface ObjectMeta {
  name?: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  /** Opaque outside `store/`: compare for equality only. */
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
  managedFields?: ManagedFieldsEntry[];
  selfLink?: string;
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface ManagedFieldsEntry {
  manager?: string;
  operation?: string;
  apiVersion?: string;
  time?: string;
  fieldsType?: string;
  /** Objects in memory hold the set as compact text; doors show it as Kubernetes does. See `managed-fields/`. */
  fieldsV1?: object | string;
  subresource?: string;
}

/** Metadata of a list: the resourceVersion of the snapshot that its items come from. */
export interface ListMeta {
  resourceVersion: string;
  /** Set when the list was cut by `limit`: pass it back to read on in the same snapshot. */
  continue?: string;
  remainingItemCount?: number;
}

export interface ObjectList<T extends ApiObject = ApiObject> {
  apiVersion: string;
  kind: string;
  metadata: ListMeta;
  items: T[];
}

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';

/**
 * One change, as a watcher sees it. For a BOOKMARK `object` has apiVersion, kind and metadata.resourceVersion alone.
 * For DELETED it is the last state, with the resourceVersion of the deletion.
 */
export interface WatchEvent<T extends ApiObject = ApiObject> {
  type: WatchEventType;
  object: T;
}

/** `namespace/name`, or `name` for what has no namespace: the key of work queues and caches. */
export type NamespacedKey = string;

export function namespacedKey(namespace: string | undefined, name: string): NamespacedKey {
  return namespace ? `${namespace}/${name}` : name;
}

/** The key of `object`. */
export function keyOf(object: { metadata: ObjectMeta }): NamespacedKey {
  return namespacedKey(object.metadata.namespace, object.metadata.name ?? '');
}

export function splitKey(key: NamespacedKey): { namespace: string; name: string } {
  const slash = key.indexOf('/');
  return slash < 0
    ? { namespace: '', name: key }
    : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** The owner reference that says `controller: true`, if any. */
export function controllerOf(object: { metadata: ObjectMeta }): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((reference) => reference.controller);
}

/** Group and version in one word, as `apiVersion` has it: `apps/v1`, or `v1` in the core group. */
export function toApiVersion(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

export function parseApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}
