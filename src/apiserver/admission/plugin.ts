/**
 * Admission: rules about requests that look beyond the object itself. Mutating plugins run first, on the defaulted object;
 * validating plugins last, on the valid one. One file a plugin; `plugin-table.ts` lists them in Kubernetes' order.
 *
 * Invariant: plugins have no effects of their own. What they change is the request's object, what they write commits with the
 * request or not at all, so that a request may be admitted several times, and thrown away at any time.
 */
import type { Clock } from '../../lib/clock.ts';
import type { MaybePromise } from '../../lib/maybe-promise.ts';
import type { Random } from '../../lib/random.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { GroupResource, ResourceDefinition } from '../../scheme/resource.ts';
import type { Scheme } from '../../scheme/scheme.ts';
import type { ResourceCache, StoreWrite } from '../../store/store.ts';
import type { Authorizer } from '../authorization/authorizer.ts';
import type { DeleteOptions, UserInfo, WriteOptions } from '../client.ts';

export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

/** What the client asks for beside the object. */
export type AdmissionOptions = WriteOptions &
  Pick<DeleteOptions, 'gracePeriodSeconds' | 'propagationPolicy' | 'preconditions'>;

/**
 * One request on its way through the chain. It is the same object from the first mutating plugin to the last validating one,
 * so that a plugin may keep what it knows of it in a WeakMap.
 */
export interface AdmissionRequest {
  readonly operation: AdmissionOperation;
  /** As it is stored. */
  readonly resource: ResourceDefinition;
  /** As the client speaks it. */
  readonly requestResource: ResourceDefinition;
  /** What {@link object} is: the resource's kind, or that of its subresource (`Binding`, `Eviction`, `Scale`). */
  readonly kind: string;
  /** `status`, `scale`, `binding`, `eviction`, …; '' for the object itself. */
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /**
   * In the storage version, private to the request: mutating plugins change it, or put another in its place, which is then
   * judged anew. For DELETE the object as it is, not to be changed.
   */
  object: ApiObject;
  /** For UPDATE: the object as it is. */
  readonly current?: ApiObject;
  readonly user: UserInfo;
  readonly options: AdmissionOptions;
  /** Nothing will be stored: a plugin with effects outside must not have them. */
  readonly isDryRun: boolean;
  readonly state: AdmissionState;
  /** Whether the mutating plugins run for the second time, because one asked for it. */
  readonly isReinvocation: boolean;
  /** Has the mutating plugins run once more after the last: this one changed what others have looked at. */
  reinvoke(): void;
  /** Tells the client something, once, and admits the request. */
  warn(text: string): void;
  /** Leaves a note in the audit log. The key is `PLUGIN/word`, as in `pod-security.kubernetes.io/enforce-policy`. */
  annotate(key: string, value: string): void;
}

/** What plugins may know of the cluster. */
export interface AdmissionState {
  /** The objects of one of the resources that the plugin names in {@link AdmissionPlugin.reads}, or of the request's own. */
  cache(resource: GroupResource): ResourceCache;
  /** The objects of a resource that is only known now: what a policy's parameters are. A promise until it is loaded. */
  open(resource: GroupResource): MaybePromise<ResourceCache>;
  /** An object that the same transaction creates, or that its admission writes. */
  pending(resource: GroupResource, namespace: string, name: string): ApiObject | undefined;
  /** Makes the commit fail, and the request be admitted anew, if `object` changes before. */
  guard(resource: GroupResource, object: ApiObject): void;
  /** Has another object written in the transaction of the request: the usage of a quota. */
  write(write: StoreWrite): void;
  readonly scheme: Scheme;
  readonly authorizer: Authorizer;
  readonly clock: Clock;
  readonly random: Random;
}

export interface AdmissionPlugin {
  /** Kubernetes' name of the plugin. */
  readonly name: string;
  /**
   * Asked once a resource, operation and subresource ('' for the object itself), so that requests pay only for the plugins
   * that concern them.
   */
  handles(
    resource: ResourceDefinition,
    operation: AdmissionOperation,
    subresource: string,
  ): boolean;
  /** What {@link AdmissionState.cache} will be asked for: these resources are kept in memory from the start. */
  readonly reads?: readonly GroupResource[];
  /** May change `request.object`. @throws {ApiError} to refuse */
  admit?(request: AdmissionRequest): MaybePromise<void>;
  /** @throws {ApiError} to refuse */
  validate?(request: AdmissionRequest): MaybePromise<void>;
}
