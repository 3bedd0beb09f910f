import type { ApiObject } from './object.ts';

/** How far a version is: `v1alpha1` is alpha (off unless enabled), `v2beta3` is beta, `v1` is stable. */
export type Stability = 'alpha' | 'beta' | 'stable';

export type Verb =
  | 'create'
  | 'delete'
  | 'deletecollection'
  | 'get'
  | 'list'
  | 'patch'
  | 'update'
  | 'watch';

/** A group, in every version: what one row of storage belongs to. `group` is '' for the core group. */
export interface GroupResource {
  readonly group: string;
  /** Lower-case plural, as in paths: `pods`. */
  readonly resource: string;
}

/**
 * A handle on one served resource in one version: what callers of the client pass. Built-in ones are constants in
 * `generated/resources.ts` (`corePods`, `appsDeployments`), typed with their object.
 */
export interface ResourceRef<T extends ApiObject = ApiObject> extends GroupResource {
  readonly version: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Carries the type of the objects; never set. */
  readonly __object?: T;
}

export interface SubresourceDefinition {
  /** `status`, `scale`, `binding`, `eviction`, `log`, `token`, … */
  readonly name: string;
  readonly verbs: readonly Verb[];
  /** The kind that it takes and gives, where it differs from the resource's own: `autoscaling/v1` `Scale`. */
  readonly kind?: { readonly group: string; readonly version: string; readonly kind: string };
}

/** One resource in one version: all that discovery says of it, and where its schema is. */
export interface ResourceDefinition extends ResourceRef {
  readonly listKind: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly Verb[];
  readonly subresources: readonly SubresourceDefinition[];
  /** Name of its schema: `io.k8s.api.core.v1.Pod`. */
  readonly schemaName: string;
  readonly stability: Stability;
  /**
   * Custom resources: whether the definition serves this version. Built-in ones are switched by `--runtime-config`, which
   * says nothing of custom resources.
   */
  readonly served?: boolean;
  /** Set where nothing is stored: the objects are worked out when somebody asks. */
  readonly isComputed?: true;
  /** The version that this group's resource is stored in. */
  readonly storageVersion: string;
  /**
   * Set when another group's resource holds the objects: `events.events.k8s.io` are stored as core/v1 `events`, so that
   * both doors show the same ones.
   */
  readonly storedAs?: {
    readonly group: string;
    readonly version: string;
    readonly resource: string;
  };
  /** Set when the version is deprecated: what to use instead, for warnings and `@deprecated`. */
  readonly deprecation?: { readonly message: string; readonly removedIn?: string };
}

/** A kind and its schema, whether or not it has a resource: `Scale` and `Eviction` have none. */
export type KindDefinition = Pick<ResourceDefinition, 'group' | 'version' | 'kind' | 'schemaName'>;

/** What holds the objects of a resource: another group's, where two groups show the same objects. */
export function storedResource({ group, resource, storedAs }: StoredPlace): GroupResource {
  return storedAs ?? { group, resource };
}

type StoredPlace = GroupResource & Pick<ResourceDefinition, 'storedAs'>;

/**
 * One definition for each set of stored objects: the first in `definitions`, which are in order of preference. Whoever
 * goes through all resources would otherwise meet an object once in every version, and in every group that shows it.
 */
export function eachStoredOnce<T extends StoredPlace>(definitions: readonly T[]): T[] {
  const first = new Map<string, T>();
  for (const definition of definitions) {
    const name = qualifiedName(storedResource(definition));
    if (!first.has(name)) first.set(name, definition);
  }
  return [...first.values()];
}

/** `deployments.apps`, or `pods` in the core group: how messages and queues name a resource. */
export function qualifiedName({ group, resource }: GroupResource): string {
  return group === '' ? resource : `${resource}.${group}`;
}
