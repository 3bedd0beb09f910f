/** Which objects a quota counts. Pure. */
import type { ResourceQuota } from '../../scheme/generated/types/core-v1.ts';
import { evaluatorOf, type QuotaEvaluator } from '../../scheme/quota/evaluators.ts';
import {
  type GroupResource,
  qualifiedName,
  type ResourceDefinition,
  storedResource,
} from '../../scheme/resource.ts';

/** A resource that a quota counts, and how. */
export interface CountedResource {
  readonly definition: ResourceDefinition;
  readonly evaluator: QuotaEvaluator;
}

/** Resources that quotas know by other names than `count/`. */
const WELL_NAMED: readonly GroupResource[] = [
  'pods',
  'services',
  'persistentvolumeclaims',
  'configmaps',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
].map((resource) => ({ group: '', resource }));

const COUNT = 'count/';

/** The names that the quota limits. */
export function limitedNames({ spec }: ResourceQuota): readonly string[] {
  return Object.keys(spec?.hard ?? {});
}

/** What the quota counts, as far as it is served: a name may be that of a resource which is not defined yet. */
export function countedResources(
  quota: ResourceQuota,
  findResource: (resource: GroupResource) => ResourceDefinition | undefined,
): readonly CountedResource[] {
  const names = limitedNames(quota);
  const candidates = [...WELL_NAMED, ...names.filter((name) => name.startsWith(COUNT)).map(named)];
  const counted = new Map<string, CountedResource>();
  for (const candidate of candidates) {
    const definition = findResource(candidate);
    if (!definition) continue;
    const stored = storedResource(definition);
    const { namespaced } = definition;
    const evaluator = evaluatorOf({ ...stored, namespaced });
    if (!evaluator || !names.some((name) => evaluator.uses(name))) continue;
    counted.set(qualifiedName(stored), { definition, evaluator });
  }
  return [...counted.values()];
}

/** `count/deployments.apps`: the group is what follows the first dot. */
function named(name: string): GroupResource {
  const [resource = '', ...group] = name.slice(COUNT.length).split('.');
  return { group: group.join('.'), resource };
}
