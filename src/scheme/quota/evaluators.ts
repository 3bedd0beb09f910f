import type {
  Container,
  PersistentVolumeClaim,
  Pod,
  ScopedResourceSelectorRequirement,
  Service,
} from '../generated/types/core-v1.ts';
import type { ApiObject } from '../object.ts';
import type { GroupResource } from '../resource.ts';
import { amountsOf, type ResourceAmounts } from '../resources-of-pod.ts';
import { claimMatchesScope, podMatchesScope } from './scopes.ts';
import {
  claimUsage,
  computeNames,
  computeUsage,
  countName,
  isClaimResource,
  isPodResource,
  isServiceResource,
  serviceUsage,
} from './usage.ts';

/** What quotas know of one sort of objects. */
export interface QuotaEvaluator {
  /** Whether a request may change what is used. */
  handles(operation: string, subresource: string): boolean;
  /** Whether these objects use the resource that a quota names so. */
  uses(resourceName: string): boolean;
  /** Whether the object is one of those that a quota with this scope is about. */
  matchesScope(object: ApiObject, scope: ScopedResourceSelectorRequirement): boolean;
  /** What the object uses for as long as it lives. */
  usage(object: ApiObject): ResourceAmounts;
  /** When the object ceases to count for all but its number, in milliseconds since the epoch. @default never */
  endsAtMs?(object: ApiObject): number | undefined;
  /** Why the object may not be in a quota that names these resources; undefined when it may. @default it may */
  constraint?(object: ApiObject, resourceNames: readonly string[]): string | undefined;
}

/** A quota of these obliges every container to say how much of them it takes. */
const OBLIGATORY = new Set([
  'cpu',
  'memory',
  'requests.cpu',
  'requests.memory',
  'limits.cpu',
  'limits.memory',
]);

const PODS: QuotaEvaluator = {
  handles: (operation, subresource) =>
    subresource === 'resize'
      ? operation === 'UPDATE'
      : operation === 'CREATE' && subresource === '',
  uses: isPodResource,
  matchesScope: (object, scope) => podMatchesScope(object as Pod, scope),
  usage(object) {
    const isOver = hasEnded(object as Pod);
    return { 'count/pods': 1, ...(isOver ? {} : computeUsage(object as Pod)) };
  },
  // A Pod that should be gone, on a node that is lost, must not keep others from taking its place.
  endsAtMs({ metadata: { deletionTimestamp, deletionGracePeriodSeconds } }) {
    if (!deletionTimestamp || deletionGracePeriodSeconds === undefined) return undefined;
    return Date.parse(deletionTimestamp) + deletionGracePeriodSeconds * 1_000;
  },
  constraint: (object, resourceNames) => missingAmounts(object as Pod, resourceNames),
};

function hasEnded({ status }: Pod): boolean {
  return status?.phase === 'Failed' || status?.phase === 'Succeeded';
}

function missingAmounts({ spec }: Pod, resourceNames: readonly string[]): string | undefined {
  const obliged = resourceNames.filter((name) => OBLIGATORY.has(name)).sort();
  const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  const missing = obliged.flatMap((resource) => {
    const names = containers.filter((container) => !says(container, resource));
    if (names.length === 0) return [];
    return [`${resource} for: ${[...new Set(names.map(({ name }) => name))].sort().join(',')}`];
  });
  return missing.length === 0 ? undefined : `must specify ${missing.join('; ')}`;
}

function says({ resources }: Container, resource: string): boolean {
  return resource in computeNames(amountsOf(resources?.requests), amountsOf(resources?.limits));
}

const SERVICES: QuotaEvaluator = {
  handles: isCreateOrUpdate,
  uses: isServiceResource,
  matchesScope: () => false,
  usage: (object) => serviceUsage(object as Service),
};

const CLAIMS: QuotaEvaluator = {
  handles: (operation, subresource) =>
    isCreateOrUpdate(operation, subresource) ||
    (operation === 'UPDATE' && subresource === 'status'),
  uses: isClaimResource,
  matchesScope: (object, scope) => claimMatchesScope(object as PersistentVolumeClaim, scope),
  usage: (object) => claimUsage(object as PersistentVolumeClaim),
};

function isCreateOrUpdate(operation: string, subresource: string): boolean {
  return subresource === '' && (operation === 'CREATE' || operation === 'UPDATE');
}

/** Of these the number alone counts, which has had a shorter name from before there were others. */
const LEGACY_COUNTS = new Set([
  'configmaps',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
]);

/** Any other resource: quotas limit the number of its objects. */
function createCounter(resource: GroupResource): QuotaEvaluator {
  const name = countName(resource);
  const isLegacy = resource.group === '' && LEGACY_COUNTS.has(resource.resource);
  const names = isLegacy ? [name, resource.resource] : [name];
  const usage = Object.fromEntries(names.map((each) => [each, 1]));
  return {
    handles: (operation, subresource) => operation === 'CREATE' && subresource === '',
    uses: (resourceName) => names.includes(resourceName),
    matchesScope: () => false,
    usage: () => usage,
  };
}

/** Events come and go too fast to be counted. */
const NEVER_COUNTED = new Set(['events']);

const CORE: ReadonlyMap<string, QuotaEvaluator> = new Map([
  ['pods', PODS],
  ['services', SERVICES],
  ['persistentvolumeclaims', CLAIMS],
]);

/** How quotas see a resource in storage; undefined when they do not. */
export function evaluatorOf(
  resource: GroupResource & { readonly namespaced: boolean },
): QuotaEvaluator | undefined {
  if (!resource.namespaced) return undefined;
  if (resource.group !== '') return counterOf(resource);
  if (NEVER_COUNTED.has(resource.resource)) return undefined;
  return CORE.get(resource.resource) ?? counterOf(resource);
}

const counters = new WeakMap<GroupResource, QuotaEvaluator>();

function counterOf(resource: GroupResource): QuotaEvaluator {
  const known = counters.get(resource);
  if (known) return known;
  const counter = createCounter(resource);
  counters.set(resource, counter);
  return counter;
}
