import { createHash } from 'node:crypto';
import { toApiVersion } from '../../scheme/object.ts';
import type { ResourceDefinition, SubresourceDefinition } from '../../scheme/resource.ts';
import type { Scheme } from '../../scheme/scheme.ts';

/** Kubernetes' `meta/v1` `APIResource`: one resource, or one subresource, of a group version. */
export interface ApiResource {
  /** `pods`, or `pods/status`. */
  readonly name: string;
  /** '' for subresources. */
  readonly singularName: string;
  readonly namespaced: boolean;
  /** Set, with `version`, where the kind is of another group version than the list: `autoscaling/v1` `Scale`. */
  readonly group?: string;
  readonly version?: string;
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  /** The same as long as the objects are stored in the same version of the same kind. */
  readonly storageVersionHash?: string;
}

/** Kubernetes' `meta/v1` `APIResourceList`: what a group version serves, as `/apis/apps/v1` says it. */
export interface ApiResourceList {
  readonly kind: 'APIResourceList';
  /** Missing for the core group, as in Kubernetes, whose oldest clients did not know it. */
  readonly apiVersion?: 'v1';
  readonly groupVersion: string;
  readonly resources: readonly ApiResource[];
}

/** What `group`/`version` serves; undefined when it serves nothing. */
export function toApiResourceList(
  scheme: Scheme,
  group: string,
  version: string,
): ApiResourceList | undefined {
  const definitions = servedBy(scheme, group, version);
  if (definitions.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    ...(group === '' ? {} : { apiVersion: 'v1' as const }),
    groupVersion: toApiVersion(group, version),
    resources: definitions.flatMap((definition) => [
      toResource(scheme, definition),
      ...definition.subresources.map((subresource) => toSubresource(definition, subresource)),
    ]),
  };
}

/** The definitions that `group`/`version` serves, by name. */
export function servedBy(
  scheme: Scheme,
  group: string,
  version: string,
): readonly ResourceDefinition[] {
  return scheme.served().filter((each) => each.group === group && each.version === version);
}

function toResource(scheme: Scheme, definition: ResourceDefinition): ApiResource {
  const { kind, namespaced, resource, singular, verbs } = definition;
  const hash = storageVersionHash(scheme, definition);
  return {
    name: resource,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...wordsFor(definition),
    ...(hash === undefined ? {} : { storageVersionHash: hash }),
  };
}

/** The words that stand for a resource beside its name, where it has any. */
export function wordsFor({
  categories,
  shortNames,
}: ResourceDefinition): Pick<ApiResource, 'categories' | 'shortNames'> {
  return {
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
  };
}

function toSubresource(definition: ResourceDefinition, sub: SubresourceDefinition): ApiResource {
  const { group, version, kind } = sub.kind ?? definition;
  const isForeign = group !== definition.group || version !== definition.version;
  return {
    name: `${definition.resource}/${sub.name}`,
    singularName: '',
    namespaced: definition.namespaced,
    ...(isForeign ? { group, version } : {}),
    kind,
    verbs: sub.verbs,
  };
}

const HASHED_BYTES = 8;

/** Kubernetes' hash of what the objects are stored as; undefined for what is answered and never stored. */
function storageVersionHash(scheme: Scheme, definition: ResourceDefinition): string | undefined {
  if (!definition.verbs.includes('watch')) return undefined;
  const { group, version, kind } = scheme.storageOf(definition);
  const digest = createHash('sha256').update(`${group}/${version}/${kind}`).digest();
  return digest.subarray(0, HASHED_BYTES).toString('base64');
}
