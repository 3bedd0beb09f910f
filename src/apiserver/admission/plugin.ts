/**
 * Admission: rules about requests that look beyond the object itself. Mutating plugins run first, on the defaulted object;
 * validating plugins last, on the valid one. One file a plugin; `default-plugins.ts` lists them in order.
 */
import type { ApiObject } from '../../scheme/object.ts';
import type { GroupResource } from '../../scheme/resource.ts';
import type { ResourceCache } from '../../store/store.ts';
import type { UserInfo } from '../client.ts';

export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE';

export interface AdmissionRequest {
  readonly operation: AdmissionOperation;
  readonly resource: GroupResource;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** In the storage version. For DELETE the object as it is, not to be changed. */
  readonly object: ApiObject;
  /** For UPDATE: the object as it is. */
  readonly current?: ApiObject;
  readonly user: UserInfo;
  readonly state: AdmissionState;
}

/** What plugins may know of the cluster. */
export interface AdmissionState {
  /** The objects of one of the resources that the plugin names in {@link AdmissionPlugin.reads}. */
  cache(resource: GroupResource): ResourceCache;
  /** An object that the same transaction creates. */
  pending(resource: GroupResource, namespace: string, name: string): ApiObject | undefined;
  /** Makes the commit fail, and the request be admitted anew, if `object` changes before. */
  guard(resource: GroupResource, object: ApiObject): void;
}

export interface AdmissionPlugin {
  /** Kubernetes' name of the plugin. */
  readonly name: string;
  /** Asked once a resource and operation, so that requests pay only for the plugins that concern them. */
  handles(
    resource: GroupResource & { readonly namespaced: boolean },
    operation: AdmissionOperation,
  ): boolean;
  /** What {@link AdmissionState.cache} will be asked for: these resources are kept in memory from the start. */
  readonly reads?: readonly GroupResource[];
  /** May change `request.object`, which is private to the request. @throws {ApiError} to refuse */
  admit?(request: AdmissionRequest): void;
  /** @throws {ApiError} to refuse */
  validate?(request: AdmissionRequest): void;
}
