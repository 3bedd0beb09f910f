/**
 * Aggregated discovery: every group, version, resource and subresource in one document, so that a client needs two requests
 * (`/api` and `/apis`) where plain discovery needs one for each group version.
 */

import type { ResourceDefinition, SubresourceDefinition } from '../../scheme/resource.ts';
import type { GroupVersions, Scheme } from '../../scheme/scheme.ts';
import { servedBy, wordsFor } from './api-resources.ts';

/** The versions of `apidiscovery.k8s.io` that are spoken. Their documents differ in `apiVersion` alone. */
export type DiscoveryVersion = 'v2' | 'v2beta1';

interface ResponseKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

interface SubresourceDiscovery {
  readonly subresource: string;
  readonly responseKind: ResponseKind;
  readonly verbs: readonly string[];
}

interface ResourceDiscovery {
  readonly resource: string;
  readonly responseKind: ResponseKind;
  readonly scope: 'Cluster' | 'Namespaced';
  readonly singularResource: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly subresources?: readonly SubresourceDiscovery[];
}

interface VersionDiscovery {
  readonly version: string;
  readonly resources: readonly ResourceDiscovery[];
  /** `Stale` is what an aggregated server is that does not answer; there are none here. */
  readonly freshness: 'Current';
}

/** Kubernetes' `apidiscovery.k8s.io` `APIGroupDiscoveryList`. */
export interface ApiGroupDiscoveryList {
  readonly kind: 'APIGroupDiscoveryList';
  readonly apiVersion: `apidiscovery.k8s.io/${DiscoveryVersion}`;
  readonly metadata: Record<string, never>;
  readonly items: readonly {
    readonly metadata: { readonly name?: string };
    readonly versions: readonly VersionDiscovery[];
  }[];
}

/** @param root `/api` has the core group, `/apis` all the others. */
export function toAggregatedDiscovery(
  scheme: Scheme,
  root: 'api' | 'apis',
  version: DiscoveryVersion,
): ApiGroupDiscoveryList {
  const groups = scheme.groups().filter(({ group }) => (group === '') === (root === 'api'));
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map((group) => toItem(scheme, group)),
  };
}

function toItem(scheme: Scheme, { group, versions }: GroupVersions) {
  return {
    metadata: group === '' ? {} : { name: group },
    versions: versions.map(
      (version): VersionDiscovery => ({
        version,
        resources: servedBy(scheme, group, version).map(toResource),
        freshness: 'Current',
      }),
    ),
  };
}

function toResource(definition: ResourceDefinition): ResourceDiscovery {
  const { namespaced, resource, singular, subresources } = definition;
  return {
    resource,
    responseKind: responseKindOf(definition, definition),
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs: definition.verbs,
    ...wordsFor(definition),
    ...(subresources.length > 0
      ? { subresources: subresources.map((each) => toSubresource(definition, each)) }
      : {}),
  };
}

function toSubresource(
  definition: ResourceDefinition,
  { kind, name, verbs }: SubresourceDefinition,
): SubresourceDiscovery {
  return {
    subresource: name,
    responseKind: responseKindOf(kind ?? definition, definition),
    verbs,
  };
}

/**
 * An empty group and version mean those of the document: so kube-apiserver writes them for built-in kinds, and in full for
 * custom ones.
 */
function responseKindOf(
  { group, version, kind }: ResponseKind,
  definition: ResourceDefinition,
): ResponseKind {
  const isCustom = definition.served !== undefined;
  const isOwn = group === definition.group && version === definition.version;
  return isOwn && !isCustom ? { group: '', version: '', kind } : { group, version, kind };
}
