/** Whether some rules allow everything that others do: what keeps people from granting what they do not hold. */
import type { PolicyRule } from '../../../scheme/generated/types/rbac-v1.ts';

/** The parts of `wanted` that no rule of `held` covers: each of one verb on one resource, name or path. */
export function uncovered(
  held: readonly PolicyRule[],
  wanted: readonly PolicyRule[],
): readonly PolicyRule[] {
  return wanted.flatMap(breakDown).filter((part) => !held.some((rule) => covers(rule, part)));
}

/** The rules that say the same as `rule`, each with one verb, and one resource and name, or one path. */
function breakDown(rule: PolicyRule): PolicyRule[] {
  const { apiGroups = [], nonResourceURLs = [], resourceNames = [], resources = [], verbs } = rule;
  const parts: PolicyRule[] = [];
  for (const verb of verbs) {
    for (const group of apiGroups) {
      for (const resource of resources) {
        parts.push(
          ...byName({ apiGroups: [group], resources: [resource], verbs: [verb] }, resourceNames),
        );
      }
    }
    for (const url of nonResourceURLs) parts.push({ nonResourceURLs: [url], verbs: [verb] });
  }
  return parts;
}

function byName(part: PolicyRule, names: readonly string[]): PolicyRule[] {
  return names.length === 0 ? [part] : names.map((name) => ({ ...part, resourceNames: [name] }));
}

/** Whether `rule` allows `part`, which is as {@link breakDown} makes them. */
function covers(rule: PolicyRule, part: PolicyRule): boolean {
  return (
    containsAll(rule.verbs, part.verbs) &&
    containsAll(rule.apiGroups, part.apiGroups) &&
    (part.resources ?? []).every((resource) => coversResource(rule.resources, resource)) &&
    (part.nonResourceURLs ?? []).every((url) => coversPath(rule.nonResourceURLs, url)) &&
    coversNames(rule.resourceNames, part.resourceNames)
  );
}

function containsAll(set: readonly string[] = [], wanted: readonly string[] = []): boolean {
  return set.includes('*') || wanted.every((one) => set.includes(one));
}

function coversResource(held: readonly string[] = [], resource: string): boolean {
  if (held.includes('*') || held.includes(resource)) return true;
  const slash = resource.indexOf('/');
  return slash >= 0 && held.includes(`*${resource.slice(slash)}`);
}

function coversPath(held: readonly string[] = [], path: string): boolean {
  return held.some(
    (pattern) =>
      pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.replace(/\*+$/, ''))),
  );
}

/** No names are all names. */
function coversNames(held: readonly string[] = [], wanted: readonly string[] = []): boolean {
  if (held.length === 0) return true;
  return wanted.length > 0 && wanted.every((name) => held.includes(name));
}
